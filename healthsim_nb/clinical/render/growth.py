"""Height by age, from growth charts; the same person keeps the same place among their peers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb import reference
from healthsim_nb.engine.curves import AGE_MONTHS, by_month
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.render.chart import Chart

SEXES = ("F", "M")


def heights(chart: Chart) -> NDArray[np.float64]:
    """Return height in cm at every visit, to a tenth, shape (v,)."""
    bodies = chart.bodies
    own = Draws(chart.plan.spec.seed, bodies.people.id).z("height")[chart.row] / 4096
    middle, sd = height_tables()
    sex, months = bodies.sex[chart.row], chart.visits["months_old"]
    return np.round(middle[sex, months] + own * sd[sex, months], 1)


@cache
def height_tables() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the median and standard deviation in cm by (sex, age in months)."""
    rows = reference.rows("clinical/growth.csv")
    return _table(rows, "height_cm"), _table(rows, "height_sd")


def _table(rows: list[dict[str, str]], column: str) -> NDArray[np.float64]:
    table = np.empty((2, AGE_MONTHS))
    for index, sex in enumerate(SEXES):
        knots = {int(r["age_months"]): float(r[column]) for r in rows if r["sex"] == sex}
        table[index] = by_month(knots, unit=1.0)
    return table
