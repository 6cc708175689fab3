"""Chronic illness clusters: some people get more of everything than their age and risks explain."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb import reference
from healthsim_nb.clinical.month import factor
from healthsim_nb.engine.rng import Draws, weight_table

if TYPE_CHECKING:
    from healthsim_nb.clinical.compiled import Illness
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows

F64 = NDArray[np.float64]


def risk(month: Month, illness: Illness, rows: Rows, *, start: bool = False) -> F64:
    """Return times the usual risk of a condition: what its factors say, and who one is."""
    found = factor(month, illness.multipliers, rows, start)
    if illness.source.kind == "chronic" and not illness.source.only.having:
        found *= month.thinning.keep("susceptibility", 0, lambda: _of_all(month))[rows]
    return found


def _of_all(month: Month) -> F64:
    """Return each person's times the usual risk, for life, shape (n,)."""
    draws = Draws(month.plan.spec.seed, month.bodies.people.id)
    return _times()[(draws.bits("susceptibility") >> np.uint64(48)).astype(np.intp)]


def most_times(kind: str) -> float:
    """Return the highest that it makes a risk of a condition of this kind."""
    return float(_times().max()) if kind == "chronic" else 1.0


@cache
def _times() -> F64:
    rows = reference.rows("clinical/susceptibility.csv")
    table = weight_table(tuple(float(r["share"]) for r in rows))
    return np.array([float(r["times"]) for r in rows])[table]
