"""Conditions begin, advance, flare up and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical import measures, treatment
from healthsim_nb.clinical.month import Month, candidates, factor
from healthsim_nb.clinical.plan import NEVER, Happening, Illness
from healthsim_nb.engine.rng import Draws, weight_table

if TYPE_CHECKING:
    from healthsim_nb.clinical.state import Rows

Days = NDArray[np.int32]


def onset(month: Month) -> None:
    """Let new cases begin."""
    plan = month.plan
    for illness in plan.illnesses:
        if illness.index in plan.forced and illness.source.kind == "acute":
            asked_for(month, illness)
        if illness.bound <= 0 or illness.index in plan.barred:
            continue
        rows, drawn = candidates(month, f"{illness.id}.onset", illness.bound)
        free = month.state.stage[illness.index, rows] == 0
        rows, drawn = rows[free], drawn[free]
        chance = illness.onset[month.bodies.sex[rows], month.years_old[rows]]
        rows = rows[drawn < chance * factor(month, illness.multipliers, rows)]
        if len(rows):
            enter(month, illness, rows, month.draw_days(f"{illness.id}.day", rows))


def asked_for(month: Month, illness: Illness) -> None:
    """Begin an acute condition that everyone is to have: in the first month, the index event."""
    rows = np.flatnonzero(month.alive & (month.state.stage[illness.index] == 0))
    if month.turn == 0 and len(rows):
        enter(month, illness, rows, month.draw_days(f"{illness.id}.asked", rows))


def enter(month: Month, illness: Illness, rows: Rows, day: Days) -> None:
    """Begin a condition: its degree, what it sets, adds and ends, and how it comes to care."""
    state, c = month.state, illness.index
    state.onset[c, rows] = day
    take_degree(month, illness, rows)
    place_measures(month, illness, rows, month.state.line[c, rows])
    for measure, amount in illness.add:
        state.effect[measure, rows] += amount
    for other in illness.ends:
        had = state.stage[other, rows] > 0
        leave(month, month.plan.illnesses[other], rows[had], day[had])
    if illness.source.lasts:
        low, high = illness.source.lasts
        state.until[c, rows] = day + month.draws.take(rows).between(
            f"{illness.id}.lasts", low, high
        )
    if illness.presents:
        month.proposals.append((rows, illness.presents.index, day))
    if illness.source.kind == "chronic" and (illness.presents or illness.detect >= 1):
        found(month, illness, rows, month.turn + 1 if illness.presents else month.turn)


def found(month: Month, illness: Illness, rows: Rows, turn: int) -> None:
    """Diagnose a condition: from ``turn`` on its routine visits are due."""
    month.state.known[illness.index, rows] = True
    if illness.every.any():
        month.state.due[illness.index, rows] = turn


def take_degree(month: Month, illness: Illness, rows: Rows) -> None:
    """Draw the level or stage; conditions without any have just one."""
    degree = np.zeros(len(rows), np.uint8)
    if illness.degrees and not (illness.staged and month.turn >= 0):
        draws = Draws(month.plan.spec.seed, month.bodies.people.id[rows])
        slots = (draws.bits(f"{illness.id}.degree") >> np.uint64(48)).astype(np.intp)
        degree = weight_table(tuple(d.share for d in illness.degrees))[slots]
    month.state.stage[illness.index, rows] = degree + 1


def place_measures(month: Month, illness: Illness, rows: Rows, lines: NDArray[np.uint8]) -> None:
    """Draw set-points: ranges are of people on the treatment they have or else would have."""
    if not any(d.sets for d in illness.degrees):
        return
    settled = np.where(lines > 0, lines, treatment.planned_line(month, illness, rows)).astype(
        np.uint8
    )
    given = treatment.line_effects(month, illness, settled)
    degree = month.state.stage[illness.index, rows]
    for place, d in enumerate(illness.degrees, start=1):
        mine = degree == place
        if d.sets and mine.any():
            stream = f"{illness.id}.{d.id}"
            measures.set_points(month, d.sets, stream, rows[mine], given[:, mine])


def leave(month: Month, illness: Illness, rows: Rows, day: Days) -> None:
    """End a condition and what it did; what people take for it is stopped."""
    if not len(rows):
        return
    state, c = month.state, illness.index
    month.out.add(
        "over",
        row=rows,
        condition=np.full(len(rows), c, np.int16),
        begun=state.onset[c, rows],
        day=day,
    )
    for measure, amount in illness.add:
        state.effect[measure, rows] -= amount
    if illness.lines:
        treatment.to_line(month, illness, rows, np.zeros(len(rows), np.uint8), day)
    if any(d.sets for d in illness.degrees):
        measures.back_to_health(month, illness, rows)
    state.stage[c, rows] = 0
    state.known[c, rows] = False
    state.due[c, rows] = NEVER


def progress(month: Month) -> None:
    """Let staged conditions go on to the next stage."""
    for illness in month.plan.illnesses:
        if not illness.staged:
            continue
        stage = month.state.stage[illness.index]
        rows = np.flatnonzero((stage > 0) & (stage < len(illness.degrees)) & month.alive)
        rates = np.array([d.next_month for d in illness.degrees])[stage[rows] - 1]
        drawn = month.draws.take(rows).u32(f"{illness.id}.progress") / 2**32
        rows = rows[drawn < rates * factor(month, illness.progress, rows)]
        if len(rows):
            stage[rows] += 1
            place_measures(month, illness, rows, month.state.line[illness.index, rows])


def end(month: Month) -> None:
    """End acute conditions whose time is over and chronic ones that remit."""
    state = month.state
    for illness in month.plan.illnesses:
        c = illness.index
        if illness.source.lasts:
            rows = np.flatnonzero((state.stage[c] > 0) & (state.until[c] < month.day))
            leave(month, illness, rows, state.until[c, rows])
        elif illness.remission > 0:
            rows = np.flatnonzero((state.stage[c] > 0) & month.alive)
            rows = rows[month.draws.take(rows).chance(f"{illness.id}.remission", illness.remission)]
            leave(month, illness, rows, month.draw_days(f"{illness.id}.remission.day", rows))


def flare(month: Month) -> None:
    """Let acute events befall people who have the condition and know it."""
    for illness in month.plan.illnesses:
        if not illness.acute:
            continue
        ill = np.flatnonzero(month.state.known[illness.index] & month.alive)
        draws = month.draws.take(ill)
        for event in illness.acute:
            befall(month, event, ill, draws)


def befall(month: Month, event: Happening, ill: Rows, draws: Draws) -> None:
    """Draw who of the ill has the event this month."""
    drawn = draws.u32(event.name) / 2**32
    most = event.month_rate * float(np.prod([max(1.0, m.times) for m in event.multipliers]))
    near = drawn < most
    rows = ill[near]
    rows = rows[drawn[near] < event.month_rate * factor(month, event.multipliers, rows)]
    if len(rows):
        month.proposals.append((rows, event.index, month.draw_days(f"{event.name}.day", rows)))


def detect(month: Month) -> None:
    """Find some of the conditions that nobody knew of: a visit is due at once."""
    for illness in month.plan.illnesses:
        if illness.source.kind != "chronic" or illness.detect >= 1:
            continue
        hidden = (month.state.stage[illness.index] > 0) & ~month.state.known[illness.index]
        rows = np.flatnonzero(hidden & month.alive)
        rows = rows[month.draws.take(rows).chance(f"{illness.id}.detect", illness.detect)]
        found(month, illness, rows, month.turn)
