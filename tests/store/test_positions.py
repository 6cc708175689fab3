from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.store import positions
from healthsim_nb.store.positions import Positions, Stretch

KEYS = st.sets(st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-50, 50), min_size=1, max_size=80)


def counter(keys):
    """Count as DuckDB does, whose integer division drops what is behind the point."""

    def count(after, until, width):
        found = {}
        for key in sorted(keys):
            if after < key <= until:
                piece = abs(key) // width * (1 if key > 0 else -1)
                found.setdefault(piece, []).append(key)
        return [Stretch(min(part), max(part), len(part)) for part in found.values()]

    return count


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(positions, "PIECES", 3)
    monkeypatch.setattr(positions, "FEW", 4)


@given(keys=KEYS)
def test_every_row_is_found_in_a_short_stretch_by_its_position(keys):
    known = sorted(keys)

    found = Positions(counter(keys), known[0], known[-1])

    assert found.rows == len(known)
    for place, key in enumerate(known):
        held, rest = found.find(place)
        inside = known[bisect_left(known, held.low) :]
        assert held.low <= key <= held.high
        assert inside[rest] == key
        assert held.rows <= 4


def test_what_was_counted_is_not_counted_again():
    keys, asked = range(1000), []

    def count(*bounds):
        asked.append(bounds)
        return counter(keys)(*bounds)

    found = Positions(count, 0, 999)
    once = [found.find(500) for _ in range(3)]

    assert len(set(once)) == 1
    assert len(set(asked)) == len(asked)


def test_bounds_wider_than_the_rows_do_no_harm():
    found = Positions(counter([5]), -1000, 1000)

    assert found.rows == 1
    assert found.find(0)[0].low <= 5
