"""Unplanned care: what befalls people this month becomes visits and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical.cautions import permitted
from healthsim_nb.clinical.compile import AMB, IMP, OBSENC, VR
from healthsim_nb.clinical.visits import Visits, record
from healthsim_nb.engine.ids import encounter_ids, numbered
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows

Days = NDArray[np.int32]
OFFICE_OPENS = 480
"""Minute of the day."""


def unplanned(month: Month) -> None:
    """Turn the month's proposals into encounters and deal with all of them."""
    if not month.proposals:
        return
    parts = zip(*month.proposals, strict=True)
    rows, event, day = (np.concatenate(columns) for columns in parts)
    month.proposals = []
    visits = sort_out(month, propose(month, rows, event, day))
    if not len(visits.row):
        return
    record(month, visits)
    diagnose(month, visits)
    ask(month, visits)
    prescribe(month, visits)


def propose(
    month: Month, rows: Rows, event: NDArray[np.int64], day: Days
) -> tuple[NDArray[Any], ...]:
    """Return row, day, last day, class, event, minute and whether fatal, of each proposal."""
    table, draws = month.plan.happenings, month.draws.take(rows)
    kind = table.classes[event, draws.each(table.class_keys[event]).slot()]
    stays = kind == IMP
    low, high = table.stays[:, event]
    length = low + draws.each(table.stay_keys[event]).below(high - low + 1)
    length = np.where(stays, length, kind == OBSENC)
    frailty = month.plan.frailty[month.bodies.sex[rows], month.years_old[rows]]
    fatal = stays & draws.each(table.fatal_keys[event]).chance(table.fatal[event] * frailty)
    office = (kind == AMB) | (kind == VR)
    minute = draws.each(table.minute_keys[event]).below(np.where(office, 600, 1380))
    minute = np.where(office, OFFICE_OPENS, 0) + minute
    return rows, day.astype(np.int64), day + length, kind, event, minute, fatal.astype(np.int64)


def sort_out(month: Month, columns: tuple[NDArray[Any], ...]) -> Visits:
    """Return what takes place: in order, one stay at a time, nothing after death."""
    order = np.lexsort((columns[4], columns[1], columns[0]))
    row, day, end, kind, event, minute, fatal = (c[order] for c in columns)
    ok = possible(month, row, day, end)
    row, day, end, kind, event, minute, fatal = (
        c[ok] for c in (row, day, end, kind, event, minute, fatal)
    )
    pass_away(month, row, end, fatal > 0)
    death = month.state.death[row]
    ok = day < death
    row, day, end, kind, event, minute, death = (
        c[ok] for c in (row, day, end, kind, event, minute, death)
    )
    stay = (kind == IMP) | (kind == OBSENC)
    died = stay & (death <= end)
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
        condition=month.plan.happenings.condition[event],
        died=died,
    )


def possible(
    month: Month, row: Rows, day: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return False for what falls into a stay, after death or before birth; sorted by day."""
    state = month.state
    death = state.death[row]
    ok = (state.busy[row] < day) & (day < death) & (month.bodies.people.birth_day[row] < day)
    lasts = np.where(ok & (end > day), end - month.day + 1, 0)
    reach = np.maximum.accumulate(row * 4096 + lasts)
    before = np.concatenate([[-1], reach[:-1]])
    free: NDArray[np.bool_] = ok & (before < row * 4096 + (day - month.day + 1))
    return free


def pass_away(month: Month, row: Rows, end: NDArray[np.int64], fatal: NDArray[np.bool_]) -> None:
    """Set the death of those who do not survive their stay, unless they die before."""
    death = month.state.death
    who, when = row[fatal], end[fatal].astype(np.int32)
    death[who] = np.minimum(death[who], when)


def diagnose(month: Month, visits: Visits) -> None:
    """Record the event's own diagnosis, and in hospital what else is known."""
    plan, n = month.plan, len(visits.row)
    month.out.add(
        "diagnosis",
        visit=visits.id,
        code=plan.happenings.code[visits.event],
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


def ask(month: Month, visits: Visits) -> None:
    """Order what each event calls for."""
    table = month.plan.happenings
    counts = table.order_counts[visits.event]
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(table.order_counts) - table.order_counts
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    order = table.orders[first[visits.event[owner]] + place]
    month.state.last[order, visits.row[owner]] = month.turn
    month.out.add("order", visit=visits.id[owner], order=order)


def prescribe(month: Month, visits: Visits) -> None:
    """Give the courses of drugs that events call for."""
    table = month.plan.happenings
    mine = np.flatnonzero(table.course[visits.event] >= 0)
    event = visits.event[mine]
    draws = Draws(month.plan.spec.seed, visits.id[mine])
    given = draws.each(table.course_keys[event]).chance(table.course_share[event])
    mine, event = mine[given], event[given]
    drug = permitted(month, table.course[event], visits.row[mine])
    mine, event, drug = mine[drug >= 0], event[drug >= 0], drug[drug >= 0]
    day = visits.day[mine]
    days = np.array([d.source.course_days or 1 for d in month.plan.drugs], np.int32)[drug]
    month.out.add(
        "drug",
        visit=visits.id[mine],
        drug=drug,
        condition=table.condition[event],
        day=day,
        end=(day + days - 1).astype(np.int32),
    )
