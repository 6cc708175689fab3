"""Reads shares: 40% well controlled · half women · 30% under 18 · poorly controlled (20%)."""

from __future__ import annotations

from typing import Any

from healthsim_nb.templates.request.ages import ages
from healthsim_nb.templates.request.numbers import share
from healthsim_nb.templates.request.reading import Reading, Text


def part(text: Text, place: int) -> Reading | None:
    """Return a share of a level, a sex or an age that begins at a place."""
    found = share(text, place)
    if found is None:
        return None
    value, at = found
    target = _target(text, at) or _target(text, _skip_all(text, at))
    return Reading(place, target[1], _share_of(value, target[0])) if target else None


def level(text: Text, place: int) -> Reading | None:
    """Return a level, with the share that may follow it."""
    found = text.words.levels.find(text.tokens, place)
    if found is None:
        return None
    end, level_ids = found
    after = text.skip("equals", end)
    given = share(text, after)
    if given is None:
        if text.has("not_alone", place) and text.skip("not_alone", place) == end:
            return None
        return Reading(place, end, {"level": level_ids})
    token = text.at(given[1])
    closed = given[1] + bool(token and token.fold == ")")
    return Reading(place, closed, {"level": level_ids, "share": given[0]})


def _skip_all(text: Text, place: int) -> int:
    while (after := text.skip("of_them", place)) > place:
        place = after
    return place


def _target(text: Text, place: int) -> tuple[dict[str, Any], int] | None:
    """Return what a share can be of, and the place after it."""
    levels = text.words.levels.find(text.tokens, place)
    if levels:
        return {"level": levels[1]}, levels[0]
    years = ages(text, place)
    if years:
        return {"years": years.says["years"]}, years.end
    meaning = text.words.meanings.find(text.tokens, place)
    if not meaning or "n" in meaning[1]:
        return None
    says = meaning[1]
    one = {"sex", "ages"} & set(says)
    kept = {key: value for key, value in says.items() if key in {*one, "adult"}}
    return (kept, meaning[0]) if len(one) == 1 else None


def _share_of(value: float | None, target: dict[str, Any]) -> dict[str, Any]:
    return {**target, "share": value}
