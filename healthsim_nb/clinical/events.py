"""Unplanned care: what befalls people this month becomes visits and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical.compile import AMB, IMP, OBSENC, VR
from healthsim_nb.clinical.visits import Visits, record
from healthsim_nb.engine.ids import encounter_ids, numbered
from healthsim_nb.engine.rng import Draws, weight_table

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.plan import Happening
    from healthsim_nb.clinical.state import Rows

Days = NDArray[np.int32]


def unplanned(month: Month) -> None:
    """Turn the month's proposals into encounters and deal with each."""
    parts = [propose(month, month.plan.events[e], rows, day) for rows, e, day in month.proposals]
    month.proposals = []
    if not parts:
        return
    merged = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    visits = sort_out(month, merged)
    if not len(visits.row):
        return
    record(month, visits)
    diagnose(month, visits)
    for event in month.plan.events:
        mine = np.flatnonzero(visits.event == event.index)
        if len(mine):
            act(month, event, visits, mine)


def propose(month: Month, event: Happening, rows: Rows, day: Days) -> tuple[NDArray[Any], ...]:
    """Return row, day, last day, class, event, minute and whether fatal, for each proposal."""
    draws = month.draws.take(rows)
    slots = (draws.bits(f"{event.name}.class") >> np.uint64(48)).astype(np.intp)
    kind = np.array(event.classes)[weight_table(event.shares)[slots]]
    stays = kind == IMP
    low, high = event.event.stay
    length = np.where(stays, draws.between(f"{event.name}.stay", low, high), kind == OBSENC)
    fatal = stays & draws.chance(f"{event.name}.fatal", event.event.fatal)
    office = (kind == AMB) | (kind == VR)
    minute = np.where(
        office,
        480 + draws.below(f"{event.name}.minute", 600),
        draws.below(f"{event.name}.hour", 1380),
    )
    which = np.full(len(rows), event.index)
    return rows, day.astype(np.int64), day + length, kind, which, minute, fatal.astype(np.int64)


def sort_out(month: Month, columns: list[NDArray[Any]]) -> Visits:
    """Return what takes place: in order, one stay at a time, nothing after death."""
    order = np.lexsort((columns[4], columns[1], columns[0]))
    row, day, end, kind, event, minute, fatal = (c[order] for c in columns)
    ok = possible(month, row, day, end)
    row, day, end, kind, event, minute, fatal = (
        c[ok] for c in (row, day, end, kind, event, minute, fatal)
    )
    pass_away(month, row, end, fatal > 0)
    death = month.state.death[row]
    ok = (death < 0) | (day < death)
    row, day, end, kind, event, minute, death = (
        c[ok] for c in (row, day, end, kind, event, minute, death)
    )
    stay = (kind == IMP) | (kind == OBSENC)
    died = stay & (death >= 0) & (death <= end)
    end = np.where(died, death, end)
    np.maximum.at(month.state.busy, row[stay], end[stay].astype(np.int32))
    return Visits(
        id=encounter_ids(month.bodies.people.id[row], month.turn, 1 + numbered(row)),
        row=row,
        day=day.astype(np.int32),
        minute=minute.astype(np.int16),
        kind=kind.astype(np.uint8),
        end=end.astype(np.int32),
        event=event.astype(np.int16),
        condition=np.array([e.condition for e in month.plan.events], np.int16)[event],
        died=died,
    )


def possible(
    month: Month, row: Rows, day: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return False for what falls into a stay, after death or before birth; sorted by day."""
    state = month.state
    death = state.death[row]
    ok = (
        (state.busy[row] < day)
        & ((death < 0) | (day < death))
        & (month.bodies.people.birth_day[row] < day)
    )
    lasts = np.where(ok & (end > day), end - month.day + 1, 0)
    reach = np.maximum.accumulate(row * 4096 + lasts)
    before = np.concatenate([[-1], reach[:-1]])
    free: NDArray[np.bool_] = ok & (before < row * 4096 + (day - month.day + 1))
    return free


def pass_away(month: Month, row: Rows, end: NDArray[np.int64], fatal: NDArray[np.bool_]) -> None:
    """Set the death of those who do not survive their stay, unless they die before."""
    death = month.state.death
    who, when = row[fatal], end[fatal].astype(np.int32)
    earlier = (death[who] >= 0) & (death[who] < when)
    death[who] = np.where(earlier, death[who], when)


def diagnose(month: Month, visits: Visits) -> None:
    """Record the event's own diagnosis, and in hospital what else is known."""
    plan, n = month.plan, len(visits.row)
    month.out.add(
        "diagnosis",
        visit=visits.id,
        code=np.array([e.code for e in plan.events], np.int16)[visits.event],
        condition=visits.condition,
        principal=np.ones(n, bool),
        begun=visits.day,
        present=np.ones(n, bool),
    )
    chronic = np.array([i.index for i in plan.illnesses if i.source.kind == "chronic"], np.intp)
    away = np.flatnonzero((visits.kind != AMB) & (visits.kind != VR))
    c, v = np.nonzero(month.state.known[np.ix_(chronic, visits.row[away])])
    c, v = chronic[c], away[v]
    row = visits.row[v]
    code = plan.diagnosis[c, month.state.stage[c, row], month.years_old[row]]
    other = visits.condition[v] != c
    month.out.add(
        "diagnosis",
        visit=visits.id[v[other]],
        code=code[other],
        condition=c[other].astype(np.int16),
        principal=np.zeros(int(other.sum()), bool),
        begun=np.minimum(month.state.onset[c, row], visits.day[v])[other],
        present=np.ones(int(other.sum()), bool),
    )


def act(month: Month, event: Happening, visits: Visits, mine: NDArray[np.intp]) -> None:
    """Order and prescribe what an event calls for."""
    visit, rows = visits.id[mine], visits.row[mine]
    for order in event.orders:
        month.state.last[order, rows] = month.turn
        month.out.add("order", visit=visit, order=np.full(len(mine), order, np.int16))
    if event.course < 0:
        return
    drug = month.plan.drugs[event.course]
    given = Draws(month.plan.spec.seed, visit).chance(
        f"{event.name}.course", event.event.course_share
    )
    count, day = int(given.sum()), visits.day[mine][given]
    month.out.add(
        "drug",
        visit=visit[given],
        drug=np.full(count, drug.index, np.int16),
        condition=np.full(count, event.condition, np.int16),
        day=day,
        end=(day + (drug.source.course_days or 1) - 1).astype(np.int32),
    )
