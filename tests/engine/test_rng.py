from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.engine.rng import Draws, keys, weight_table, z_table

IDS = np.arange(200_000)


@given(st.integers(0, 2**62), st.integers(0, 10_000), st.integers(1, 500))
def test_a_part_draws_what_the_whole_draws(seed: int, first: int, count: int) -> None:
    whole = Draws(seed, np.arange(12_000)).bits("s")
    part = Draws(seed, np.arange(first, min(first + count, 12_000))).bits("s")

    assert np.array_equal(part, whole[first : first + count])


def test_known_values_stay() -> None:
    assert Draws(7, np.arange(3)).below("golden", 1000).tolist() == [897, 708, 677]


def test_streams_do_not_resemble_each_other() -> None:
    draws = Draws(1, IDS)
    columns = np.array([draws.u32(f"stream-{i}") for i in range(12)], dtype=float)
    r = np.corrcoef(columns)[np.triu_indices(12, 1)]

    assert np.abs(r).max() < 4.5 / np.sqrt(len(IDS))


def test_neighbours_do_not_resemble_each_other() -> None:
    u = Draws(3, IDS).u32("x").astype(float)

    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 4 / np.sqrt(len(IDS))


def test_below_is_uniform() -> None:
    counts = np.bincount(Draws(5, IDS).below("d", 7), minlength=7)

    assert np.abs(counts - len(IDS) / 7).max() < 4.5 * np.sqrt(len(IDS) / 7)


def test_between_reaches_both_ends_and_no_further() -> None:
    values = Draws(5, IDS).between("d", -2, 3)

    assert set(values.tolist()) == {-2, -1, 0, 1, 2, 3}


def test_chance_comes_out() -> None:
    for p in (0.0, 0.003, 0.4, 1.0):
        share = Draws(9, IDS).chance(f"p{p}", p).mean()
        assert abs(share - p) <= 4.5 * np.sqrt(p * (1 - p) / len(IDS))


def test_z_is_standard_normal() -> None:
    z = Draws(2, IDS).z("z") / 4096

    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 1) < 0.01
    assert abs((z > 1.96).mean() - 0.025) < 0.002


def test_tables_are_symmetric_and_sorted() -> None:
    z = z_table()

    assert np.array_equal(z, -z[::-1])
    assert (np.diff(z) >= 0).all()


@given(st.lists(st.integers(0, 100), min_size=1, max_size=9).filter(any))
def test_weights_come_out(weights: list[int]) -> None:
    counts = np.bincount(weight_table(tuple(weights)), minlength=len(weights))

    assert np.abs(counts / 65536 - np.array(weights) / sum(weights)).max() < 2e-5


def test_streams_by_id_equal_streams_by_name() -> None:
    draws = Draws(4, np.arange(100))
    table = keys(4, ["a", "b"])
    mine = np.arange(100) % 2

    each = draws.each(table[mine]).below(1000)

    assert (
        each.tolist()
        == np.where(mine == 0, draws.below("a", 1000), draws.below("b", 1000)).tolist()
    )
