"""Reads ages: 65 to 85 · over 50 · 50+ · under 18 · aged 40 · in their sixties."""

from __future__ import annotations

from typing import NamedTuple

from healthsim_nb.templates.request.numbers import whole
from healthsim_nb.templates.request.reading import Reading, Text

OLDEST = 120
_AND = ("and", "&")
_PARTS = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}
_QUANTITIES = ("more", "at_least", "less", "at_most")
"""Comparisons that also go with a number of patients or of years."""


class _Ages(NamedTuple):
    """A range of ages, the place after it, and whether its words can mean nothing else."""

    low: int
    high: int
    end: int
    sure: bool = False


def ages(text: Text, place: int) -> Reading | None:
    """Return the range of ages that begins at a place."""
    at = text.skip("aged", place)
    aged = at > place
    for read in (_between, _decade, _from_to, _and_older, _compared, _exact):
        found = read(text, at, aged)
        if found is None:
            continue
        possible = found.low <= found.high <= OLDEST and _plain_ages(text, at, found)
        if possible or found.sure or aged:
            return Reading(place, found.end, {"years": (found.low, found.high)})
    return None


def _plain_ages(text: Text, place: int, found: _Ages) -> bool:
    """Say whether numbers that are not called ages are no number of patients, months or percent."""
    before, after = text.at(place - 1), found.end
    says = text.words.meanings.find(text.tokens, after)
    if (says and says[1].get("people")) or text.has("months", after) or text.has("percent", after):
        return False
    return not (before and text.has("for", place - 1) and text.has("years", found.end - 1))


def _between(text: Text, place: int, _: bool) -> _Ages | None:
    start = text.skip("between", place)
    low = _age(text, start) if start > place else None
    token = text.at(low[1]) if low else None
    if not low or not token or not (token.fold in _AND or text.has("to", low[1])):
        return None
    high = _age(text, text.skip("to", low[1]) if token.fold not in _AND else low[1] + 1)
    return _Ages(low[0], high[0], _years(text, high[1])) if high else None


def _from_to(text: Text, place: int, aged: bool) -> _Ages | None:
    start = place
    token = text.at(place)
    if token and token.fold == "from":
        start += 1
    low = _age(text, start)
    if not low:
        return None
    after = text.skip("years", low[1])
    at = text.at(low[1])
    joined = bool(at and at.hyphen)
    high = _age(text, low[1] if joined else text.skip("to", after))
    if not high or not (joined or text.has("to", after)):
        return None
    end = _years(text, high[1])
    sure = text.has("years_old", high[1])
    if not sure and not aged and text.leads(place) and not _ends(text, end):
        return None
    return _Ages(low[0], high[0], end, sure)


def _ends(text: Text, place: int) -> bool:
    token = text.at(place)
    return token is None or token.fold in {",", ";", "."}


def _and_older(text: Text, place: int, _: bool) -> _Ages | None:
    found = _age(text, place)
    if not found:
        return None
    after = _years(text, found[1])
    for at in (found[1], after):
        if text.has("and_older", at):
            return _Ages(found[0], OLDEST, _years(text, text.skip("and_older", at)))
        if text.has("and_younger", at):
            return _Ages(0, found[0], _years(text, text.skip("and_younger", at)))
    return None


def _compared(text: Text, place: int, aged: bool) -> _Ages | None:
    for name, low, high in (
        ("over", 1, None),
        ("more", 1, None),
        ("at_least", 0, None),
        ("under", None, -1),
        ("less", None, -1),
        ("at_most", None, 0),
    ):
        at = text.skip(name, place)
        found = _age(text, text.skip("aged", at)) if at > place else None
        if not found:
            continue
        said_age = aged or text.has("aged", at)
        end = _years(text, found[1])
        if not said_age and not _means_age(text, name, found, end):
            return None
        if high is None and low is not None:
            return _Ages(found[0] + low, OLDEST, end, said_age)
        return _Ages(0, found[0] + (high or 0), end, said_age)
    return None


def _means_age(text: Text, comparison: str, found: tuple[int, int], end: int) -> bool:
    """Say whether "over 5 years", "at least 100" can be an age."""
    if text.has("years_old", found[1]):
        return True
    if text.has("years", found[1]):
        return comparison in {"under", "less"} or found[0] >= 18
    says = text.words.meanings.find(text.tokens, end)
    counted = bool(says) and comparison in _QUANTITIES
    return found[0] < 100 and not counted


def _exact(text: Text, place: int, aged: bool) -> _Ages | None:
    found = _age(text, place)
    if not found:
        return None
    if text.has("years_old", found[1]):
        return _Ages(found[0], found[0], text.skip("years_old", found[1]), sure=True)
    if aged and not text.has("percent", found[1]):
        return _Ages(found[0], found[0], _years(text, found[1]))
    return None


def _decade(text: Text, place: int, _: bool) -> _Ages | None:
    found = _tens(text, text.skip("decade", place))
    if found is None:
        return None
    after = text.skip("tens", found.end)
    more = _tens(text, text.skip("decade", after)) if after > found.end else None
    if more is None:
        return found
    return _Ages(min(found.low, more.low), max(found.high, more.high), more.end, sure=True)


def _tens(text: Text, place: int) -> _Ages | None:
    """Read "sixties", "60s", "late 60s"."""
    part = next((word for word in _PARTS if text.has(word, place)), "")
    at = text.skip(part, place) if part else place
    named = text.words.numbers["decades"].find(text.tokens, at)
    token, suffix = text.at(at), text.at(at + 1)
    plural = suffix is not None and suffix.joined and suffix.fold == "s"
    if named:
        low, end = int(named[1]), named[0]
    elif token and token.number in range(10, 111, 10) and plural:
        low, end = int(token.number or 0), at + 2
    else:
        return None
    first, last = _PARTS.get(part, (0, 9))
    return _Ages(low + first, low + last, end, sure=True)


def _age(text: Text, place: int) -> tuple[int, int] | None:
    """Read a number that can be an age; "65s" too, as in "over 65s"."""
    found = whole(text, place)
    if not found or not 0 <= found[0] < 1000:
        return None
    suffix = text.at(found[1])
    return (found[0], found[1] + 1) if suffix and suffix.joined and suffix.fold == "s" else found


def _years(text: Text, place: int) -> int:
    """Return the place after "years", "years old" or "-year-old"."""
    return (
        text.skip("years_old", place) if text.has("years_old", place) else text.skip("years", place)
    )
