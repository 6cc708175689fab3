"""Reads what nobody is to have: without heart failure or stroke · no chronic conditions."""

from __future__ import annotations

from healthsim_nb.templates.request.reading import Reading, Text


def without(text: Text, place: int) -> Reading | None:
    """Return the conditions excluded from a place on."""
    start = text.skip("without", place)
    if start == place:
        return None
    if text.has("chronic", start):
        longer = text.words.conditions.end(text.tokens, start) or 0
        end = text.skip("chronic", start)
        if end > longer:
            return Reading(place, end, {"without": "chronic"})
    names, end = _conditions(text, start)
    return Reading(place, end, {"without": names}) if names else None


def with_or_without(text: Text, place: int) -> Reading | None:
    """Return that some conditions do not matter."""
    start = text.skip("with_or_without", place)
    names, end = _conditions(text, start) if start > place else ([], place)
    return Reading(place, end, {"either": names}) if names else None


def _conditions(text: Text, place: int) -> tuple[list[str], int]:
    """Read a list of conditions; "and with" ends it."""
    names: list[str] = []
    end = place
    place = _those(text, place)
    while found := text.words.conditions.find(text.tokens, place):
        end = found[0]
        names.append(found[1])
        place = text.skip("separators", end)
        if place == end:
            break
        place = text.skip("without", text.skip("separators", place))
        place = _those(text, place)
    return names, end


def _those(text: Text, place: int) -> int:
    """Return the place after "people with any", if it stands there."""
    while (after := text.skip("those", place)) > place:
        place = after
    return place
