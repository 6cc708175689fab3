"""Turns as days: a turn is a month that begins on the start's day of the month."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
FAR = 2**31 - 1
"""A day that never comes; days before 1970 are below 0, so no small number can say so."""
LONG_AGO = -FAR
"""A day before every other."""


def day_number(day: date) -> int:
    """Return the days since 1970-01-01."""
    return (day - EPOCH).days


def to_date(number: int) -> date:
    """Return the date of a day number."""
    return EPOCH + timedelta(days=number)


def add_months(start: date, months: int) -> date:
    """Return the same day so many months later, or the month's last.

    >>> add_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def month_starts(start: date, months: int) -> NDArray[np.int32]:
    """Return the first day of each turn and the day after the last, shape (months + 1,)."""
    days = [day_number(add_months(start, m)) for m in range(months + 1)]
    return np.array(days, dtype=np.int32)


def month_index(days: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return months since January 1970 of day numbers."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)


def years_between(first: NDArray[np.int32], last: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the whole years from one day to another, by the calendar.

    >>> days = [day_number(date(2003, 4, 4)), day_number(date(2021, 4, 3))]
    >>> years_between(np.array(days[:1], np.int32), np.array(days[1:], np.int32)).tolist()
    [17]
    """
    months = month_index(last) - month_index(first)
    early = _day_of_month(last) < _day_of_month(first)
    return np.asarray((months - early) // 12, np.int32)


def _day_of_month(days: NDArray[np.int32]) -> NDArray[np.int32]:
    dates = days.astype("datetime64[D]")
    return np.asarray((dates - dates.astype("datetime64[M]")).astype(np.int32), np.int32)
