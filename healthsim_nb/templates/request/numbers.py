"""Reads a number in digits or words: 1,000 · 1.5k · two hundred and fifty · half a million."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healthsim_nb.templates.request.reading import Text


def number(text: Text, place: int) -> tuple[float, int] | None:
    """Return (the number, the place after it) if one begins at a place."""
    token = text.at(place)
    if token is None:
        return None
    if token.number is not None:
        return _scaled(text, token.number, place + 1)
    if token.fold in {"a", "an", "half"}:
        return _of_one(text, place)
    return _in_words(text, place)


def whole(text: Text, place: int) -> tuple[int, int] | None:
    """Return (the whole number, the place after it)."""
    found = number(text, place)
    return (int(found[0]), found[1]) if found and float(found[0]).is_integer() else None


def share(text: Text, place: int) -> tuple[float | None, int] | None:
    """Return (a part of 1, the place after it); None for "the rest"."""
    if text.has("rest", place):
        return None, text.skip("rest", place)
    found = number(text, place)
    if found and text.has("percent", found[1]):
        return found[0] / 100, text.skip("percent", found[1])
    part = text.words.numbers["fractions"].find(text.tokens, place)
    return (part[1], part[0]) if part else None


def _of_one(text: Text, place: int) -> tuple[float, int] | None:
    """Read "a hundred", "half a dozen"."""
    value, at = 1.0, place
    if text.tokens[at].fold == "half":
        value, at = 0.5, at + 1
    token = text.at(at)
    if token and token.fold in {"a", "an"}:
        at += 1
    scaled = _scaled(text, value, at)
    return scaled if scaled[1] > at else None


def _in_words(text: Text, place: int) -> tuple[float, int] | None:
    units, scales = text.words.numbers["units"], text.words.numbers["scales"]
    total, current, at, step = 0.0, 0.0, place, place
    while True:
        unit = units.find(text.tokens, step)
        if unit and (current % 100 == 0 or (current % 10 == 0 and unit[1] < 10)):
            current, at = current + unit[1], unit[0]
        elif at > place and (scale := scales.find(text.tokens, at)):
            at, current = scale[0], current * scale[1]
            if scale[1] >= 1000:
                total, current = total + current, 0
        else:
            break
        token = text.at(at)
        step = at + 1 if token and token.fold == "and" and (current or total) >= 100 else at
    return (total + current, at) if at > place else None


def _scaled(text: Text, value: float, at: int) -> tuple[float, int]:
    while scale := text.words.numbers["scales"].find(text.tokens, at):
        at, value = scale[0], value * scale[1]
    return value, at
