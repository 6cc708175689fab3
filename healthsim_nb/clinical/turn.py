"""One turn of the clinical room: its steps and their order, which is a contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.clinical import (
    aftermath,
    asked,
    care,
    conditions,
    earlier,
    measures,
    mortality,
    pathways,
    start,
    treatment,
)
from healthsim_nb.clinical.month import begin
from healthsim_nb.clinical.state import Bodies, State, empty
from healthsim_nb.engine.pulse import beat
from healthsim_nb.engine.recorder import Recorder
from healthsim_nb.engine.thinning import Thinning

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.plan import Plan

STEPS = (
    earlier.recall,
    conditions.end,
    conditions.onset,
    asked.come,
    conditions.progress,
    conditions.flare,
    conditions.detect,
    mortality.die,
    treatment.review,
    measures.drift,
    aftermath.come_back,
    pathways.play,
    care.routine,
    pathways.play,
)


def first_day(plan: Plan, bodies: Bodies) -> State:
    """Return the state in which the simulation begins."""
    month = _before(plan, bodies)
    start.populate(month)
    return month.state


def illnesses_of_first_day(plan: Plan, bodies: Bodies) -> State:
    """Return the state in which it begins, as far as who has which condition, and who knows."""
    month = _before(plan, bodies)
    start.fall_ill(month)
    return month.state


def _before(plan: Plan, bodies: Bodies) -> Month:
    thinning = Thinning(plan.spec.seed, bodies.people.id)
    return begin(plan, empty(plan, len(bodies.sex)), bodies, -1, Recorder(), thinning)


def play(plan: Plan, bodies: Bodies, state: State, first: int, last: int, out: Recorder) -> None:
    """Play turns ``first`` to ``last - 1``: the state changes, ``out`` gets what happened."""
    thinning = Thinning(plan.spec.seed, bodies.people.id)
    for turn in range(first, last):
        month = begin(plan, state, bodies, turn, out, thinning)
        for step in STEPS:
            step(month)
        beat((turn + 1 - first) / (last - first))
