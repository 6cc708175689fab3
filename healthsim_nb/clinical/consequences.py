"""What a step of a timeline changes beside the record: conditions and drugs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical import measures, treatment
from healthsim_nb.clinical.agenda import day_draws
from healthsim_nb.clinical.conditions import enter, leave, reach_stage
from healthsim_nb.engine.ids import MOST_BIRTHS

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows
    from healthsim_nb.clinical.timelines import StepPlan

I64 = NDArray[np.int64]


def act(month: Month, step: StepPlan, rows: Rows, days: I64, visits: I64) -> None:
    """End, begin, stop and start what a step does; ``visits`` are -1 before the first day."""
    day = days.astype(np.int32)
    for condition in step.ends:
        had = month.state.stage[condition][rows] > 0
        leave(month, month.plan.illnesses[condition], rows[had], day[had])
    if step.source.birth and month.turn >= 0:
        give_birth(month, step, rows, day)
    for place in step.stops:
        treatment.let_go(month, place, rows, day)
    if step.begins:
        _begin(month, *step.begins, rows, day)
    if step.sets:
        given = np.zeros((len(month.plan.measures), len(rows)), np.int32)
        measures.set_points(month, step.sets, step.gate.name, rows, given)
    for place in step.starts:
        treatment.hold(month, place, rows, visits, day)


def give_birth(month: Month, step: StepPlan, rows: Rows, day: NDArray[np.int32]) -> None:
    """Note who is born: of each mother so many, counted from 1, while there are ids for them."""
    birth, state = step.source.birth, month.state
    assert birth is not None
    draws = day_draws(month, rows, day.astype(np.int64))
    twins = draws.chance(f"{step.gate.name}.twins", birth.twins)
    before = np.bincount(state.births[0], minlength=len(month.alive))[rows]
    mothers, days, before = (np.concatenate([c, c[twins]]) for c in (rows, day, before))
    number = before + 1
    number[len(rows) :] += 1
    some = number <= MOST_BIRTHS
    child = np.full(int(some.sum()), step.child)
    new = np.stack([mothers[some], days[some], number[some], child]).astype(np.int32)
    state.births = np.concatenate([state.births, new], axis=1)


def _begin(month: Month, condition: int, stage: int, rows: Rows, day: NDArray[np.int32]) -> None:
    illness = month.plan.illnesses[condition]
    if condition in month.plan.barred:
        return
    has = month.state.stage[condition][rows] > 0
    enter(month, illness, rows[~has], day[~has], stage)
    if stage:
        on = month.state.stage[condition][rows]
        further = has & (on < stage)
        reach_stage(month, illness, rows[further], day[further], stage)
