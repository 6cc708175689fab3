"""Reads time and seed: two years · 18 months · since 2023-07 · from 2022 to 2024 · seed 7."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.errors import RequestError
from healthsim_nb.templates.request.days import is_year, span
from healthsim_nb.templates.request.numbers import number, whole
from healthsim_nb.templates.request.reading import Reading, Text

if TYPE_CHECKING:
    from datetime import date

UNITS = {"years": 12, "months": 1, "quarters": 3, "long_decades": 120, "weeks": 12 / 52}
"""Months in a unit; weeks go by quarters of 13."""


def months(text: Text, place: int) -> Reading | None:
    """Return for how long: years and months, which add up."""
    start = text.skip("for", place)
    first = _stretch(text, start)
    if first is None:
        return None
    total, end = first
    after = text.skip("range", end)
    if after > end and _stretch(text, after):
        return None  # ages, as "3 months to 2 years old": people are picked by whole years
    token = text.at(end)
    second = _stretch(text, end + 1 if token and token.fold == "and" else end)
    if second and total % 12 == 0 and second[0] < 12:
        total, end = total + second[0], second[1]
    return Reading(place, end, {"months": total if not total.is_integer() else int(total)})


def start(text: Text, place: int) -> Reading | None:
    """Return the first day: a date, a month of a year, or a year."""
    at = text.skip("start", place)
    if at == place:
        return None
    token = text.at(at)
    equals = token is not None and token.fold in {"=", ":"}
    found = span(text, at + 1 if equals else at)
    return Reading(place, found.end, {"start": found.first}) if found else None


def period(text: Text, place: int) -> Reading | None:
    """Return first day and months: "from 2022 to 2024", "2022-2024", "in 2023", "Q1 2024"."""
    begin = max(text.skip("from", place), text.skip("during", place))
    first = span(text, begin)
    if first is None or (begin == place and not _is_date(text, place, first.end)):
        return None
    token = text.at(first.end)
    joined = token is not None and token.hyphen
    until = first.end if joined else text.skip("until", first.end)
    last = span(text, until) if joined or until > first.end else None
    if last is not None and _is_date(text, until, last.end):
        return _whole_months(text, Reading(place, last.end), first.first, last.after)
    during = text.skip("during", place)
    if (
        during == place
        or not _is_date(text, during, first.end)
        or text.skip("start", place) == during
    ):
        return None
    return _whole_months(text, Reading(place, first.end), first.first, first.after)


def _is_date(text: Text, place: int, end: int) -> bool:
    """Say whether a day, month or year can be nothing else, such as a number of patients."""
    token = text.at(place)
    return end - place > 1 or (token is not None and token.number is None) or is_year(text, place)


def _whole_months(text: Text, reading: Reading, first: date, after: date) -> Reading:
    said = text.said(reading.first, reading.end)
    months = (after.year - first.year) * 12 + after.month - first.month
    if months < 1:
        raise RequestError(f"'{said}' ends before it begins.")
    if after.day != first.day:
        raise RequestError(f"'{said}': a scenario lasts whole months, such as 'from 2022 to 2024'.")
    return Reading(reading.first, reading.end, {"start": first, "months": months})


def seed(text: Text, place: int) -> Reading | None:
    """Return the seed."""
    at = text.skip("seed", place)
    if at == place:
        return None
    token = text.at(at)
    found = whole(text, at + 1 if token and token.fold in {"=", ":"} else at)
    return Reading(place, found[1], {"seed": found[0]}) if found else None


def _stretch(text: Text, place: int) -> tuple[float, int] | None:
    """Return (months, the place after): "a year", "half a year", "a year and a half"."""
    token = text.at(place)
    found = number(text, place)
    if found is None and token:
        half = text.words.numbers["fractions"].find(text.tokens, place)
        found = (half[1], half[0]) if half else None
        if found is None and token.fold in {"a", "an"}:
            found = (1.0, place + 1)
    if found is None:
        return None
    value, at = found
    at, value = _and_a_half(text, at, value)
    token = text.at(at)
    if token and token.fold in {"a", "an"} and value < 1:
        at += 1
    unit = next((name for name in UNITS if text.has(name, at)), None)
    if unit is None or (unit == "weeks" and (value % 13 or not value)):
        return None
    at, value = _and_a_half(text, text.skip(unit, at), value)
    return round(value * UNITS[unit], 9), at


def _and_a_half(text: Text, place: int, value: float) -> tuple[int, float]:
    folds = [token.fold for token in text.tokens[place : place + 3]]
    return (place + 3, value + 0.5) if folds == ["and", "a", "half"] else (place, value)
