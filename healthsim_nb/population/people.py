"""The people of a scenario as columns: a pure function of the seed and the patient's number."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.ids import patient_ids
from healthsim_nb.engine.rng import Draws
from healthsim_nb.population import names, traits
from healthsim_nb.population.births import birth_days
from healthsim_nb.population.crowd import GROUP, Crowd
from healthsim_nb.population.households import CHILD, Homes, apart, together
from healthsim_nb.population.tables import AGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.templates.template import Specification

__all__ = ["GROUP", "People", "draw"]

SAME_RACE = (0.0, 0.86, 0.97, 0.5)
"""Chance by role that race goes with the head of the household (Pew Research Center 2017: 10 % of
marriages are mixed; the rest judgement)."""
SAME_COVER = (0.0, 0.8, 1.0, 0.0)
"""Chance by role that coverage goes with the head's (judgement); not for children from 26 on."""
OWN_COVER = 26
MIDDLE_NAMES = 0.8
"""Share of people whose middle name is on record (judgement)."""


@dataclass(frozen=True)
class People:
    """Columns of consecutive patients, shape (n,)."""

    id: NDArray[np.int64]
    sex: NDArray[np.int8]
    """Index into ``tables.SEXES``: 0 F, 1 M."""
    age: NDArray[np.int16]
    """Completed years at the start."""
    birth_day: NDArray[np.int32]
    """Days since 1970-01-01."""
    race: NDArray[np.uint8]
    """Index into ``traits.RACES``."""
    ethnicity: NDArray[np.uint8]
    """Index into ``traits.ETHNICITIES``: 0 not Hispanic, 1 Hispanic."""
    language: NDArray[np.uint8]
    """Index into ``traits.languages()``."""
    marital: NDArray[np.uint8]
    """Index into ``couples.MARITAL``."""
    smoking: NDArray[np.uint8]
    """Index into ``traits.SMOKING``: 0 never, 1 former, 2 current."""
    line_of_business: NDArray[np.uint8]
    """Index into ``ages.LINES_OF_BUSINESS``."""
    household_id: NDArray[np.int64]
    """Lowest person id of the household."""
    household_role: NDArray[np.uint8]
    """Index into ``households.ROLES``."""
    state: NDArray[np.uint8]
    """Index into ``geography.states()``."""
    place: NDArray[np.int32]
    """Index into ``geography.places()``."""
    house_number: NDArray[np.int32]
    street: NDArray[np.int16]
    """Index into ``names.streets()`` of the reference."""
    given: NDArray[np.int16]
    """Index into ``names.given_names()``, as ``middle``."""
    middle: NDArray[np.int16]
    """-1: none on record."""
    family: NDArray[np.int16]
    """Index into ``names.family_names()``."""
    phone: NDArray[np.uint8]
    """The last two digits."""
    has_email: NDArray[np.bool_]
    mother: NDArray[np.int64]
    """Patient id of the mother of those born during the scenario, else -1."""

    def __len__(self) -> int:
        return len(self.id)

    def part(self, rows: slice | NDArray[np.intp]) -> People:
        """Return some of the people."""
        return People(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def join(self, others: People) -> People:
        """Return these people and then others."""
        both = {f.name: (getattr(self, f.name), getattr(others, f.name)) for f in fields(self)}
        return People(**{name: np.concatenate(parts) for name, parts in both.items()})

    def rows_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the place of each patient id."""
        # The ids of a block lie close together: a table of all between is small.
        low = int(self.id.min())
        place = np.zeros(int(self.id.max()) - low + 1, np.int64)
        place[self.id - low] = np.arange(len(self))
        return np.asarray(place[ids - low])


def draw(spec: Specification, weights: NDArray[np.int64], first: int, count: int) -> People:
    """Return patients ``first`` to ``first + count - 1`` of a scenario.

    Any split gives the same people, and so does a larger scenario. With households, whole groups
    of `GROUP` patients are drawn and cut, so ask for whole groups where speed matters.

    Parameters
    ----------
    spec
        The scenario: seed, start and population.
    weights
        People by sex and age, shape (2, 121), as `ages.age_weights` returns them.
    first, count
        Which patients, counted from 0.
    """
    low, high = first, first + count
    if spec.population.households:
        low, high = low // GROUP * GROUP, -(-high // GROUP) * GROUP
    ids = patient_ids(np.arange(low, high, dtype=np.int64))
    crowd = _crowd(spec, weights, Draws(spec.seed, ids))
    homes = together(crowd) if spec.population.households else apart(crowd)
    return _people(spec, ids, crowd, homes).part(slice(first - low, first - low + count))


def _crowd(spec: Specification, weights: NDArray[np.int64], draws: Draws) -> Crowd:
    ends = np.cumsum(weights.ravel())
    cell = np.searchsorted(ends, draws.below("population.age-sex", int(ends[-1])), side="right")
    age = cell % AGES
    birth = birth_days(spec.start, age, draws.u32("population.birthday"))
    return Crowd(draws, (cell // AGES).astype(np.int8), age, birth, cell)


def _people(spec: Specification, ids: NDArray[np.int64], crowd: Crowd, homes: Homes) -> People:
    draws, home = crowd.draws, crowd.draws.take(homes.head)
    kin = draws.take(_like_head(crowd, homes, "population.race.kin", SAME_RACE))
    state = traits.states(spec.population, home.u32("population.state"))
    races = spec.population.race
    group = traits.race_groups(races, state, crowd.age, kin.u32("population.race"))
    lowest = ids.copy()
    np.minimum.at(lowest, homes.head, ids)
    middle = names.given(crowd.sex, crowd.birth_day, draws.u32("population.name.middle"))
    middle[~draws.chance("population.name.has-middle", MIDDLE_NAMES)] = -1
    named = draws.take(homes.name_of)
    return People(
        id=ids,
        sex=crowd.sex,
        age=crowd.age.astype(np.int16),
        birth_day=crowd.birth_day,
        race=traits.races(group, kin.u32("population.race.hispanic")),
        ethnicity=traits.ethnicities(group),
        language=traits.language(group, crowd.age, kin.u32("population.language")),
        marital=homes.marital,
        smoking=traits.smoking(crowd.cell, draws.u32("population.smoking")),
        line_of_business=_covers(spec, crowd, homes, state, group),
        household_id=lowest[homes.head],
        household_role=homes.role,
        state=state,
        place=traits.places(spec.population, state, home.u32("population.place")),
        house_number=home.between("population.house", 100, 9899).astype(np.int32),
        street=home.below("population.street", traits.street_count()).astype(np.int16),
        given=names.given(crowd.sex, crowd.birth_day, draws.u32("population.name.given")),
        middle=middle,
        family=names.family(
            traits.NAME_GROUPS[group[homes.name_of]], named.u32("population.name.family")
        ),
        phone=draws.below("population.phone", 100).astype(np.uint8),
        has_email=draws.chance("population.email", traits.email_share()[crowd.age]),
        mother=np.full(len(ids), -1),
    )


def _covers(
    spec: Specification,
    crowd: Crowd,
    homes: Homes,
    state: NDArray[np.uint8],
    group: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    like = _like_head(crowd, homes, "population.payer.kin", SAME_COVER)
    grown = (homes.role == CHILD) & (crowd.age >= OWN_COVER)
    like[grown] = np.flatnonzero(grown)
    u32 = crowd.draws.take(like).u32("population.payer")
    return traits.covers(spec.population.line_of_business, state, group, crowd.age, u32)


def _like_head(
    crowd: Crowd, homes: Homes, stream: str, chance: tuple[float, ...]
) -> NDArray[np.int64]:
    """Return whose draw each person uses: the head's, by chance of their role, or their own."""
    shared = crowd.draws.chance(stream, np.array(chance)[homes.role])
    return np.where(shared, homes.head, np.arange(len(crowd)))
