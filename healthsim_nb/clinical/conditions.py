"""Conditions begin, advance, flare up and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical import measures, treatment
from healthsim_nb.clinical.agenda import begin, cancel
from healthsim_nb.clinical.compiled import NEVER, Happening, Illness, most
from healthsim_nb.clinical.month import factor
from healthsim_nb.clinical.susceptibility import risk
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.rng import Draws, weight_table
from healthsim_nb.templates.timeline import FOUND, ONSET

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows

Days = NDArray[np.int32]


def onset(month: Month) -> None:
    """Let new cases begin; acute ones of all conditions are dealt with together."""
    causes, patients = [], []
    for illness in month.plan.illnesses:
        if illness.index in month.plan.barred:
            continue
        rows = new_cases(month, illness)
        if not len(rows):
            continue
        if illness.source.kind == "acute":
            causes.append(np.full(len(rows), illness.index))
            patients.append(rows)
        else:
            enter(month, illness, rows, month.draw_days(f"{illness.id}.day", rows))
    if causes:
        fall_ill(month, np.concatenate(causes), np.concatenate(patients))


def new_cases(month: Month, illness: Illness) -> Rows:
    """Return who gets a condition this month."""
    if illness.bound <= 0:
        return np.zeros(0, np.intp)
    rows, drawn = month.thinning.candidates(f"{illness.id}.onset", illness.bound, month.turn)
    if not len(rows):
        return rows
    chance = illness.onset.ravel()[month.sex_age[rows]]
    # Few are left once sex and age are known, whatever else would have to be asked of them.
    likely = (drawn < chance * illness.most_times).nonzero()[0]
    if not len(likely):
        return likely
    rows, drawn, chance = rows[likely], drawn[likely], chance[likely]
    able = np.flatnonzero(month.alive[rows] & (month.state.stage[illness.index][rows] == 0))
    rows, drawn, chance = rows[able], drawn[able], chance[able]
    if not len(rows):
        return rows
    chance = chance * risk(month, illness, rows)
    if illness.lead >= 0:
        chance *= month.plan.use[illness.lead].times(month, rows)
    return np.asarray(rows[drawn < chance])


def fall_ill(month: Month, causes: NDArray[np.intp], rows: Rows) -> None:
    """Begin acute conditions: each has its day, its length and its visit."""
    state, acute = month.state, month.plan.acute
    draws = month.draws.take(rows)
    day = (month.day + draws.each(acute.day_keys[causes]).below(month.days)).astype(np.int32)
    low, high = acute.lasts[:, causes]
    lasts = low + draws.each(acute.lasts_keys[causes]).below(high - low + 1)
    state.stage[causes, rows] = 1
    state.onset[causes, rows] = day
    state.until[causes, rows] = day + lasts
    month.proposals.append((rows, acute.event[causes], day))
    for illness in acute.told:
        mine = causes == illness.index
        begin(month, illness.index, ONSET, rows[mine], day[mine])
        begin(month, illness.index, FOUND, rows[mine], day[mine])
    for illness in acute.moving:
        mine = causes == illness.index
        move(month, illness, rows[mine], 1)
        end_others(month, illness, rows[mine], day[mine])


def move(month: Month, illness: Illness, rows: Rows, times: int) -> None:
    """Add what a condition does to the measures, or take it back."""
    for measure, amount in illness.add:
        month.state.effect[measure][rows] += times * amount


def end_others(month: Month, illness: Illness, rows: Rows, day: Days) -> None:
    """End the conditions that this one puts an end to."""
    for other in illness.ends:
        had = month.state.stage[other][rows] > 0
        leave(month, month.plan.illnesses[other], rows[had], day[had])


def enter(month: Month, illness: Illness, rows: Rows, day: Days, stage: int = 0) -> None:
    """Begin a lasting condition: its degree, what it sets, adds and ends, how it comes to care.

    Parameters
    ----------
    stage
        1 + the stage that it begins in; 0: as it comes.
    """
    if not len(rows):
        return
    c = illness.index
    end_others(month, illness, rows, day)
    month.state.onset[c][rows] = day
    if stage:
        month.state.stage[c][rows] = stage
    else:
        take_degree(month, illness, rows, new=True)
    place_measures(month, illness, rows)
    move(month, illness, rows, 1)
    begin(month, c, ONSET, rows, day)
    staged(month, illness, rows, day)
    if illness.presents:
        event = np.full(len(rows), illness.presents.index)
        month.proposals.append((rows, event, day))
        found(month, illness, rows, month.turn + 1, day)
    elif illness.detect >= 1:
        found(month, illness, rows, month.turn, day)


def staged(month: Month, illness: Illness, rows: Rows, day: Days) -> None:
    """Begin what begins with the stage that people have."""
    for place, degree in enumerate(illness.degrees, start=1):
        if (illness.index, degree.id) in month.plan.timelines.entries:
            mine = month.state.stage[illness.index][rows] == place
            begin(month, illness.index, degree.id, rows[mine], day[mine])


def reach_stage(month: Month, illness: Illness, rows: Rows, day: Days, stage: int) -> None:
    """Let people who have a condition go on to a stage."""
    if not len(rows):
        return
    month.state.stage[illness.index][rows] = stage
    place_measures(month, illness, rows)
    staged(month, illness, rows, day)


def found(month: Month, illness: Illness, rows: Rows, turn: int, day: Days) -> None:
    """Diagnose a condition on a day: from ``turn`` on its routine visits are due."""
    month.state.known[illness.index][rows] = True
    begin(month, illness.index, FOUND, rows, day)
    if illness.every.any() or any(d.every for d in illness.degrees):
        month.state.due[illness.index][rows] = turn


def take_degree(month: Month, illness: Illness, rows: Rows, *, new: bool = False) -> None:
    """Draw the level or stage; conditions without any have just one, new ones often the first."""
    degree = np.zeros(len(rows), np.uint8)
    as_new = new and illness.index not in month.plan.new
    shares = tuple(d.new if as_new else d.share for d in illness.degrees)
    if sum(shares) > 0:
        draws = Draws(month.plan.spec.seed, month.bodies.people.id[rows])
        slots = (draws.bits(f"{illness.id}.degree") >> np.uint64(48)).astype(np.intp)
        degree = weight_table(shares)[slots]
    month.state.stage[illness.index][rows] = degree + 1


def place_measures(month: Month, illness: Illness, rows: Rows) -> None:
    """Draw set-points: ranges are of people on the treatment they have or else would have."""
    if not any(d.sets for d in illness.degrees):
        return
    given = treatment.line_effects(month, illness, treatment.settled(month, illness, rows))
    degree = month.state.stage[illness.index][rows]
    for place, d in enumerate(illness.degrees, start=1):
        mine = degree == place
        stream = f"{illness.id}.{d.id}"
        if d.untreated:
            bare = mine & (month.state.given[illness.index][rows] == 0)
            nothing = np.zeros((len(given), int(bare.sum())), np.int32)
            measures.set_points(month, d.untreated, f"{stream}.untreated", rows[bare], nothing)
            mine &= ~bare
        if d.sets and mine.any():
            measures.set_points(month, d.sets, stream, rows[mine], given[:, mine])


def leave(month: Month, illness: Illness, rows: Rows, day: Days) -> None:
    """End a condition and what it did; what people take for it is stopped."""
    if not len(rows):
        return
    state, c = month.state, illness.index
    over(month, np.full(len(rows), c), rows, day)
    move(month, illness, rows, -1)
    if illness.lines:
        treatment.to_line(month, illness, rows, np.zeros(len(rows), np.uint8), day)
    for place in month.plan.timelines.own(c):
        treatment.let_go(month, place, rows, day)
    if any(d.sets for d in illness.degrees) or month.plan.timelines.moved.get(c):
        measures.back_to_health(month, illness, rows)
    cancel(month, c, rows)
    state.stage[c][rows] = 0
    state.known[c][rows] = False
    state.due[c][rows] = NEVER


def over(month: Month, causes: NDArray[np.intp], rows: Rows, day: Days) -> None:
    """Record that conditions are over."""
    month.out.add(
        "over",
        row=rows,
        condition=causes.astype(np.int16),
        begun=month.state.onset[causes, rows],
        day=day,
    )


def progress(month: Month) -> None:
    """Let staged conditions go on to the next stage."""
    for illness in month.plan.illnesses:
        if not illness.staged:
            continue
        stage = month.state.stage[illness.index]
        rates = np.array([0.0, *(d.next_month for d in illness.degrees)])
        bound = float(rates.max()) * most(illness.progress)
        rows, drawn = month.thinning.candidates(f"{illness.id}.progress", bound, month.turn)
        able = (stage[rows] > 0) & (stage[rows] < len(illness.degrees)) & month.alive[rows]
        rows, drawn = rows[able], drawn[able]
        rows = rows[drawn < rates[stage[rows]] * factor(month, illness.progress, rows)]
        if len(rows):
            stage[rows] += 1
            place_measures(month, illness, rows)
            staged(month, illness, rows, np.full(len(rows), month.day, np.int32))


def end(month: Month) -> None:
    """End acute conditions whose time is over and chronic ones that remit."""
    state = month.state
    causes, rows = np.divmod(np.flatnonzero(state.until < month.day), len(month.alive))
    if len(rows):
        over(month, causes, rows, state.until[causes, rows])
        state.stage[causes, rows] = 0
        state.until[causes, rows] = FAR
        for illness in month.plan.acute.moving:
            move(month, illness, rows[causes == illness.index], -1)
    for illness in month.plan.illnesses:
        if illness.remission > 0:
            remit(month, illness)


def remit(month: Month, illness: Illness) -> None:
    """Let a chronic condition go away in some."""
    name = f"{illness.id}.remission"
    rows, _ = month.thinning.candidates(name, illness.remission, month.turn)
    rows = rows[(month.state.stage[illness.index][rows] > 0) & month.alive[rows]]
    if not len(rows):
        return
    leave(month, illness, rows, month.draw_days(f"{name}.day", rows))


def flare(month: Month) -> None:
    """Let acute events befall people who have the condition and know it."""
    for illness in month.plan.illnesses:
        for event in illness.acute:
            befall(month, illness, event)


def befall(month: Month, illness: Illness, event: Happening) -> None:
    """Draw who of the ill has the event this month."""
    bound = event.month_rate * most(event.multipliers)
    rows, drawn = month.thinning.candidates(event.name, bound, month.turn)
    ill = month.state.known[illness.index][rows] & month.alive[rows]
    rows, drawn = rows[ill], drawn[ill]
    rows = rows[drawn < event.month_rate * factor(month, event.multipliers, rows)]
    if len(rows):
        days = month.draw_days(f"{event.name}.day", rows)
        month.proposals.append((rows, np.full(len(rows), event.index), days))


def detect(month: Month) -> None:
    """Find some of the conditions that nobody knew of: a visit is due at once."""
    for illness in month.plan.illnesses:
        c = illness.index
        if illness.source.kind != "chronic" or illness.detect >= 1:
            continue
        rows, _ = month.thinning.candidates(f"{illness.id}.detect", illness.detect, month.turn)
        hidden = (month.state.stage[c][rows] > 0) & ~month.state.known[c][rows] & month.alive[rows]
        if illness.cause >= 0:
            hidden &= month.state.known[illness.cause][rows]
        rows = rows[hidden]
        if len(rows):
            found(month, illness, rows, month.turn, np.full(len(rows), month.day, np.int32))
