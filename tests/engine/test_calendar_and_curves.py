from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.engine.calendar import day_number, month_starts, to_date, years_between
from healthsim_nb.engine.curves import by_age, by_month


@given(st.dates(date(1900, 1, 1), date(2400, 1, 1)), st.integers(1, 200))
def test_turns_follow_each_other_by_a_month(start: date, months: int) -> None:
    starts = month_starts(start, months)

    assert to_date(int(starts[0])) == start
    assert set(np.diff(starts).tolist()) <= set(range(28, 35))


@given(st.dates(date(1900, 1, 1), date(2400, 1, 1)))
def test_fewer_turns_are_the_first_of_more(start: date) -> None:
    assert month_starts(start, 12).tolist() == month_starts(start, 24)[:13].tolist()


def test_day_numbers_count_from_1970() -> None:
    assert day_number(date(1970, 1, 2)) == 1


def test_a_curve_is_linear_between_knots_and_level_beyond() -> None:
    table = by_age({10: 1.0, 20: 3.0})

    assert table[[0, 10, 15, 20, 120]].tolist() == [1, 1, 2, 3, 3]


def test_an_empty_curve_is_zero() -> None:
    assert by_age({}).tolist() == [0.0] * 121


def test_months_lie_between_years() -> None:
    assert by_month({0: 0.0, 1: 12.0})[[0, 6, 12, 500]].tolist() == [0, 6, 12, 12]


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 40000))
def test_years_are_counted_as_birthdays_are(born, days) -> None:
    day = born + timedelta(days=days)
    had = (day.month, day.day) >= (born.month, born.day)

    found = years_between(*(np.array([day_number(d)], np.int32) for d in (born, day)))

    assert found.tolist() == [day.year - born.year - (not had)]
