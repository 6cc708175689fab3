"""Deaths: a life table times what the person is ill with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb import reference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows

MOST_TIMES = 25.0
"""No combination of illnesses multiplies the risk of a month by more."""


def die(month: Month) -> None:
    """Set the day of death of those who die this month."""
    plan, state = month.plan, month.state
    base = plan.death[month.bodies.sex, month.years_old]
    drawn = month.draws.u32("death") / 2**32
    own = of_illness(month)
    rows = np.flatnonzero((drawn < base * MOST_TIMES + own) & month.alive)
    risk = base[rows] * np.minimum(times(month, rows), MOST_TIMES) + own[rows]
    rows = rows[drawn[rows] < risk]
    # Who lies in hospital since last month leaves it first: that stay has been written down.
    state.death[rows] = np.maximum(month.draw_days("death.day", rows), state.busy[rows] + 1)


def of_illness(month: Month) -> NDArray[np.float64]:
    """Return each person's monthly risk of dying of what they have, beside the life table's."""
    risk = np.zeros(len(month.alive))
    for illness in month.plan.illnesses:
        deaths = np.array([0.0, *(d.deaths for d in illness.degrees)])
        if deaths.any():
            rows = np.flatnonzero(month.state.stage[illness.index])
            risk[rows] += deaths[month.state.stage[illness.index][rows]]
    return risk


def times(month: Month, rows: Rows) -> NDArray[np.float64]:
    """Return how many times the life table's risk each person has."""
    product = np.ones(len(rows))
    for illness in month.plan.illnesses:
        if illness.source.mortality != 1:
            product[month.state.stage[illness.index][rows] > 0] *= illness.source.mortality
    for trait, more in of_traits():
        product[month.bodies.traits[trait][rows]] *= more
    return product


@cache
def of_traits() -> tuple[tuple[str, float], ...]:
    """Return how many times the usual risk people with a trait have."""
    rows = reference.rows("clinical/mortality_traits.csv")
    return tuple((r["trait"], float(r["times"])) for r in rows)
