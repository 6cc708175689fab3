"""What is ordered at some visits and not at others, beside what a condition always brings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from healthsim_nb import reference
from healthsim_nb.clinical.classes import CLASSES
from healthsim_nb.clinical.compile import SEXES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.render.chart import Chart


class Share(NamedTuple):
    """A service with the visits that it is for."""

    condition: str
    classes: tuple[int, ...]
    order: str
    share: float
    ages: tuple[int, int]
    sex: int
    """-1: both."""


@cache
def shares() -> tuple[Share, ...]:
    """Return all services that go with a share of visits."""
    return tuple(
        Share(
            row["condition"],
            tuple(CLASSES.index(kind) for kind in row["classes"].split()),
            row["order"],
            float(row["share"]) / 100,
            (int(row["least_age"]), int(row["most_age"])),
            SEXES.index(row["sex"]) if row["sex"] else -1,
        )
        for row in reference.rows("clinical/service_shares.csv")
    )


def services(chart: Chart) -> tuple[NDArray[np.intp], NDArray[np.int16]]:
    """Return the place of a visit and the order of each service that is given."""
    plan, v = chart.plan, chart.visits
    conditions = {i.id: i.index for i in plan.illnesses}
    orders = {o.id: index for index, o in enumerate(plan.orders)}
    by_condition = np.argsort(v["condition"], kind="stable")
    sorted_conditions = v["condition"][by_condition]
    places, wanted = [np.zeros(0, np.intp)], [np.zeros(0, np.int16)]
    for s in shares():
        if s.condition not in conditions or s.order not in orders:
            continue
        c = conditions[s.condition]
        first, last = np.searchsorted(sorted_conditions, [c, c + 1])
        mine = by_condition[first:last]
        mine = mine[_fits(chart, s, mine)]
        stream = f"{s.condition}.{s.order}.service"
        mine = mine[chart.draws.take(mine).chance(stream, s.share)]
        places.append(mine)
        wanted.append(np.full(len(mine), orders[s.order], np.int16))
    return np.concatenate(places), np.concatenate(wanted)


def _fits(chart: Chart, s: Share, mine: NDArray[np.intp]) -> NDArray[np.bool_]:
    age = chart.visits["months_old"][mine] // 12
    ok = np.isin(chart.visits["kind"][mine], s.classes) & (age >= s.ages[0]) & (age <= s.ages[1])
    if s.sex >= 0:
        ok &= chart.bodies.sex[chart.row[mine]] == s.sex
    return np.asarray(ok, np.bool_)
