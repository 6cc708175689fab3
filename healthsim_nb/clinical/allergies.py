"""Who is allergic to what: a function of the person and their age, so that nothing is kept.

A person has an allergy at the ages at which their own number, drawn once for life, is below the
share of people who have it. Drugs count from the first day on and for good: the record of these
months says what happened before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.curves import AGES
from healthsim_nb.engine.rng import ONE32, Draws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import AllergenPlan
    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.clinical.state import Bodies, Rows

    U32 = NDArray[np.uint32]

TOGETHER = {"medication": 0.2, "food": 0.3, "environment": 0.6}
"""Share of people in whom all allergies of a category come together."""
YEAR = 365.25


def numbers(draws: Draws, allergen: AllergenPlan, shared: U32) -> U32:
    """Return each person's own number for an allergen, uniform on [0, 2**32).

    Parameters
    ----------
    shared
        Their number for the category, which serves those in whom its allergies come together.
    """
    bits = draws.bits(f"allergy.{allergen.source.id}")
    together = bits.astype(np.uint16) < round(TOGETHER[allergen.source.category] * 65536)
    return np.where(together, shared, (bits >> np.uint64(32)).astype(np.uint32))


def allergic(plan: Plan, bodies: Bodies, allergen: AllergenPlan, rows: Rows) -> NDArray[np.bool_]:
    """Return who has an allergy on the first day: worked out for all when first asked."""
    key = (plan.spec.seed, plan.first_month, allergen.index)
    known = bodies.allergic.get(key)
    if known is None or len(known) != len(bodies.sex):
        draws = Draws(plan.spec.seed, bodies.people.id)
        number = numbers(draws, allergen, draws.u32(f"allergy.{allergen.source.category}"))
        share = allergen.share[bodies.sex, first_age(plan, bodies)]
        known = bodies.allergic[key] = number < share * ONE32
    return np.asarray(known[rows], np.bool_)


def onsets(plan: Plan, bodies: Bodies) -> Iterator[tuple[AllergenPlan, Rows, NDArray[np.int64]]]:
    """Yield of each allergen who has it or comes to have it, and from which day.

    Who has it on the first day has had it since before: that day stands for then.
    """
    draws = Draws(plan.spec.seed, bodies.people.id)
    shared = {c: draws.u32(f"allergy.{c}") for c in TOGETHER}
    age = first_age(plan, bodies)
    for allergen in plan.allergens:
        number = numbers(draws, allergen, shared[allergen.source.category])
        rows = np.flatnonzero(number < allergen.share.max() * ONE32)
        day = _onset(plan, bodies, allergen, number[rows] / ONE32, rows, age[rows])
        yield allergen, rows[day != FAR], day[day != FAR]


def _onset(
    plan: Plan,
    bodies: Bodies,
    allergen: AllergenPlan,
    number: NDArray[np.float64],
    rows: Rows,
    age: NDArray[np.int32],
) -> NDArray[np.int64]:
    share, sex, first = allergen.share, bodies.sex[rows], int(plan.starts[0])
    day = np.where(number < share[sex, age], first, FAR).astype(np.int64)
    if allergen.source.category == "medication":
        return day
    for older in range(1, (plan.last_day - first) // 365 + 2):
        then = np.minimum(age + older, AGES - 1)
        birthday = bodies.people.birth_day[rows] + np.rint(then * YEAR).astype(np.int64)
        new = (day == FAR) & (number < share[sex, then]) & (birthday < plan.last_day)
        day[new] = birthday[new]
    return day


def first_age(plan: Plan, bodies: Bodies) -> NDArray[np.int32]:
    """Return ages in years on the first day."""
    return np.clip((plan.first_month - bodies.birth_month) // 12, 0, AGES - 1)
