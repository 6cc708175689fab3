"""Routine visits: who is due, what is done, prescribed and ordered, when they come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical import measures, past, treatment
from healthsim_nb.clinical.agenda import begin
from healthsim_nb.clinical.compile import AMB, VR
from healthsim_nb.clinical.month import Month, coded, latent
from healthsim_nb.clinical.rhythm import SEXES, interval
from healthsim_nb.clinical.visits import Visits, record
from healthsim_nb.engine.groups import each
from healthsim_nb.engine.ids import encounter_ids
from healthsim_nb.engine.rng import Draws
from healthsim_nb.templates.timeline import VISIT

if TYPE_CHECKING:
    from healthsim_nb.clinical.compiled import Illness
    from healthsim_nb.clinical.state import Rows

Ids = NDArray[np.int64]
OFFICE_OPENS, OFFICE_MINUTES = 8 * 60, 8 * 60
VIDEO = np.array([0, 0, 0.28, 0.27, 0.235, 0.19, 0.16, 0.14, 0.11])
"""Share of follow-ups by video, by age in tens (NHSR 205: 30 % of adults had one in 2022)."""
ADULT = 18
ROUTINE = -1
"""In place of an event: the visit was planned."""


def routine(month: Month) -> None:
    """Make one visit of all that a person is due for this month or the next."""
    patients, causes, rows = due(month)
    if not len(rows):
        return
    day = month.draw_days("visit.day", patients)
    free = can_come(month, patients, day)
    place = np.full(len(month.alive), -1, np.int64)
    place[patients[free]] = np.arange(int(free.sum()))
    visits = planned(month, patients[free], day[free])
    kept = place[rows] >= 0
    causes, rows = causes[kept], rows[kept]
    visits.condition[:] = principal(month, causes, place[rows], len(visits.row))
    visits.kind[by_video(month, visits)] = VR
    record(month, visits)
    past.tell(month, visits.row, visits.id)
    seen = place[rows]
    write_down(month, causes, rows, visits, seen)
    ends = np.searchsorted(causes, np.arange(len(month.plan.illnesses) + 1))
    for illness in month.plan.illnesses:
        mine = slice(ends[illness.index], ends[illness.index + 1])
        if mine.start < mine.stop:
            act(month, illness, rows[mine], visits, seen[mine])
    order_usual(month, causes, rows, visits, seen)
    month.state.due[causes, rows] = month.turn + interval(month, causes, rows)


def due(month: Month) -> tuple[Rows, NDArray[np.intp], Rows]:
    """Return who is to be seen, and for which (condition, patient) pairs, sorted by both."""
    state, n = month.state, len(month.alive)
    pairs = np.flatnonzero(state.due <= month.turn + 1)
    causes, rows = pairs // n, pairs % n
    wanted = state.death[rows] > month.day
    for illness in month.plan.illnesses:
        if illness.source.kind == "service":
            wanted &= attends(month, illness, causes, rows)
    causes, rows = causes[wanted], rows[wanted]
    now = np.zeros(n, bool)
    now[rows[state.due[causes, rows] <= month.turn]] = True
    together = now[rows]
    return np.flatnonzero(now), causes[together], rows[together]


def attends(
    month: Month, illness: Illness, causes: NDArray[np.intp], rows: Rows
) -> NDArray[np.bool_]:
    """Return False for this service's pairs whose patient stays away; they skip a round."""
    low, high = np.searchsorted(causes, [illness.index, illness.index + 1])
    mine = rows[low:high]
    comes = past.takes_part(month, illness, mine)
    absent = mine[~comes]
    later = interval(month, illness.index, absent)
    if illness.source.history:
        later = np.minimum(later, past.ASKED_AGAIN)
    month.state.due[illness.index][absent] = month.turn + 2 + later
    wanted = np.ones(len(rows), bool)
    wanted[low:high] = comes
    return wanted


