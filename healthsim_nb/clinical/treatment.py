"""Lines of treatment: what is taken, what it does, what the record says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.rng import Draws, weight_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.plan import Illness
    from healthsim_nb.clinical.state import Rows


def planned_line(month: Month, illness: Illness, rows: Rows) -> NDArray[np.uint8]:
    """Return the line that each person's doctor would settle on: drawn once for life and degree."""
    line = np.zeros(len(rows), np.uint8)
    if not illness.lines:
        return line
    draws = Draws(month.plan.spec.seed, month.bodies.people.id[rows])
    slots = (draws.bits(f"{illness.id}.line") >> np.uint64(48)).astype(np.intp)
    degree = month.state.stage[illness.index, rows]
    for place, d in enumerate(illness.degrees, start=1):
        mine = degree == place
        line[mine] = weight_table(d.lines)[slots[mine]] if d.lines else 1
    if not illness.degrees:
        line[:] = 1
    return line


def line_effects(month: Month, illness: Illness, lines: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return what each person's line adds to every measure, shape (M, rows)."""
    table = np.zeros((len(month.plan.measures), max(1, len(illness.lines))), np.int32)
    for line, drugs in enumerate(illness.lines):
        for drug in drugs:
            for measure, amount in month.plan.drugs[drug].effects:
                table[measure, line] += amount
    return table[:, lines]


def to_line(
    month: Month, illness: Illness, rows: Rows, lines: NDArray[np.uint8], day: NDArray[np.int32]
) -> None:
    """Change people's lines: drugs that are in both go on untouched."""
    if not len(rows):
        return
    before = month.state.line[illness.index, rows]
    month.state.line[illness.index, rows] = lines
    for drug in sorted({d for line in illness.lines for d in line}):
        member = np.array([drug in line for line in illness.lines])
        had, has = member[before], member[lines]
        gained, lost = has & ~had, had & ~has
        if gained.any():
            start(month, drug, rows[gained])
        if lost.any():
            stop(month, drug, rows[lost], day[lost])


def start(month: Month, drug: int, rows: Rows) -> None:
    """Let people take a drug; its effects count once however many conditions want it."""
    state = month.state
    state.on[drug, rows] += 1
    new = rows[state.on[drug, rows] == 1]
    for measure, amount in month.plan.drugs[drug].effects:
        state.effect[measure, new] += amount


def stop(month: Month, drug: int, rows: Rows, day: NDArray[np.int32]) -> None:
    """End a drug for people of whom no other condition wants it; the record is closed."""
    state = month.state
    state.on[drug, rows] -= 1
    ended = state.on[drug, rows] == 0
    gone = rows[ended]
    for measure, amount in month.plan.drugs[drug].effects:
        state.effect[measure, gone] -= amount
    noted = state.noted[drug, gone]
    closed = noted != FAR
    month.out.add(
        "stop",
        row=gone[closed],
        drug=np.full(int(closed.sum()), drug, np.int16),
        day=noted[closed],
        end=day[ended][closed],
    )
    state.noted[drug, gone] = FAR


def note(
    month: Month, illness: Illness, rows: Rows, visit: NDArray[np.int64], day: NDArray[np.int32]
) -> None:
    """Record what people take for a condition at the visit that deals with it."""
    state = month.state
    lines = state.line[illness.index, rows]
    for drug in sorted({d for line in illness.lines for d in line}):
        member = np.array([drug in line for line in illness.lines])
        new = member[lines] & (state.noted[drug, rows] == FAR)
        count = int(new.sum())
        if not count:
            continue
        state.noted[drug, rows[new]] = day[new]
        month.out.add(
            "drug",
            visit=visit[new],
            drug=np.full(count, drug, np.int16),
            condition=np.full(count, illness.index, np.int16),
            day=day[new],
            end=np.full(count, FAR, np.int32),
        )
