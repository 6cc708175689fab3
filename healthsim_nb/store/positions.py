"""Where the rows of a query lie by their key, so that a jump looks at few of them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PIECES = 4096
"""Into how many stretches of keys the rows are counted."""
FEW = 10_000
"""Rows that are put in order for one jump; a stretch that holds more is divided once more."""


@dataclass(frozen=True)
class Stretch:
    """Keys from the lowest to the highest, and how many rows have them."""

    low: int
    high: int
    rows: int


@dataclass(frozen=True)
class _Parts:
    """What a stretch is divided into, in order, and how many rows lie before each part."""

    stretches: list[Stretch]
    before: list[int]


class Positions:
    """The rows of a query counted by stretches of their keys.

    Parameters
    ----------
    count
        Takes an open lower bound, an upper bound and a width; returns the stretches of keys between
        these bounds of which each holds at most ``width`` neighbouring keys, twice as many about 0.
    low, high
        The lowest and the highest key that there may be.
    """

    def __init__(
        self, count: Callable[[int, int, int], list[Stretch]], low: int, high: int
    ) -> None:
        self._count = count
        self._known: dict[tuple[int, int], _Parts] = {}
        parts = self._parts(low, high)
        self.rows = sum(part.rows for part in parts.stretches)
        """Rows in all."""
        self._whole = Stretch(low, high, self.rows)

    def find(self, position: int) -> tuple[Stretch, int]:
        """Return a short stretch that holds the row at a position, and how many rows of it precede.

        Parameters
        ----------
        position
            From 0 to below `rows`.
        """
        held, rest = self._whole, position
        while held.rows > FEW and held.low < held.high:
            parts = self._parts(held.low, held.high)
            place = bisect_right(parts.before, rest) - 1
            held, rest = parts.stretches[place], rest - parts.before[place]
        return held, rest

    def _parts(self, low: int, high: int) -> _Parts:
        if (low, high) not in self._known:
            stretches = self._count(low - 1, high, (high - low) // PIECES + 1)
            before = list(accumulate((s.rows for s in stretches), initial=0))
            self._known[low, high] = _Parts(stretches, before[:-1])
        return self._known[low, high]
