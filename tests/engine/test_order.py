"""Rows in order and in waves: the same as by plain sorting and counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.engine.order import distinct, in_order
from healthsim_nb.engine.waves import Some, lay_out, turns

ROWS = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 5)), max_size=40)


@given(ROWS, st.sampled_from([1, 1 << 20, 1 << 55]))
def test_rows_are_in_the_order_of_keys_and_else_as_they_stand(rows, scale: int) -> None:
    first, second = (np.array([row[k] * scale for row in rows], np.int64) for k in range(2))

    assert in_order(first, second).tolist() == np.lexsort((second, first)).tolist()


@given(st.lists(st.integers(-9, 9), max_size=30))
def test_distinct_numbers_rise_and_each_knows_its_own(numbers) -> None:
    keys = np.array(numbers, np.int64)
    found, which = distinct(keys)

    assert found.tolist() == sorted(set(numbers))
    assert found[which].tolist() == numbers


@given(ROWS)
def test_a_wave_has_at_most_one_item_of_a_chain_and_the_earlier_come_first(rows) -> None:
    chain, when = (np.array([row[k] for row in rows], np.int64) for k in range(2))
    waves = lay_out(turns(chain, when))
    seen: dict[int, int] = {}

    for wave in range(len(waves)):
        items = waves.order[waves.begins[wave] : waves.begins[wave + 1]]
        assert len(set(chain[items].tolist())) == len(items) > 0
        for item in items.tolist():
            assert when[item] >= seen.get(chain[item], 0)
            seen[chain[item]] = when[item]
    assert waves.where[waves.order].tolist() == list(range(len(rows)))


@pytest.mark.parametrize(("rank", "order"), [(None, [0, 2, 1, 3]), ([1, 0, 0, 0], [2, 0, 1, 3])])
def test_ranks_say_what_comes_first_within_a_wave(rank, order) -> None:
    waves = lay_out(np.array([0, 1, 0, 1]), 3, rank if rank is None else np.array(rank))

    assert waves.order.tolist() == order
    assert waves.begins.tolist() == [0, 2, 4, 4]


def test_items_of_a_sort_are_found_by_wave() -> None:
    some = Some(np.array([True, False, False, True]), np.array([0, 2, 3, 4]))

    assert [None if (at := some.of(w)) is None else at.tolist() for w in range(3)] == [
        [0],
        None,
        [3],
    ]
