from __future__ import annotations

import numpy as np
import pytest

from healthsim_nb.engine.thinning import FULLEST, WINDOWS, Thinning, window

IDS = np.arange(200_000)


@pytest.mark.parametrize("bound", [0.001, 0.01, 0.05, 0.3, 1.0])
def test_each_month_has_its_share_of_candidates(bound: float) -> None:
    thinning = Thinning(1, IDS)

    shares = [len(thinning.candidates("s", bound, t)[0]) / len(IDS) for t in range(24)]

    sd = np.sqrt(bound * (1 - bound) / len(IDS))
    assert np.abs(np.array(shares) - bound).max() <= 4.5 * sd + 1e-8


def test_what_is_left_is_uniform_below_the_bound() -> None:
    rows, left = Thinning(1, IDS).candidates("s", 0.02, 5)

    assert left.min() >= 0
    assert left.max() < 0.02
    assert abs(left.mean() - 0.01) < 4.5 * 0.02 / np.sqrt(12 * len(rows))


def test_a_month_is_the_same_wherever_one_begins() -> None:
    straight = Thinning(1, IDS)
    for t in range(17):
        straight.candidates("s", 0.01, t)

    rows, left = straight.candidates("s", 0.01, 17)
    again, same = Thinning(1, IDS).candidates("s", 0.01, 17)

    assert np.array_equal(rows, again)
    assert np.array_equal(left, same)


def test_a_part_of_the_people_has_the_same_candidates() -> None:
    rows, _ = Thinning(1, IDS).candidates("s", 0.01, 3)
    part, _ = Thinning(1, IDS[1000:2000]).candidates("s", 0.01, 3)

    assert part.tolist() == [r - 1000 for r in rows.tolist() if 1000 <= r < 2000]


def test_windows_are_short_where_the_bound_is_high() -> None:
    assert [window(b) for b in (0.001, 0.03, 0.1, 0.2, 0.9)] == [12, 6, 2, 1, 1]
    assert all(w == 1 or w * FULLEST / w <= FULLEST for w in WINDOWS)
