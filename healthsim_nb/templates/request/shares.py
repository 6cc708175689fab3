"""Reads shares: 40% well controlled · half women · 30% under 18 · poorly controlled (20%)."""

from __future__ import annotations

from typing import Any

from healthsim_nb.templates.request.ages import ages
from healthsim_nb.templates.request.levels import levels
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
    found = levels(text, place)
    if found is None:
        return None
    end, level_ids = found
    after = text.skip("equals", end)
    given = share(text, after)
    if given is None:
        alone = text.has("not_alone", place) and text.skip("not_alone", place) == end
        if alone and not _joins_levels(text, place):
            return None
        return Reading(place, end, {"level": level_ids})
    token = text.at(given[1])
    closed = given[1] + bool(token and token.fold == ")")
    return Reading(place, closed, {"level": level_ids, "share": given[0]})


def portion(text: Text, place: int) -> Reading | None:
    """Return a sex or an age with its share after a sign: "female: 60%", "under 18 (30%)"."""
    target = _target(text, place)
    after = text.skip("equals", target[1]) if target else place
    if target is None or after == target[1] or "level" in target[0]:
        return None
    given = share(text, after)
    if given is None:
        return None
    token = text.at(given[1])
    closed = given[1] + bool(token and token.fold == ")")
    return Reading(place, closed, _share_of(given[0], target[0]))


def _joins_levels(text: Text, place: int) -> bool:
    """Say whether another level stands before, as in "well controlled, moderate and poor"."""
    joined = text.has("separators", place - 1)
    before = (levels(text, at) for at in range(max(0, place - 4), place - 1))
    return joined and any(found and found[0] == place - 1 for found in before)


def _skip_all(text: Text, place: int) -> int:
    while (after := text.skip("of_them", place)) > place:
        place = after
    return place


def _target(text: Text, place: int) -> tuple[dict[str, Any], int] | None:
    """Return what a share can be of, and the place after it."""
    said = levels(text, place)
    if said:
        return {"level": said[1]}, said[0]
    years = ages(text, place)
    if years:
        return {"years": years.says["years"]}, years.end
    meaning = text.words.meanings.find(text.tokens, place)
    if not meaning or "n" in meaning[1]:
        return None
    says = meaning[1]
    one = {"sex", "ages"} & set(says)
    if len(one) == 2:
        return {"sex": says["sex"], "ages_too": says["ages"]}, meaning[0]
    kept = {key: value for key, value in says.items() if key in {*one, "adult"}}
    return (kept, meaning[0]) if len(one) == 1 else None


def _share_of(value: float | None, target: dict[str, Any]) -> dict[str, Any]:
    return {**target, "share": value}
