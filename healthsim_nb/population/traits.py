"""What a person is besides age and sex: race, language, coverage, smoking, place."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.population import fitting
from healthsim_nb.population.ages import LINES_OF_BUSINESS
from healthsim_nb.population.alias import Alias, weights_of
from healthsim_nb.population.tables import (
    AGES,
    Cuts,
    by_age,
    columns,
    cuts,
    pick,
    pyramid,
    shares_of,
    spread,
)
from healthsim_nb.reference import geography, names, rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.population.tables import Shares
    from healthsim_nb.templates.template import LineOfBusiness, Population, RaceGroup

    U8 = NDArray[np.uint8]
    U32 = NDArray[np.uint32]
    Index = NDArray[np.int64]

RACES = {
    "white": "White",
    "black": "Black or African American",
    "asian": "Asian",
    "american_indian": "American Indian or Alaska Native",
    "pacific_islander": "Native Hawaiian or Other Pacific Islander",
    "multiracial": "Two or More Races",
}
"""The categories of the Office of Management and Budget, 1997, by their names in our tables."""
ETHNICITIES = ("not-hispanic", "hispanic")
GROUPS = columns("race_by_age")
"""Races of people who are not Hispanic, and ``hispanic``: what is drawn first."""
HISPANIC = GROUPS.index("hispanic")
SMOKING = ("never", "former", "current")
NAME_GROUPS = np.array(
    [names.GROUPS.index(g if g in names.GROUPS else "other") for g in GROUPS], dtype=np.uint8
)
"""The group of `reference.names` that each group takes its family names from."""
_RACE_OF = np.array([list(RACES).index(g) if g in RACES else 0 for g in GROUPS], dtype=np.uint8)
_EMAIL = ((0, 0.0), (13, 0.4), (18, 0.88), (65, 0.75), (80, 0.55))
"""Share of people with an address on record, from each age on (judgement)."""


def race_groups(wanted: list[RaceGroup], state: U8, age: Index, u32: U32) -> U8:
    """Return each person's place in `GROUPS` by state and age, one that is wanted, if any is."""
    cell = state.astype(np.int64) * AGES + age
    return pick(_race_cuts(tuple(sorted(set(wanted)))), cell, u32)


def races(group: U8, u32: U32) -> U8:
    """Return each person's place in `RACES`; Hispanic people are of any race."""
    hispanic = np.flatnonzero(group == HISPANIC)
    found: U8 = _RACE_OF[group]
    found[hispanic] = pick(_hispanic_cuts(), np.zeros(len(hispanic), dtype=np.int64), u32[hispanic])
    return found


def ethnicities(group: U8) -> U8:
    """Return each person's place in `ETHNICITIES`."""
    found: U8 = (group == HISPANIC).astype(np.uint8)
    return found


@cache
def languages() -> tuple[str, ...]:
    """Return the BCP 47 tags of all languages, English first."""
    return ("en", *dict.fromkeys(row["language"] for row in rows("population/language.csv")))


def language(group: U8, age: Index, u32: U32) -> U8:
    """Return each person's place in `languages`."""
    cell = group.astype(np.int64) * 3 + (age >= 18) + (age >= 65)
    found = np.zeros(len(group), dtype=np.uint8)
    english, others = _language_cuts()
    foreign = np.flatnonzero(u32 >= english[0][cell])
    found[foreign] = pick(others, cell[foreign], u32[foreign])
    return found


def smoking(cell: Index, u32: U32) -> U8:
    """Return each person's place in `SMOKING`."""
    return pick(_smoking_cuts(), cell, u32)


def covers(wanted: list[LineOfBusiness], state: U8, group: U8, age: Index, u32: U32) -> U8:
    """Return each person's place in `LINES_OF_BUSINESS`, one of those that are wanted, if any."""
    cell = (state.astype(np.int64) * len(GROUPS) + group) * AGES + age
    return pick(_payer_cuts(tuple(sorted(set(wanted)))), cell, u32)


def states(population: Population, u32: U32) -> U8:
    """Return each person's place in `geography.states`, by population (of the races wanted)."""
    cities = tuple(sorted(set(population.cities)))
    codes = {*population.states, *(city.rpartition(", ")[2] for city in cities)}
    which, table = _states(tuple(sorted(codes)), tuple(sorted(set(population.race))), cities)
    return which[table.pick(np.zeros(len(u32), dtype=np.int64), u32)]


def places(population: Population, state: U8, u32: U32) -> NDArray[np.int32]:
    """Return each person's place in `geography.places`, in the cities wanted where there are."""
    table = _place_table(tuple(sorted(set(population.cities))))
    return (table.first[state] + table.pick(state, u32)).astype(np.int32)


