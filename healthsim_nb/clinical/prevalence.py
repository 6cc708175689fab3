"""How common what is asked for is at each age: the ages of a population follow from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from healthsim_nb.clinical.compiled import Table
    from healthsim_nb.clinical.plan import Plan


def prevalence_of(plan: Plan) -> Table | None:
    """Return the chance of having all that everyone must have, by (sex, age); None: nothing."""
    table: Table | None = None
    for index in sorted(plan.forced):
        share = plan.illnesses[index].prevalence
        if not share.any():
            # It comes of another condition only: of people who can have it, anybody.
            share = plan.illnesses[index].uptake
        table = share if table is None else table * share
    for group in plan.groups:
        parts = [plan.illnesses[c].prevalence for c in group.members]
        share = np.sum([p * w for p, w in zip(parts, group.weights, strict=True)], axis=0)
        table = share if table is None else table * share
    return table
