"""Unplanned care: what befalls people this month becomes visits and stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical.aftermath import foresee
from healthsim_nb.clinical.agenda import begin, day_draws
from healthsim_nb.clinical.cautions import permitted
from healthsim_nb.clinical.compile import AMB, EMER, IMP, OBSENC, VR
from healthsim_nb.clinical.month import coded
from healthsim_nb.clinical.use import EMERGENCY
from healthsim_nb.clinical.visits import Visits, record
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.groups import each
from healthsim_nb.engine.ids import encounter_ids, numbered
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.pathways import Fires
    from healthsim_nb.clinical.state import Rows

Days = NDArray[np.int32]
OFFICE_OPENS = 480
"""Minute of the day."""
LONGER = np.array([100, 100, 108, 116, 118])
"""Percent of the usual days in hospital by age in twenties (HCUP: 4.9 at 18-44, 5.3 at 65+)."""
GROWN, SENT_HOME = 18, 0.4
"""Children are admitted less often for the same (HCUP KID: 23 stays per 1,000; fitted)."""
NO_CONDITION = 511
"""In place of a condition: a code that stands by itself."""
_NOBODY, _NONE = np.zeros(0, np.intp), np.zeros(0, np.int64)


@dataclass(frozen=True)
class Outcome:
    """What came of steps that were due, shape (f,) each."""

    end: NDArray[np.int64]
    """Last day of what took place, `FAR` for what did not."""
    visit: NDArray[np.int64]
    """Its encounter, -1 for none."""


def take_place(month: Month, fires: Fires) -> Outcome:
    """Turn the month's proposals and the steps that are due into encounters; deal with them."""
    alive = fires.day < month.state.death[fires.row]
    plain = month.plan.timelines.event[fires.step] < 0
    end = np.where(plain & alive, fires.day, FAR)
    outcome = Outcome(end, np.full(len(end), -1))
    visits, origin = sort_out(month, proposed(month, fires))
    month.proposals.clear()
    if not len(visits.row):
        return outcome
    record(month, visits)
    diagnose(month, visits)
    ask(month, visits)
    prescribe(month, visits)
    lead_on(month, visits)
    foresee(month, visits)
    done = (origin >= 0) & ~visits.died
    outcome.end[origin[done]] = visits.end[done]
    outcome.visit[origin[done]] = visits.id[done]
    return outcome


def proposed(month: Month, fires: Fires) -> tuple[NDArray[Any], ...]:
    """Return the columns of `propose`, and which step each comes from, -1 for none."""
    parts = [*month.proposals, (_NOBODY, _NONE, _NONE)]
    rows, event, day = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    table = month.plan.timelines
    mine = np.flatnonzero(table.event[fires.step] >= 0)
    due = fires.row[mine]
    draws = month.draws.take(rows).join(day_draws(month, due, fires.planned[mine]))
    rows = np.concatenate([rows, due])
    event = np.concatenate([event, table.event[fires.step[mine]]])
    origin = np.concatenate([np.full(len(day), -1), mine])
    day = np.concatenate([day, fires.day[mine]])
    return *propose(month, rows, event, day, draws), origin


def last_days(month: Month, fires: Fires) -> NDArray[np.int64]:
    """Return when each step is over if nothing comes in its way."""
    end = fires.day.copy()
    mine = np.flatnonzero(month.plan.timelines.event[fires.step] >= 0)
    draws = day_draws(month, fires.row[mine], fires.planned[mine])
    event = month.plan.timelines.event[fires.step[mine]]
    end[mine] = propose(month, fires.row[mine], event, fires.day[mine], draws)[2]
    return end


