"""Reads time and seed: two years · 18 months · since 2023-07 · seed 7."""

from __future__ import annotations

from datetime import date

from healthsim_nb.templates.request.numbers import number, whole
from healthsim_nb.templates.request.reading import Reading, Text


def months(text: Text, place: int) -> Reading | None:
    """Return for how long: years and months, which add up."""
    start = text.skip("for", place)
    first = _stretch(text, start)
    if first is None:
        return None
    total, end = first
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
    found = _day(text, at + 1 if equals else at)
    return Reading(place, found[1], {"start": found[0]}) if found else None


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
    unit = next((name for name in ("years", "months") if text.has(name, at)), None)
    if unit is None:
        return None
    at, value = _and_a_half(text, text.skip(unit, at), value)
    return value * (12 if unit == "years" else 1), at


def _and_a_half(text: Text, place: int, value: float) -> tuple[int, float]:
    folds = [token.fold for token in text.tokens[place : place + 3]]
    return (place + 3, value + 0.5) if folds == ["and", "a", "half"] else (place, value)


def _day(text: Text, place: int) -> tuple[date, int] | None:
    token = text.at(place)
    if token is None:
        return None
    month = text.words.lists["month_names"].find(text.tokens, place) or _short_month(text, place)
    if month:
        return _month_and_year(text, month[0], month[1] + 1)
    year = token.number
    if year is not None and 1000 <= year <= 9999 and year.is_integer():
        return date(int(year), 1, 1), place + 1
    try:
        plain = token.text if token.text.count("-") == 2 else f"{token.text}-01"
        return date.fromisoformat(plain), place + 1
    except ValueError:
        return None


def _month_and_year(text: Text, place: int, month: int) -> tuple[date, int] | None:
    """Read what follows a month: "2024", "15, 2024" or "15 2024"."""
    first = whole(text, place)
    if first is None:
        return None
    day, at = 1, place
    if first[0] <= 31:
        day, at = first[0], first[1]
        token = text.at(at)
        at += bool(token and token.fold == ",")
    year = whole(text, at)
    try:
        return (date(year[0], month, day), year[1]) if year and year[0] >= 1000 else None
    except ValueError:
        return None


def _short_month(text: Text, place: int) -> tuple[int, int] | None:
    names = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    fold = text.tokens[place].fold
    end = place + 2 if (token := text.at(place + 1)) and token.fold == "." else place + 1
    return (end, names.index(fold)) if fold in names else None
