"""Children who are born during a scenario: at home with their mothers, insured as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.ids import mother_ids
from healthsim_nb.engine.rng import Draws
from healthsim_nb.population import names
from healthsim_nb.population.couples import MARITAL
from healthsim_nb.population.households import CHILD
from healthsim_nb.population.people import MIDDLE_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.population.people import People

BOYS = 0.512
"""Share of births (NCHS, Births: Final Data for 2022: 1,048 boys for 1,000 girls)."""


@dataclass(frozen=True)
class Births:
    """Who is born, shape (b,) each, in the order of their ids."""

    id: NDArray[np.int64]
    mother: NDArray[np.intp]
    """Place of the mother among the people."""
    day: NDArray[np.int32]


def newborns(seed: int, people: People, births: Births) -> People:
    """Return the children of some people, in the order of ``births``."""
    draws = Draws(seed, births.id)
    sex = draws.chance("population.newborn.sex", BOYS).astype(np.int8)
    count = len(births.id)
    middle = names.given(sex, births.day, draws.u32("population.name.middle"))
    middle[~draws.chance("population.name.has-middle", MIDDLE_NAMES)] = -1
    return replace(
        people.part(births.mother),
        id=births.id,
        sex=sex,
        age=np.zeros(count, np.int16),
        birth_day=births.day,
        marital=np.full(count, MARITAL.index("S"), np.uint8),
        smoking=np.zeros(count, np.uint8),
        household_role=np.full(count, CHILD, np.uint8),
        given=names.given(sex, births.day, draws.u32("population.name.given")),
        middle=middle,
        has_email=np.zeros(count, bool),
        mother=mother_ids(births.id),
    )
