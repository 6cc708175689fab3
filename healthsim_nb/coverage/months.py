"""Calendar months of a run: coverage begins and ends with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.calendar import month_index

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    I32 = NDArray[np.int32]


@dataclass(frozen=True)
class Months:
    """Months from January of the year of the start to the last that is played."""

    first: int
    """Months since January 1970."""
    start: int
    """The first month that is played, counted from ``first``."""
    count: int
    last_day: int
    """Day after the last."""

    def place(self, days: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return which month each day lies in; before and after, the nearest."""
        month = month_index(days.astype(np.int32)).astype(np.int64) - self.first
        return np.clip(month, 0, self.count - 1)

    def begins(self, months: NDArray[np.integer]) -> I32:
        """Return the first day of months."""
        day = (months + self.first).astype("datetime64[M]").astype("datetime64[D]")
        return day.astype(np.int32)

    def year(self, months: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the calendar year of months."""
        return (months.astype(np.int64) + self.first) // 12 + 1970

    @property
    def years(self) -> tuple[int, int]:
        """The first calendar year, and how many there are."""
        first = self.first // 12 + 1970
        return first, (self.first + self.count - 1) // 12 + 1970 - first + 1


def months_of(start: date, last_day: int) -> Months:
    """Return the months from January of a run's first year to its last day."""
    first = (start.year - 1970) * 12
    last = int(month_index(np.array([last_day - 1], np.int32))[0])
    return Months(first, start.month - 1, last - first + 1, last_day)
