"""Visits by patient and day: the next one at which something can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from healthsim_nb.clinical.render.chart import Chart

Days = NDArray[np.int64]
Rows = NDArray[np.intp]
MOST_DAYS = 1 << 20
"""More days than any run has."""


@dataclass(frozen=True)
class Occasions:
    """Some visits of a chart, sorted."""

    place: Rows
    key: Days
    """Patient row and day since the first."""
    first_day: int

    def next(self, rows: Rows, day: Days) -> tuple[Rows, NDArray[np.bool_]]:
        """Return the first visit of each from a day on, and whether there is one."""
        wanted = rows * MOST_DAYS + np.clip(day - self.first_day, 0, MOST_DAYS - 1)
        at = np.minimum(np.searchsorted(self.key, wanted), max(0, len(self.key) - 1))
        if not len(self.key):
            return at, np.zeros(len(rows), bool)
        found = (self.key[at] >= wanted) & (self.key[at] // MOST_DAYS == rows)
        return self.place[at], found


def occasions(chart: Chart, good: NDArray[np.bool_]) -> Occasions:
    """Return the visits that are good for something."""
    place, first_day = np.flatnonzero(good), int(chart.plan.starts[0])
    key = chart.row[place] * MOST_DAYS + (chart.visits["day"][place] - first_day)
    order = np.argsort(key, kind="stable")
    return Occasions(place[order], key[order], first_day)
