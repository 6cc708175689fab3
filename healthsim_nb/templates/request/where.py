"""Reads where people live: in Texas, Ohio or the South · in Plano, TX · Boise, Idaho."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from healthsim_nb.errors import RequestError
from healthsim_nb.templates.request.reading import Reading, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_STATE = frozenset(
    ["al", "as", "co", "de", "hi", "id", "in", "la", "ma", "me", "oh", "ok", "or", "pa"]
)
"""Letters of states that are words when they are small."""


class _Where(NamedTuple):
    """States, cities as "Plano, TX", and the place after them."""

    states: list[str]
    cities: list[str]
    end: int


def places(text: Text, place: int) -> Reading | None:
    """Return states, regions and cities; two letters in upper case, or small after "in"."""
    start = text.skip("in", place)
    named = start > place
    found = _where(text, start, named=named) or _apart(text, place)
    if found is None:
        return None
    while (after := text.skip("separators", found.end)) > found.end:
        more = _where(text, text.skip("in", after), named=named)
        if more is None:
            break
        found = _Where(found.states + more.states, found.cities + more.cities, more.end)
    says = {"states": found.states, "cities": found.cities}
    return Reading(place, found.end, {word: value for word, value in says.items() if value})


def spread(readings: Sequence[Reading]) -> tuple[list[str], list[str]]:
    """Return (the states, the cities) of a request; a state said with its city means the city."""
    cities = [city for r in readings for city in r.says.get("cities", ())]
    states = [code for r in readings for code in r.says.get("states", ())]
    states += [city.rpartition(", ")[2] for city in cities]
    return list(dict.fromkeys(states)), list(dict.fromkeys(cities))


def _where(text: Text, place: int, *, named: bool) -> _Where | None:
    state = _state(text, place, named=named)
    city = text.words.cities.find(text.tokens, place)
    if city and (state is None or city[0] > state.end):
        found = _city(text, place, city, named=named)
        if found:
            return found
    return state


def _apart(text: Text, place: int) -> _Where | None:
    """Read what stands between commas: "asthma, Midwest, 2 years"."""
    found = text.words.regions.find(text.tokens, place)
    ends = [text.at(place - 1), text.at(found[0])] if found else []
    apart = all(token is None or token.fold in {",", ";", "."} for token in ends)
    return _Where(found[1], [], found[0]) if found and apart else None


def _city(text: Text, place: int, found: tuple[int, list[str]], *, named: bool) -> _Where | None:
    """Read a city with its state after it, or alone where it can be nothing else."""
    end, cities = found
    after = text.skip("comma", end)
    state = _state(text, text.skip("in", after), named=True)
    if state and len(state.states) == 1:
        of = [city for city in cities if city.endswith(state.states[0])]
        if of:
            return _Where([], of, state.end)
    if not named:
        return None
    if len(cities) > 1:
        said = text.said(place, end)
        raise RequestError(f"'{said}' may be {' or '.join(cities)}: say which.")
    return _Where([], cities, end)


def _state(text: Text, place: int, *, named: bool) -> _Where | None:
    found = text.words.states.find(text.tokens, place)
    if named:
        region = text.words.regions.find(text.tokens, place)
        found = region if region and (found is None or region[0] > found[0]) else found
    if found:
        return _Where(found[1], [], found[0])
    token, before = text.at(place), text.at(place - 1)
    if token is None:
        return None
    small = named and token.text.islower() and token.text not in NO_STATE
    code = token.text.upper() if small else token.text
    if code not in text.words.codes or (small and text.words.meanings.end(text.tokens, place)):
        return None
    article = before is not None and before.fold == "the"
    barred = article or text.has("after_with", place - 1)
    return None if barred else _Where([code], [], place + 1)
