"""Rare events without a draw a month for everyone.

One uniform draw a window of months says both whether a person is a candidate and in which month:
the draw is cut into as many slices of width ``bound`` as the window has months. Each month's
chance of being a candidate is exactly ``bound``; the exact hazard, which may not exceed it, is
then worked out for the few candidates of the month and compared with what is left of the draw.
Nobody is a candidate twice in a window, so windows are short where the bound is high.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.ids import turn_ids
from healthsim_nb.engine.rng import ONE32, Draws, below

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Candidates = tuple[NDArray[np.intp], NDArray[np.float64]]

WINDOWS = (12, 6, 4, 3, 2, 1)
FULLEST = 0.25
"""A window holds at most this share of candidates."""


@cache
def window(bound: float) -> int:
    """Return how many months one draw serves."""
    return next((w for w in WINDOWS if w * bound <= FULLEST), 1)


@dataclass(frozen=True)
class Window:
    """The candidates of the months of a window, one month after the other."""

    rows: NDArray[np.intp]
    left: NDArray[np.float64]
    """What is left of their draws."""
    ends: list[int]

    def month(self, place: int) -> Candidates:
        """Return those of one month."""
        mine = slice(self.ends[place], self.ends[place + 1])
        return self.rows[mine], self.left[mine]


class Thinning:
    """Candidates of any number of streams for the same people; recomputed wherever a run begins.

    Parameters
    ----------
    seed
        The scenario's seed.
    ids
        Patient ids, shape (n,).
    """

    def __init__(self, seed: int, ids: NDArray[np.int64]) -> None:
        self._seed, self._ids = seed, ids
        self._kept: dict[str, tuple[int, NDArray[np.float64]]] = {}
        self._draws: dict[int, Draws] = {}
        self._windows: dict[str, tuple[int, Window]] = {}

    def candidates(self, stream: str, bound: float, turn: int) -> Candidates:
        """Return rows and what is left of their draws, uniform on [0, bound), for one month."""
        bound = min(bound, 1.0)
        length = window(bound)
        number, place = divmod(turn, length)
        held = self._windows.get(stream)
        if held is None or held[0] != number:
            held = self._windows[stream] = (number, self._cut(stream, bound, length, number))
        return held[1].month(place)

    def keep(
        self, name: str, year: int, make: Callable[[], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """Return what holds for everybody for a year, made once, shape (n,)."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != year:
            kept = self._kept[name] = (year, make())
        return kept[1]

    def _cut(self, stream: str, bound: float, length: int, number: int) -> Window:
        width = int(bound * ONE32)
        drawn = self._drawn(number).bits(stream)
        rows = np.flatnonzero(below(drawn, width * length))
        if not len(rows):
            return Window(rows, np.zeros(0), [0] * (length + 1))
        high = (drawn[rows] >> np.uint64(32)).astype(np.int64)
        # A window is at most a year: small numbers are sorted by radix.
        month = (high // max(width, 1)).astype(np.int8)
        order = np.argsort(month, kind="stable")
        ends = np.searchsorted(month[order], np.arange(1, length, dtype=np.int8))
        left = (high - month * np.int64(max(width, 1)))[order] / ONE32
        return Window(rows[order], left, [0, *ends.tolist(), len(rows)])

    def _drawn(self, number: int) -> Draws:
        """Return the draws by (patient, number of the window); only the latest few are kept."""
        if number not in self._draws:
            if len(self._draws) > len(WINDOWS):
                self._draws.pop(next(iter(self._draws)))
            self._draws[number] = Draws(self._seed, turn_ids(self._ids, number))
        return self._draws[number]
