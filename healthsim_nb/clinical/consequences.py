"""What a step of a timeline changes beside the record: conditions and drugs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical import treatment
from healthsim_nb.clinical.conditions import enter, leave, reach_stage

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows
    from healthsim_nb.clinical.timelines import StepPlan

I64 = NDArray[np.int64]


def act(month: Month, step: StepPlan, rows: Rows, days: I64, visits: I64) -> None:
    """End, begin, stop and start what a step does; ``visits`` are -1 before the first day."""
    day = days.astype(np.int32)
    for condition in step.ends:
        had = month.state.stage[condition, rows] > 0
        leave(month, month.plan.illnesses[condition], rows[had], day[had])
    for place in step.stops:
        treatment.let_go(month, place, rows, day)
    if step.begins:
        _begin(month, *step.begins, rows, day)
    for place in step.starts:
        treatment.hold(month, place, rows, visits, day)


def _begin(month: Month, condition: int, stage: int, rows: Rows, day: NDArray[np.int32]) -> None:
    illness = month.plan.illnesses[condition]
    if condition in month.plan.barred:
        return
    has = month.state.stage[condition, rows] > 0
    enter(month, illness, rows[~has], day[~has], stage)
    if stage:
        on = month.state.stage[condition, rows]
        further = has & (on < stage)
        reach_stage(month, illness, rows[further], day[further], stage)