def can_come(month: Month, rows: Rows, day: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return whether people are alive and out of hospital on a day."""
    state = month.state
    alive = day < state.death[rows]
    ok: NDArray[np.bool_] = (
        alive & (state.busy[rows] < day) & (month.bodies.people.birth_day[rows] < day)
    )
    return ok


def planned(month: Month, rows: Rows, day: NDArray[np.int32]) -> Visits:
    """Return planned office visits, one a patient."""
    n = len(rows)
    draws = month.draws.take(rows)
    return Visits(
        id=encounter_ids(month.bodies.people.id[rows], month.turn, np.zeros(n, np.int64)),
        row=rows,
        day=day,
        minute=(OFFICE_OPENS + draws.below("visit.minute", OFFICE_MINUTES)).astype(np.int16),
        kind=np.full(n, AMB, np.uint8),
        end=day.copy(),
        event=np.full(n, ROUTINE, np.int16),
        condition=np.zeros(n, np.int16),
        died=np.zeros(n, bool),
    )


def by_video(month: Month, visits: Visits) -> NDArray[np.bool_]:
    """Return which follow-ups of chronic conditions are by video: more of the young."""
    share = VIDEO[np.minimum(month.years_old[visits.row] // 10, len(VIDEO) - 1)]
    video = month.draws.take(visits.row).chance("visit.video", share)
    return month.plan.chronic[visits.condition] & (month.years_old[visits.row] >= ADULT) & video


def principal(
    month: Month, causes: NDArray[np.intp], visit: NDArray[np.int64], n: int
) -> NDArray[np.int16]:
    """Return the main cause of each visit: a preventive service, else the first by its place."""
    service = month.plan.services
    rank = np.where(service[causes], causes, causes + len(service))
    best = np.full(n, 2 * len(service), np.int64)
    np.minimum.at(best, visit, rank)
    return (best % len(service)).astype(np.int16)


def write_down(
    month: Month, causes: NDArray[np.intp], rows: Rows, visits: Visits, place: NDArray[np.int64]
) -> None:
    """Record what people are seen for, whom ``place`` gives the visit of."""
    day = visits.day[place]
    month.out.add(
        "diagnosis",
        visit=visits.id[place],
        code=coded(month, causes, rows),
        condition=causes.astype(np.int16),
        principal=visits.condition[place] == causes,
        begun=np.where(
            month.plan.services[causes], day, np.minimum(month.state.onset[causes, rows], day)
        ),
        present=np.ones(len(rows), bool),
    )


def act(
    month: Month, illness: Illness, rows: Rows, visits: Visits, place: NDArray[np.int64]
) -> None:
    """Deal with the treatment of one condition at the visits of the people who are due for it."""
    visit, day = visits.id[place], visits.day[place]
    if illness.lines:
        decide(month, illness, rows, visit, day)
        treatment.note(month, illness, rows, visit, day)
        watch(month, illness, rows, visit, day)
    treatment.note_held(month, illness, rows, visit, day)
    begin(month, illness.index, VISIT, rows, day)


def order_usual(
    month: Month, causes: NDArray[np.intp], rows: Rows, visits: Visits, place: NDArray[np.int64]
) -> None:
    """Order what is usual for each condition, where the latest is long enough ago."""
    table = month.plan.rhythm
    owner, which = each(table.counts, table.firsts, causes)
    order, row, place = table.orders[which], rows[owner], place[owner]
    wanted = month.state.last[order, row] + table.apart[which] <= month.turn
    wanted &= (table.sex[order] < 0) | (table.sex[order] == month.bodies.sex[row])
    wanted &= ~table.near[order] | (visits.kind[place] != VR)
    order, row, place = order[wanted], row[wanted], place[wanted]
    month.state.last[order, row] = month.turn
    month.out.add("order", visit=visits.id[place], order=order)


def watch(month: Month, illness: Illness, rows: Rows, visit: Ids, day: NDArray[np.int32]) -> None:
    """Order what the drugs that people already took for a condition need watched."""
    for place, drug in month.plan.watched.get(illness.index, ()):
        taken = ((month.state.given[illness.index][rows] >> place) & 1) > 0
        taken &= month.state.noted[drug.index][rows] < day
        mine = np.flatnonzero(taken)
        for order, months in drug.orders if len(mine) else ():
            ask(month, order, months, rows[mine], visit[mine])


def ask(month: Month, order: int, months: int, rows: Rows, visit: Ids) -> None:
    """Order something for those whose latest is long enough ago."""
    last = month.state.last[order]
    wanted = last[rows] + months <= month.turn
    sex = month.plan.orders[order].sex
    if sex:
        wanted &= month.bodies.sex[rows] == SEXES.index(sex)
    last[rows[wanted]] = month.turn
    month.out.add("order", visit=visit[wanted], order=np.full(int(wanted.sum()), order, np.int16))


def decide(month: Month, illness: Illness, rows: Rows, visit: Ids, day: NDArray[np.int32]) -> None:
    """Start, stop or step up treatment, on what is measured at the visit."""
    rules, name = illness.source.treatment, illness.id
    assert rules is not None
    line = month.state.line[illness.index][rows]
    wanted = line.copy()
    off, on = np.flatnonzero(line == 0), np.flatnonzero(line)
    planned = treatment.planned_line(month, illness, rows[off])
    treated = month.draws.take(rows[off]).chance(f"{name}.treat", rules.start)
    wanted[off] = np.where(treated, planned, 0)
    wanted[on[month.draws.take(rows[on]).chance(f"{name}.stop", rules.stop)]] = 0
    if rules.step_up:
        can = np.flatnonzero((wanted == line) & (line + 1 < len(illness.lines)))
        wanted[can] += step_up(month, illness, rows[can], visit[can])
    treatment.to_line(month, illness, rows, wanted, day)
    treatment.make_room(month, illness, rows, day)


def step_up(month: Month, illness: Illness, rows: Rows, visit: Ids) -> NDArray[np.uint8]:
    """Return 1 where treatment goes up a line because a measured value is too high."""
    rules = illness.source.treatment
    assert rules is not None
    assert rules.step_up is not None
    rule = rules.step_up
    plan = next(m for m in month.plan.measures if m.source.id == rule.measure)
    tried = np.flatnonzero(month.draws.take(rows).chance(f"{illness.id}.step", rule.chance))
    value = measures.measured(
        plan, latent(month, plan.index, rows[tried]), Draws(month.plan.spec.seed, visit[tried])
    )
    up = np.zeros(len(rows), np.uint8)
    up[tried] = value > round(rule.above * plan.source.scale)
    return up
