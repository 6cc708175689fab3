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
    loose = text.words.numbers["loose"].find(text.tokens, place)
    if loose:
        return _scaled(text, float(loose[1]), loose[0])
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
    if found and (of := _out_of(text, found)):
        return of
    part = text.words.numbers["fractions"].find(text.tokens, place)
    return (part[1], part[0]) if part else None


def _out_of(text: Text, found: tuple[float, int]) -> tuple[float, int] | None:
    """Read what follows the first number of "3 in 4", "nine out of ten"."""
    after = text.skip("out_of", found[1])
    whole_of = number(text, after) if after > found[1] else None
    return (found[0] / whole_of[0], whole_of[1]) if whole_of and found[0] <= whole_of[0] else None


def _of_one(text: Text, place: int) -> tuple[float, int] | None:
    """Read "a hundred", "half a dozen"."""
    value, at = 1.0, place
    if text.tokens[at].fold == "half":
        value, at = 0.5, at + 1
    token = text.at(at)
    if token and token.fold in {"a", "an"}:
        at += 1
    scaled = _scaled(text, value, at)
    if scaled[1] == at:
        return None
    worded = _in_words(text, at, value) if value == 1 else None
    return max(worded or scaled, scaled, key=lambda found: found[1])


def _in_words(text: Text, place: int, begun: float = 0.0) -> tuple[float, int] | None:
    """Read "two hundred and fifty"; ``begun``: what stands before, as the 1 of "a hundred"."""
    units, scales = text.words.numbers["units"], text.words.numbers["scales"]
    total, current, at, step = 0.0, begun, place, place
    while True:
        unit = units.find(text.tokens, step)
        if unit and (current % 100 == 0 or (current % 10 == 0 and unit[1] < 10)):
            current, at = current + unit[1], unit[0]
        elif (at > place or begun) and (scale := scales.find(text.tokens, at)):
            at, current = scale[0], current * scale[1]
            if scale[1] >= 1000:
                total, current = total + current, 0
        else:
            break
        token = text.at(at)
        step = at + 1 if token and token.fold == "and" and (current or total) >= 100 else at
    return (total + current, at) if at > place else None


def _scaled(text: Text, value: float, at: int) -> tuple[float, int]:
    token = text.at(at)
    if token and token.joined and token.text == "M" and _counts_people(text, at + 1):
        return value * 1_000_000, at + 1
    last = 0.0
    while scale := text.words.numbers["scales"].find(text.tokens, at):
        at, value, last = scale[0], value * scale[1], scale[1]
    half = [token.fold for token in text.tokens[at : at + 3]] == ["and", "a", "half"]
    return (value + last / 2, at + 3) if last and half else (value, at)


def _counts_people(text: Text, place: int) -> bool:
    """Say whether a noun for people follows: "10M people" are millions, "70M" is a man of 70."""
    found = text.words.meanings.find(text.tokens, place)
    return bool(found and found[1].get("people"))
