"""Reads what stands for itself: a size, a noun, a payer, a condition, a template, a place."""

from __future__ import annotations

from healthsim_nb.templates.request.numbers import number
from healthsim_nb.templates.request.reading import Reading, Text


def meaning(text: Text, place: int) -> Reading | None:
    """Return what a known phrase says."""
    found = text.words.meanings.find(text.tokens, place)
    if found is None:
        return None
    end, says = found
    if "line_of_business" in says:
        end = text.skip("after_coverage", end)
    if "have" in says:
        end = text.skip("after_condition", end)
    return Reading(place, end, dict(says))


def filler(text: Text, place: int) -> Reading | None:
    """Return words that say nothing."""
    end = text.words.fillers.end(text.tokens, place)
    return Reading(place, end) if end else None


def size(text: Text, place: int) -> Reading | None:
    """Return how many: a number that leads, that a noun follows, or after "n =" or "cohort of"."""
    found = number(text, place)
    if found is None:
        return Reading(place, place + 1, {"n": 1}) if _one_person(text, place) else None
    value, end = found
    noun = text.words.meanings.find(text.tokens, end)
    counts = bool(noun and noun[1].get("people"))
    if text.has("no_size", end) or not (counts or _leads(text, place) or _named(text, place)):
        return None
    return Reading(place, end, {"n": int(value) if value.is_integer() else value})


def _leads(text: Text, place: int) -> bool:
    return place == 0 or (text.leads(place) and text.has("before_size", place - 1))


def _named(text: Text, place: int) -> bool:
    """Say whether "of", "n", "n =" or "size:" stands before."""
    words = text.between(max(0, place - 2), place)
    return words[-1:] in (["n"], ["of"], ["size"]) or words in (
        [name, sign] for name in ("n", "size") for sign in "=:"
    )


def _one_person(text: Text, place: int) -> bool:
    """Say whether "a" or "an" begins something like "a 65-year-old Medicare patient"."""
    if text.tokens[place].fold not in {"a", "an"} or not text.leads(place):
        return False
    for at in range(place + 1, min(place + 8, len(text.tokens))):
        found = text.words.meanings.find(text.tokens, at)
        if text.has("of", at):
            return False
        if (found and found[1].get("people")) or text.has("old", at):
            return text.tokens[at].text.casefold() in text.words.singular
    return False


def places(text: Text, place: int) -> Reading | None:
    """Return states and regions: "in Texas, Ohio or the South"; two letters only in upper case."""
    start = text.skip("in", place)
    found = _place(text, start, named=start > place)
    if found is None:
        return None
    codes, end = found
    while (after := text.skip("separators", end)) > end:
        more = _place(text, text.skip("in", after), named=start > place)
        if more is None:
            break
        codes, end = codes + more[0], more[1]
    return Reading(place, end, {"states": codes})


def _place(text: Text, place: int, *, named: bool) -> tuple[list[str], int] | None:
    found = text.words.states.find(text.tokens, place)
    if found is None and named:
        found = text.words.regions.find(text.tokens, place)
    if found:
        return found[1], found[0]
    token, before = text.at(place), text.at(place - 1)
    if token is None or token.text not in text.words.codes:
        return None
    article = before is not None and before.fold == "the"
    return None if article or text.has("after_with", place - 1) else ([token.text], place + 1)
