"""Deaths: a life table times what the person is ill with."""

from __future__ import annotations

import numpy as np

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month

MOST_TIMES = 25.0
"""No combination of illnesses multiplies the risk of a month by more."""


def die(month: Month) -> None:
    """Set the day of death of those who die this month."""
    plan, state = month.plan, month.state
    base = plan.death[month.bodies.sex, month.years_old]
    drawn = month.draws.u32("death") / 2**32
    rows = np.flatnonzero((drawn < base * MOST_TIMES) & (state.death < 0))
    deadly = [i for i in plan.illnesses if i.source.mortality != 1]
    times = np.ones(len(rows))
    for illness in deadly:
        times[state.stage[illness.index, rows] > 0] *= illness.source.mortality
    rows = rows[drawn[rows] < base[rows] * np.minimum(times, MOST_TIMES)]
    state.death[rows] = month.draw_days("death.day", rows)
