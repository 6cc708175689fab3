"""The first people of a scenario on its first day, without the months that follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from healthsim_nb.clinical.compile import compile_plan, wished
from healthsim_nb.clinical.prevalence import prevalence_of
from healthsim_nb.clinical.state import bodies
from healthsim_nb.clinical.turn import illnesses_of_first_day
from healthsim_nb.population import people
from healthsim_nb.population.ages import age_weights
from healthsim_nb.population.crowd import GROUP
from healthsim_nb.templates.template import Specification

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.population.people import People
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.library import Library


@dataclass(frozen=True)
class Glimpse:
    """The first n people of a scenario, as they are on the first day."""

    people: People
    conditions: tuple[Condition, ...]
    stage: NDArray[np.uint8]
    """0 without the condition, else 1 + its level or stage, shape (conditions, n)."""
    known: NDArray[np.bool_]
    """Whether it is diagnosed, shape (conditions, n)."""


def glimpse(spec: Specification, library: Library, most: int) -> Glimpse:
    """Return the first people of a scenario: the very ones that it will have.

    Parameters
    ----------
    spec
        The scenario; its months do not matter.
    most
        How many at most.

    Raises
    ------
    SpecificationError
        If nobody is like that.
    """
    n = min(most, spec.n)
    plan = wished(_plain(spec.start, library), spec, library)
    weights = age_weights(spec.population, prevalence_of(plan))
    crowd = people.draw(spec, weights, 0, -(-n // GROUP) * GROUP)
    state = illnesses_of_first_day(plan, bodies(crowd))
    return Glimpse(
        crowd.part(slice(0, n)),
        tuple(illness.source for illness in plan.illnesses),
        state.stage[:, :n],
        state.known[:, :n],
    )


@lru_cache(maxsize=2)
def _plain(start: date, library: Library) -> Plan:
    """Return the plan of a month of nobody in particular."""
    return compile_plan(Specification(n=1, seed=0, start=start, months=1), library)
