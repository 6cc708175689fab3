"""States and places: codes, ZIP codes and counties that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby

from healthsim_nb.reference.tables import rows
from healthsim_nb.reference.weighted import Weighted


@dataclass(frozen=True)
class State:
    """A state or the District of Columbia."""

    code: str
    name: str
    fips: str
    region: str
    """Census region."""
    division: str
    """Census division."""
    population: int
    area_codes: tuple[str, ...]
    """Telephone area codes without later overlays."""


@dataclass(frozen=True)
class Place:
    """A city with one ZIP code that delivers there."""

    state: str
    city: str
    county: str
    county_fips: str
    postal_code: str
    area_code: str
    weight: int
    """Its share of the people, within the state."""


@cache
def states() -> tuple[State, ...]:
    """Return the 51 states in the order of their codes; a state's place here is its index."""
    read = (
        State(
            row["code"],
            row["name"],
            row["fips"],
            row["region"],
            row["division"],
            int(row["population"]),
            tuple(row["area_codes"].split()),
        )
        for row in rows("geography/states.csv")
    )
    return tuple(sorted(read, key=lambda state: state.code))


@cache
def state_index() -> dict[str, int]:
    """Return the index of each state by its code."""
    return {state.code: index for index, state in enumerate(states())}


@cache
def places() -> tuple[Place, ...]:
    """Return every place, state after state; a place's position here is its index."""
    read = (
        Place(**{**row, "weight": int(row["weight"])})  # type: ignore[arg-type]
        for row in rows("geography/places.csv")
    )
    return tuple(sorted(read, key=lambda p: (p.state, p.city, p.postal_code)))


@cache
def state_table() -> Weighted:
    """Return the one group of all states, weighted by population."""
    return Weighted.of([[state.population for state in states()]])


@cache
def place_table() -> Weighted:
    """Return the places of each state, weighted.

    The index of a picked place is ``place_table().first[state] + place_table().pick(state, bits)``.
    """
    by_state = groupby(places(), key=lambda p: p.state)
    return Weighted.of([[p.weight for p in group] for _, group in by_state])
