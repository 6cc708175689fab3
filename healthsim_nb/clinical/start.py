"""The first day: who has what, since when, who knows, what they take, when they are next seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical import asked, conditions, measures, past, pathways, treatment
from healthsim_nb.clinical.agenda import begin
from healthsim_nb.clinical.compiled import HIGHEST, Illness
from healthsim_nb.clinical.month import Month, factor
from healthsim_nb.clinical.rhythm import interval
from healthsim_nb.clinical.susceptibility import risk
from healthsim_nb.templates.timeline import FOUND, ONSET, VISIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.state import Rows

MONTH = 30
"""Days, near enough for what lies before the first one."""


def populate(month: Month) -> None:
    """Fill the state of the first day."""
    fall_ill(month)
    measures.settle(month)
    suit(month)
    phase_orders(month)


def fall_ill(month: Month) -> None:
    """Let people have what they have on the first day: causes first, then what they cause."""
    measures.draw_bases(month)
    for illness in month.plan.illnesses:
        if illness.source.kind == "service":
            enrol(month, illness)
        elif illness.source.kind == "chronic":
            already_ill(month, illness)
        elif illness.source.timeline:
            under_way(month, illness)
    pathways.before(month)


def already_ill(month: Month, illness: Illness) -> None:
    """Give the condition to those who have it at the start."""
    rows = ill_at_start(month, illness)
    if not len(rows):
        return
    conditions.take_degree(month, illness, rows)
    month.state.onset[illness.index][rows] = since(month, illness, rows)
    for measure, amount in illness.add:
        month.state.effect[measure][rows] += amount
    if illness.index not in month.plan.new:
        aware(month, illness, rows)
    conditions.place_measures(month, illness, rows)
    day = month.state.onset[illness.index][rows]
    begin(month, illness.index, ONSET, rows, day)
    conditions.staged(month, illness, rows, day)
    told = month.state.known[illness.index][rows]
    begin(month, illness.index, FOUND, rows[told], day[told])


def ill_at_start(month: Month, illness: Illness) -> Rows:
    """Return who has the condition before the first day."""
    everyone, plan = np.arange(len(month.alive)), month.plan
    if asked.comes_later(plan, illness):
        return np.zeros(0, np.intp)
    if illness.index in plan.forced:
        return everyone
    wanted = asked.of_a_group(month, illness)
    if illness.index not in plan.barred_at_start:
        chance = illness.start[month.bodies.sex, month.years_old]
        chance = chance * risk(month, illness, everyone, start=True)
        wanted |= month.draws.chance(f"{illness.id}.start", np.minimum(chance, HIGHEST))
    return np.flatnonzero(wanted & month.alive)


SHORT = 62
"""An episode of fewer days that everyone is to have begins in the first month, like an illness."""


def under_way(month: Month, illness: Illness) -> None:
    """Begin, in the time before the first day, episodes that may not be over yet.

    As many as in the months to come, so that all that belongs to them is as frequent from the
    first month on; `pathways.before` ends those that are over by then.
    """
    if illness.index in month.plan.barred:
        return
    span = month.plan.timelines.spans[illness.index]
    if illness.index in month.plan.forced and span < SHORT:
        return
    everyone = np.arange(len(month.alive))
    hazard = illness.onset[month.bodies.sex, month.years_old] * span / MONTH
    hazard = hazard * factor(month, illness.multipliers, everyone)
    chance = hazard / (1 + hazard)
    forced = illness.index in month.plan.forced
    wanted = np.full(len(hazard), forced) | asked.of_a_group(month, illness)
    if wanted.any():
        # Not so long ago that many would be over.
        chance, span = np.where(wanted, 1.0, chance), span // 2
    rows = np.flatnonzero(month.draws.chance(f"{illness.id}.start", chance) & month.alive)
    ago = 1 + month.draws.take(rows).below(f"{illness.id}.since", max(1, span))
    day = np.maximum(month.day - ago, month.bodies.people.birth_day[rows]).astype(np.int32)
    if illness.source.kind == "episode":
        conditions.enter(month, illness, rows, day)
        return
    for trigger in (ONSET, FOUND, *(event.id for event in illness.source.events)):
        begin(month, illness.index, trigger, rows, day)


def since(month: Month, illness: Illness, rows: Rows) -> NDArray[np.int32]:
    """Return the day it began: some years ago, never before birth or the least age for it."""
    low, high = (0, 1) if illness.index in month.plan.new else illness.source.years
    draws = month.draws.take(rows)
    ago = draws.between(f"{illness.id}.since", low * 365, max(low * 365, high * 365 - 1))
    earliest = month.bodies.people.birth_day[rows] + illness.source.only.age[0] * 366
    day = np.minimum(np.maximum(month.day - 1 - ago, earliest), month.day - 1)
    return np.asarray(day, np.int32)


def aware(month: Month, illness: Illness, rows: Rows) -> None:
    """Let a share know of it; those who do are treated and seen at their own rhythm."""
    state, c = month.state, illness.index
    share = illness.known[month.years_old[rows]]
    for place, d in enumerate(illness.degrees, start=1):
        if d.known is not None:
            share = np.where(state.stage[c][rows] == place, d.known, share)
    if c in month.plan.forced:
        share = np.ones(len(rows))
    share = np.where(asked.of_a_group(month, illness)[rows], 1.0, share)
    knows = month.draws.take(rows).chance(f"{illness.id}.known", share)
    if illness.cause >= 0:
        # Nobody knows of what comes of an illness that nobody knows of.
        knows &= state.known[illness.cause][rows]
    rows = rows[knows]
    state.known[c][rows] = True
    if illness.lines:
        lines = treatment.planned_line(month, illness, rows)
        day = np.full(len(rows), month.day, np.int32)
        treatment.to_line(month, illness, rows, lines, day)
    every = interval(month, illness.index, rows)
    seen = every > 0
    phase = month.draws.take(rows).below(
        f"{illness.id}.phase", np.maximum(every, 1).astype(np.int64)
    )
    state.due[c][rows[seen]] = phase[seen]


def suit(month: Month) -> None:
    """Let people be on what suits them, now that all of their conditions and measures are known."""
    for illness in month.plan.illnesses:
        if any(drug in month.plan.avoided for drug in illness.drugs):
            rows = np.flatnonzero(month.state.given[illness.index] > 0)
            day = np.full(len(rows), month.day, np.int32)
            changed = treatment.look_again(month, illness, rows, day)
            conditions.place_measures(month, illness, changed)
            target = month.state.base[:, changed] + month.state.effect[:, changed]
            month.state.x[:, changed] = target


def enrol(month: Month, illness: Illness) -> None:
    """Give everyone who can ever take part in a service a turn for it."""
    draws = month.draws
    rows = np.flatnonzero(illness.uptake.max(axis=1)[month.bodies.sex] > 0)
    every = interval(month, illness.index, rows)
    phase = draws.take(rows).below(f"{illness.id}.phase", np.maximum(every, 1).astype(np.int64))
    if illness.source.history:
        phase = past.last_time(month, illness, rows, every, phase)
    month.state.stage[illness.index][rows] = 1
    month.state.known[illness.index][rows] = True
    born = np.searchsorted(month.plan.starts, month.bodies.people.birth_day[rows], side="right") - 1
    month.state.due[illness.index][rows] = np.where(month.alive[rows], phase, born + every)
    span = month.plan.timelines.spans.get(illness.index, 0)
    if span:
        ago = (every - phase) * MONTH - draws.take(rows).below(f"{illness.id}.last", MONTH)
        came = past.takes_part(month, illness, rows) & (every > 0) & (ago <= span)
        came &= (ago > 0) & month.alive[rows]
        begin(month, illness.index, VISIT, rows[came], (month.day - ago[came]).astype(np.int32))


def phase_orders(month: Month) -> None:
    """Spread the latest orders before the start over their interval, where nothing is known."""
    for index, months in enumerate(month.plan.order_months.tolist()):
        if index in month.plan.dated:
            continue
        name = f"{month.plan.orders[index].id}.phase"
        month.state.last[index] = -1 - month.draws.below(name, months)
