"""Birthdays that give everyone, on the first day of a scenario, the age that was drawn."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import SpecificationError
from healthsim_nb.population.tables import AGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EPOCH = date(1970, 1, 1).toordinal()


def birth_days(start: date, age: NDArray[np.int64], u32: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Return days of birth, uniform within the year of age and never after ``start``.

    Returns
    -------
    ndarray of int32, shape (n,)
        Days since 1970-01-01.
    """
    last = latest_births(start)
    days = (last[age] - last[age + 1]).astype(np.uint64)
    back = (u32.astype(np.uint64) * days) >> np.uint64(32)
    return (last[age] - back.astype(np.int64)).astype(np.int32)


@lru_cache(maxsize=64)
def latest_births(start: date) -> NDArray[np.int64]:
    """Return the last day on which someone of each age on ``start`` can be born, shape (122,)."""
    if start.year <= AGES:
        raise SpecificationError(f"start {start.isoformat()}: the earliest year is {AGES + 1}.")
    days = [_years_before(start, years).toordinal() - _EPOCH for years in range(AGES + 1)]
    return np.array(days, dtype=np.int64)


def _years_before(day: date, years: int) -> date:
    year = day.year - years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
