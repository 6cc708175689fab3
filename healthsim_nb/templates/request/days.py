"""Reads days, months, quarters and years, each with the day after its last."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from healthsim_nb.templates.request.numbers import whole

if TYPE_CHECKING:
    from healthsim_nb.templates.request.reading import Text

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""What a number must be between to be a year when nothing else says that it is one."""


class Span(NamedTuple):
    """A day, month, quarter or year: its first day, the day after its last, the place after it."""

    first: date
    after: date
    end: int


def span(text: Text, place: int) -> Span | None:
    """Return the day, month, quarter or year at a place."""
    for read in (_quarter, _month, _day_first, _slashed, _year, _iso):
        found = read(text, place)
        if found is not None:
            return found
    return None


def is_year(text: Text, place: int) -> bool:
    """Say whether a number can be nothing but a year: "2023", but not "2000 patients"."""
    token = text.at(place)
    if token is None or token.number is None or not FIRST_YEAR <= token.number <= LAST_YEAR:
        return False
    after = text.words.meanings.find(text.tokens, place + 1)
    return not (after and {"people", "have", "template"} & set(after[1]))


def _year(text: Text, place: int) -> Span | None:
    token = text.at(place)
    year = token.number if token else None
    if year is None or not (1000 <= year <= 9998 and year.is_integer()):
        return None
    return Span(date(int(year), 1, 1), date(int(year) + 1, 1, 1), place + 1)


def _iso(text: Text, place: int) -> Span | None:
    """Read 2024-01-31 or 2024-01."""
    token = text.at(place)
    dashes = token.text.count("-") if token else 0
    try:
        if token is None or dashes not in (1, 2):
            return None
        first = date.fromisoformat(token.text if dashes == 2 else f"{token.text}-01")
    except ValueError:
        return None
    return Span(first, first + timedelta(1) if dashes == 2 else _plus(first, 1), place + 1)


def _quarter(text: Text, place: int) -> Span | None:
    """Read "Q1 2023"."""
    letter, number = text.at(place), text.at(place + 1)
    if letter is None or letter.fold != "q" or number is None or not number.joined:
        return None
    year = _year(text, place + 2)
    if year is None or number.number not in (1, 2, 3, 4):
        return None
    first = year.first.replace(month=int(number.number) * 3 - 2)
    return Span(first, _plus(first, 3), year.end)


def _month(text: Text, place: int) -> Span | None:
    """Read "March 2024", "March 15, 2024" or "Mar 15 2024"."""
    named = _named(text, place)
    first = whole(text, named[0]) if named else None
    if named is None or first is None:
        return None
    day, at = None, named[0]
    if first[0] <= 31:
        day, at = first[0], first[1]
        token = text.at(at)
        at += bool(token and token.fold == ",")
    year = whole(text, at)
    try:
        found = date(year[0], named[1] + 1, day or 1) if year and year[0] >= 1000 else None
    except ValueError:
        return None
    if found is None or year is None:
        return None
    return Span(found, found + timedelta(1) if day else _plus(found, 1), year[1])


def _day_first(text: Text, place: int) -> Span | None:
    """Read "15 March 2024"."""
    token = text.at(place)
    named = _named(text, place + 1)
    year = text.at(named[0]) if named else None
    if token is None or named is None or year is None:
        return None
    return _made(year.number, named[1] + 1, token.number, named[0] + 1)


def _slashed(text: Text, place: int) -> Span | None:
    """Read "3/15/2024" and "3/2024", the month first as in the United States."""
    parts = text.tokens[place : place + 5]
    numbers, signs = [t.number for t in parts[::2]], [t.fold for t in parts[1::2]]
    if signs[:1] != ["/"] or len(numbers) < 2:
        return None
    if signs == ["/", "/"] and len(numbers) == 3:
        return _made(numbers[2], numbers[0], numbers[1], place + 5)
    return _made(numbers[1], numbers[0], None, place + 3)


def _made(year: float | None, month: float | None, day: float | None, end: int) -> Span | None:
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR or month is None:
        return None
    try:
        found = date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    return Span(found, found + timedelta(1) if day else _plus(found, 1), end)


def _named(text: Text, place: int) -> tuple[int, int] | None:
    """Return (the place after a month, the month from 0)."""
    if text.at(place) is None:
        return None
    return text.words.lists["month_names"].find(text.tokens, place) or _short(text, place)


def _short(text: Text, place: int) -> tuple[int, int] | None:
    token, after = text.at(place), text.at(place + 1)
    if token is None or token.fold not in MONTHS:
        return None
    return place + 2 if after and after.fold == "." else place + 1, MONTHS.index(token.fold)


def _plus(day: date, months: int) -> date:
    """Return the day so many months after the first of a month."""
    months += day.month - 1
    return date(day.year + months // 12, months % 12 + 1, 1)