def street_count() -> int:
    """Return how many street names there are."""
    return len(names.streets())


@cache
def email_share() -> NDArray[np.float64]:
    """Return the share of people with an e-mail address by age, shape (121,)."""
    found = np.zeros(AGES)
    for age, share in _EMAIL:
        found[age:] = share
    return found


@cache
def _race_cuts(wanted: tuple[str, ...]) -> Cuts:
    """Return where each group ends by state and age."""
    shares = _race_shares()
    if wanted:
        # Where there is nobody of them in the tables, all that are wanted are as likely.
        kept = np.array([group in wanted for group in GROUPS])
        shares = (shares + 1e-9) * kept
    return cuts(shares)


@cache
def _race_shares() -> Shares:
    """Return the share of each group, shape (states, 121, groups)."""
    fitting.check()
    shares = np.zeros((len(geography.states()), len(shares_of("race_by_age")), len(GROUPS)))
    lows = [row["age_low"] for row in rows("population/race_by_age.csv")]
    for row in rows("fitted/race_by_state.csv"):
        at = geography.state_index()[row["state"]], lows.index(row["age_low"])
        shares[at] = [float(row[group]) for group in GROUPS]
    return spread(shares, "race_by_age", axis=1)


@cache
def _hispanic_cuts() -> Cuts:
    share = {row["race"]: float(row["percent"]) for row in rows("population/race_of_hispanics.csv")}
    return cuts(np.array([share[race] for race in RACES]))


@cache
def _smoking_cuts() -> Cuts:
    shares = by_age("smoking")
    never = 1 - shares.sum(axis=-1, keepdims=True)
    order = [columns("smoking").index(name) for name in SMOKING[1:]]
    return cuts(np.concatenate([never, shares[..., order]], axis=-1))


@cache
def _payer_cuts(wanted: tuple[str, ...]) -> Cuts:
    """Return where each line of business ends by state, group and age."""
    fitting.check()
    by: dict[str, list[list[float]]] = {}
    for row in rows("fitted/payer_factors.csv"):
        by.setdefault(row["by"], []).append([float(row[line]) for line in LINES_OF_BUSINESS])
    ages = spread(np.array(by["age_low"]), "payer_by_age", axis=0)
    states, groups = np.array(by["state"]), np.array(by["race"])
    shares = states[:, None, None] * groups[None, :, None] * ages[None, None]
    if wanted:
        shares[..., [line not in wanted for line in LINES_OF_BUSINESS]] = 0
    return cuts(shares)


@cache
def _language_cuts() -> tuple[Cuts, Cuts]:
    """Return where English ends, and where each language ends, by group and age."""
    shares = np.zeros((len(GROUPS), 3, len(languages())))
    for row in rows("population/language.csv"):
        by = [float(row[c]) / 100 for c in ("under_18", "18_to_64", "over_64")]
        shares[GROUPS.index(row["group"]), :, languages().index(row["language"])] = by
    shares[:, :, 0] = 1 - shares.sum(axis=-1)
    found = cuts(shares)
    flat = found.reshape(len(found), -1)
    return flat[:1], flat


@cache
def _place_table(cities: tuple[str, ...]) -> Alias:
    return Alias.of(_place_weights(cities))


def _place_weights(cities: tuple[str, ...]) -> list[list[int]]:
    """Return the weights of the places of each state; 0 outside the cities wanted of a state."""
    weights = weights_of(geography.place_table())
    if not cities:
        return weights
    named = iter([f"{place.city}, {place.state}" for place in geography.places()])
    within = [[weight * (next(named) in cities) for weight in state] for state in weights]
    return [some if any(some) else every for some, every in zip(within, weights, strict=True)]


@cache
def _states(
    wanted: tuple[str, ...], races: tuple[str, ...], cities: tuple[str, ...] = ()
) -> tuple[U8, Alias]:
    """Return the states that are asked for, and how many people of some races they have."""
    index = geography.state_index()
    for code in wanted:
        if code not in index:
            raise UnknownNameError.of("state", code, index)
    which = [index[code] for code in wanted or sorted(index)]
    weights = [geography.states()[i].population for i in which]
    if cities:
        every, kept = weights_of(geography.place_table()), _place_weights(cities)
        weights = [n * sum(kept[i]) // sum(every[i]) for n, i in zip(weights, which, strict=True)]
    if races:
        of_age = pyramid().sum(axis=0) / pyramid().sum()
        share = _race_shares()[..., [group in races for group in GROUPS]].sum(axis=-1) @ of_age
        weights = [max(1, round(n * s)) for n, s in zip(weights, share[which], strict=True)]
    return np.array(which, dtype=np.uint8), Alias.of([weights])