def propose(
    month: Month, rows: Rows, event: NDArray[np.int64], day: NDArray[np.int64], draws: Draws
) -> tuple[NDArray[Any], ...]:
    """Return row, day, last day, class, event, minute and whether fatal, of each proposal."""
    table = month.plan.happenings
    kind = table.classes[event, draws.each(table.class_keys[event]).slot()]
    kind = habits(month, rows, event, kind, draws)
    stays = kind == IMP
    low, high = table.stays[:, event]
    length = low + draws.each(table.stay_keys[event]).below(high - low + 1)
    length = (length * LONGER[np.minimum(month.years_old[rows] // 20, 4)] + 50) // 100
    length = np.where(stays, length, kind == OBSENC)
    frailty = month.plan.frailty[month.bodies.sex[rows], month.years_old[rows]]
    fatal = stays & draws.each(table.fatal_keys[event]).chance(table.fatal[event] * frailty)
    office = (kind == AMB) | (kind == VR)
    minute = draws.each(table.minute_keys[event]).below(np.where(office, 600, 1380))
    minute = np.where(office, OFFICE_OPENS, 0) + minute
    day = day.astype(np.int64)
    return rows, day, day + length, kind, event, minute, fatal.astype(np.int64)


def habits(
    month: Month, rows: Rows, event: NDArray[np.int64], kind: NDArray[np.uint8], draws: Draws
) -> NDArray[np.uint8]:
    """Return the classes with some who go to an emergency department, or do not, by habit."""
    table = month.plan.happenings
    kind = spared(month, rows, event, kind, draws)
    free = np.flatnonzero((table.shift[event] > 0) & ((kind == AMB) | (kind == EMER)))
    if not len(free) or month.turn < 0:
        return kind
    share = table.shift[event[free]]
    times = month.plan.use[EMERGENCY].times(month, rows[free])
    there = kind[free] == EMER
    stays = np.where(there, np.minimum(times, 1), 0)
    goes = np.where(there, 0, np.minimum(1, share * np.maximum(times - 1, 0) / (1 - share)))
    drawn = draws.take(free).each(table.shift_keys[event[free]])
    kind = kind.copy()
    kind[free] = np.where(drawn.chance(stays + goes), EMER, AMB)
    return kind


def spared(
    month: Month, rows: Rows, event: NDArray[np.int64], kind: NDArray[np.uint8], draws: Draws
) -> NDArray[np.uint8]:
    """Return the classes with some children sent home whom a hospital would keep if grown."""
    table, age = month.plan.happenings, month.years_old[rows]
    mine = (kind == IMP) & table.may_go_home[event] & (age >= 1) & (age < GROWN)
    at = np.flatnonzero(mine)
    if not len(at):
        return kind
    home = draws.take(at).each(table.home_keys[event[at]]).chance(np.full(len(at), SENT_HOME))
    kind = kind.copy()
    kind[at[home]] = EMER
    return kind


def sort_out(month: Month, columns: tuple[NDArray[Any], ...]) -> tuple[Visits, NDArray[np.int64]]:
    """Return what takes place: in order, one stay at a time, nothing after death; and whence."""
    order = np.lexsort((columns[5], columns[4], columns[1], columns[0]))
    columns = tuple(c[order] for c in columns)
    ok = possible(month, columns[0], columns[1], columns[2], columns[6] > 0)
    row, day, end, kind, event, minute, fatal, origin = (c[ok] for c in columns)
    pass_away(month, row, end, fatal > 0)
    ok = day < month.state.death[row]
    row, day, end, kind, event, minute, origin = (
        c[ok] for c in (row, day, end, kind, event, minute, origin)
    )
    death = month.state.death[row]
    stay = (kind == IMP) | (kind == OBSENC)
    died = stay & (death <= end)
    end = np.where(died, death, end)
    np.maximum.at(month.state.busy, row[stay], end[stay].astype(np.int32))
    slot = month.slots[row] + numbered(row)
    np.maximum.at(month.slots, row, slot + 1)
    visits = Visits(
        id=encounter_ids(month.bodies.people.id[row], month.turn, slot),
        row=row,
        day=day.astype(np.int32),
        minute=minute.astype(np.int16),
        kind=kind.astype(np.uint8),
        end=end.astype(np.int32),
        event=event.astype(np.int16),
        condition=month.plan.happenings.condition[event],
        died=died,
    )
    return visits, origin


def possible(
    month: Month,
    row: Rows,
    day: NDArray[np.int64],
    end: NDArray[np.int64],
    fatal: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return False for what falls into a stay, after death or before birth; sorted by day.

    Nor may a stay swallow a visit already made.
    """
    state = month.state
    death = state.death[row]
    ok = (state.busy[row] < day) & (day < death) & (month.bodies.people.birth_day[row] <= day)
    away = np.flatnonzero(end > day)
    ok[away] &= ~swallows(month, row[away], day[away], end[away], fatal[away])
    lasts = np.where(ok & (end > day), end - month.day + 1, 0)
    reach = np.maximum.accumulate(row * 4096 + lasts)
    before = np.concatenate([[-1], reach[:-1]])
    free: NDArray[np.bool_] = ok & (before < row * 4096 + (day - month.day + 1))
    return free


def swallows(
    month: Month,
    row: Rows,
    day: NDArray[np.int64],
    end: NDArray[np.int64],
    fatal: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return whether visits of this month lie within each stay, or after one that is fatal."""
    first = np.clip(day - month.day, 0, 63).astype(np.uint64)
    last = np.where(fatal, 62, np.clip(end - month.day, 0, 62)).astype(np.uint64)
    days = (np.uint64(2) << last) - (np.uint64(1) << first)
    clash: NDArray[np.bool_] = (month.seen[row] & days) != 0
    return clash


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
        code=own_code(month, visits),
        condition=visits.condition,
        principal=np.ones(n, bool),
        begun=own_day(month, visits),
        present=np.ones(n, bool),
    )
    _also(month, visits)
    lasting = plan.lasting
    away = np.flatnonzero((visits.kind != AMB) & (visits.kind != VR))
    c, v = np.nonzero(month.state.known.take(visits.row[away], axis=1)[lasting])
    c, v = lasting[c], away[v]
    row = visits.row[v]
    code = coded(month, c, row)
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


def own_code(month: Month, visits: Visits) -> NDArray[np.int16]:
    """Return the principal diagnosis: the event's, or the condition's at that age and stage."""
    code = month.plan.happenings.code[visits.event]
    stage = month.state.stage[visits.condition, visits.row]
    usual = month.plan.diagnosis[visits.condition, stage, month.years_old[visits.row]]
    return np.where(code < 0, usual, code).astype(np.int16)


def own_day(month: Month, visits: Visits) -> Days:
    """Return when it began: with the condition where the diagnosis says so, else that day."""
    has = month.state.stage[visits.condition, visits.row] > 0
    since = np.minimum(month.state.onset[visits.condition, visits.row], visits.day)
    return np.where(month.plan.happenings.own[visits.event] & has, since, visits.day)


def _also(month: Month, visits: Visits) -> None:
    """Record the further diagnoses of events."""
    table = month.plan.happenings
    owner, place = each(table.also_counts, table.also_firsts, visits.event)
    month.out.add(
        "diagnosis",
        visit=visits.id[owner],
        code=table.also[place],
        condition=np.full(len(owner), NO_CONDITION, np.int16),
        principal=np.zeros(len(owner), bool),
        begun=visits.day[owner],
        present=np.ones(len(owner), bool),
    )


def lead_on(month: Month, visits: Visits) -> None:
    """Begin the steps of timelines that begin with an event."""
    for trigger, condition, event in month.plan.event_triggers:
        mine = (visits.event == event) & ~visits.died
        begin(month, condition, trigger, visits.row[mine], visits.end[mine])


def ask(month: Month, visits: Visits) -> None:
    """Order what each event calls for."""
    table = month.plan.happenings
    owner, place = each(table.order_counts, table.order_firsts, visits.event)
    order = table.orders[place]
    month.state.last[order, visits.row[owner]] = month.turn
    month.out.add("order", visit=visits.id[owner], order=order)


def prescribe(month: Month, visits: Visits) -> None:
    """Give the courses of drugs that events call for."""
    table = month.plan.happenings
    mine, place = each(table.course_counts, table.course_firsts, visits.event)
    draws = Draws(month.plan.spec.seed, visits.id[mine])
    given = draws.each(table.course_keys[place]).chance(table.course_shares[place])
    mine, place = mine[given], place[given]
    drug = permitted(month, table.courses[place], visits.row[mine])
    mine, drug = mine[drug >= 0], drug[drug >= 0]
    # What takes the place of two drugs is given once.
    _, first = np.unique(mine << 16 | drug, return_index=True)
    mine, drug = mine[first], drug[first]
    event, day = visits.event[mine], visits.day[mine]
    days = month.plan.course_days[drug]
    month.out.add(
        "drug",
        visit=visits.id[mine],
        drug=drug,
        condition=table.condition[event],
        day=day,
        end=(day + days - 1).astype(np.int32),
    )
