"""Rare events without a draw a month for everyone.

One uniform draw a window of months says both whether a person is a candidate and in which month:
the draw is cut into as many slices of width ``bound`` as the window has months. Each month's
chance of being a candidate is exactly ``bound``; the exact hazard, which may not exceed it, is
then worked out for the few candidates of the month and compared with what is left of the draw.
Nobody is a candidate twice in a window, so windows are short where the bound is high.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.ids import turn_ids
from healthsim_nb.engine.rng import ONE32, Draws, below

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Candidates = tuple[NDArray[np.intp], NDArray[np.float64]]

WINDOWS = (12, 6, 4, 3, 2, 1)
FULLEST = 0.25
"""A window holds at most this share of candidates."""


def window(bound: float) -> int:
    """Return how many months one draw serves."""
    return next((w for w in WINDOWS if w * bound <= FULLEST), 1)


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
        self.kept: dict[str, tuple[int, NDArray[np.float64]]] = {}
        """What holds for a year for everybody, by name, with the number of the year."""
        self._draws: dict[int, Draws] = {}
        self._windows: dict[str, tuple[int, list[Candidates]]] = {}

    def candidates(self, stream: str, bound: float, turn: int) -> Candidates:
        """Return rows and what is left of their draws, uniform on [0, bound), for one month."""
        bound = min(bound, 1.0)
        length = window(bound)
        number, place = divmod(turn, length)
        held = self._windows.get(stream)
        if held is None or held[0] != number:
            held = self._windows[stream] = (number, self._cut(stream, bound, length, number))
        return held[1][place]

    def _cut(self, stream: str, bound: float, length: int, number: int) -> list[Candidates]:
        width = int(bound * ONE32)
        drawn = self._drawn(number).bits(stream)
        rows = np.flatnonzero(below(drawn, width * length))
        month, left = np.divmod((drawn[rows] >> np.uint64(32)).astype(np.int64), max(width, 1))
        order = np.argsort(month, kind="stable")
        ends = np.searchsorted(month[order], np.arange(1, length))
        parts = zip(np.split(rows[order], ends), np.split(left[order], ends), strict=True)
        return [(r, u / ONE32) for r, u in parts]

    def _drawn(self, number: int) -> Draws:
        """Return the draws by (patient, number of the window); only the latest few are kept."""
        if number not in self._draws:
            if len(self._draws) > len(WINDOWS):
                self._draws.pop(next(iter(self._draws)))
            self._draws[number] = Draws(self._seed, turn_ids(self._ids, number))
        return self._draws[number]
