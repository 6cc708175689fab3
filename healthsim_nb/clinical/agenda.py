"""What is to come for whom: one short list for all timelines of all patients.

A row is a patient, a step, the day it is due, the day it was planned for (which its draws are
keyed by) and how many repeats are left, itself counted; 0 for one that is made up for later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical.month import factor, holds
from healthsim_nb.engine.ids import day_ids
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows
    from healthsim_nb.clinical.timelines import Gate

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
ROW, STEP, DAY, PLANNED, LEFT = range(5)
COLUMNS = 5


def day_draws(month: Month, rows: Rows, days: I64) -> Draws:
    """Return draws by (patient, day)."""
    return Draws(month.plan.spec.seed, day_ids(month.bodies.people.id[rows], days))


def begin(month: Month, condition: int, trigger: str, rows: Rows, days: NDArray[np.int32]) -> None:
    """Let people begin the steps of a condition that begin with something."""
    steps = month.plan.timelines.entries.get((condition, trigger))
    if steps is None or not len(rows):
        return
    for step in steps:
        reach(month, np.full(len(rows), step), rows, days.astype(np.int64))


def reach(month: Month, steps: I64, rows: Rows, days: I64) -> None:
    """Plan steps for people who have come to them on a day; not all take place."""
    table = month.plan.timelines
    draws = day_draws(month, rows, days)
    chance = table.chance[steps]
    for step in np.unique(steps[table.tested[steps]]):
        mine = steps == step
        chance[mine] = odds(month, table.steps[step].gate, rows[mine])
    going = draws.each(table.chance_keys[steps]).chance(chance)
    low, high = table.after.take(steps, axis=1)
    days = days + low + draws.each(table.after_keys[steps]).below(high - low + 1)
    push(month, steps[going], rows[going], days[going], table.times[steps[going]])


def odds(month: Month, gate: Gate, rows: Rows) -> F64:
    """Return each person's chance of passing."""
    chance = gate.chance * factor(month, gate.factors, rows)
    if gate.when:
        chance[~holds(month, gate.when, rows)] = 0.0
    return chance


def push(month: Month, steps: I64, rows: Rows, planned: I64, left: I64) -> None:
    """Put steps on the agenda; each may be late by its own draw, or wait for a weekday."""
    if not len(rows):
        return
    table = month.plan.timelines
    weekday = (planned + 3) % 7
    planned = planned + np.where(table.weekdays[steps] & (weekday > 4), 7 - weekday, 0)
    late = table.late[steps]
    due = planned
    if late.any():
        due = planned + day_draws(month, rows, planned).each(table.late_keys[steps]).below(late + 1)
    put(month, rows, steps, due, planned, left)


def put(month: Month, *columns: NDArray[np.integer]) -> None:
    """Append rows as they are: row, step, due, planned, left."""
    month.coming.append(np.stack([c.astype(np.int32) for c in columns]))


def waiting(month: Month) -> NDArray[np.int32]:
    """Return the whole agenda, with what was put on it meanwhile."""
    if month.coming:
        month.state.agenda = np.concatenate([month.state.agenda, *month.coming], axis=1)
        month.coming.clear()
    return month.state.agenda


def cancel(month: Month, condition: int, rows: Rows) -> None:
    """Forget what was planned for people whose condition is over."""
    table = month.plan.timelines
    if condition not in table.conditions or not len(rows):
        return
    agenda = waiting(month)
    mine = np.flatnonzero(table.condition[agenda[STEP]] == condition)
    over = np.zeros(len(month.alive), bool)
    over[rows] = True
    gone = mine[over[agenda[ROW, mine]]]
    if len(gone):
        month.state.agenda = np.delete(agenda, gone, axis=1)
