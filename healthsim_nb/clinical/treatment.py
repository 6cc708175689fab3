"""Lines of treatment: what is taken, what it does, what the record says of it.

A line names drugs; which of them a person takes, or what in their place, `cautions` says. It is
kept as bits, places in the condition's ``drugs``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical.cautions import Masks, fitting, unsuitable
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.rng import Draws, weight_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import Illness
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows


def planned_line(month: Month, illness: Illness, rows: Rows) -> NDArray[np.uint8]:
    """Return the line that each person's doctor would settle on: drawn once for life and degree."""
    line = np.zeros(len(rows), np.uint8)
    if not illness.lines:
        return line
    draws = Draws(month.plan.spec.seed, month.bodies.people.id[rows])
    slots = (draws.bits(f"{illness.id}.line") >> np.uint64(48)).astype(np.intp)
    degree = month.state.stage[illness.index][rows]
    for place, d in enumerate(illness.degrees, start=1):
        mine = degree == place
        line[mine] = weight_table(d.lines)[slots[mine]] if d.lines else 1
    if not illness.degrees:
        line[:] = 1
    return line


def on_line(month: Month, illness: Illness, rows: Rows, lines: NDArray[np.uint8]) -> Masks:
    """Return what belongs to people's lines, with what they take beside for good."""
    wanted: Masks = illness.sets[lines]
    if not illness.beside:
        return wanted
    draws = Draws(month.plan.spec.seed, month.bodies.people.id[rows])
    for place, share in illness.beside:
        name = f"{illness.id}.{month.plan.drugs[illness.drugs[place]].source.id}.beside"
        also = draws.chance(name, share) & (lines > 0)
        wanted |= also.astype(np.uint16) << np.uint16(place)
    return wanted


def settled(month: Month, illness: Illness, rows: Rows) -> Masks:
    """Return what people take for a condition, or would take if they were treated."""
    given: Masks = month.state.given[illness.index][rows]
    if not illness.lines:
        return given
    planned = on_line(month, illness, rows, planned_line(month, illness, rows))
    return np.asarray(np.where(given > 0, given, planned), np.uint16)


def line_effects(month: Month, illness: Illness, given: Masks) -> NDArray[np.int32]:
    """Return what each person's drugs add to every measure, shape (M, rows)."""
    table = np.zeros((len(month.plan.measures), len(given)), np.int32)
    for place in places_in(given):
        taken = np.flatnonzero(given >> place & 1)
        for measure, amount in month.plan.drugs[illness.drugs[place]].effects:
            table[measure][taken] += amount
    return table


def to_line(
    month: Month, illness: Illness, rows: Rows, lines: NDArray[np.uint8], day: NDArray[np.int32]
) -> None:
    """Change people's lines: drugs that are in both go on untouched."""
    if not len(rows):
        return
    state, c = month.state, illness.index
    state.line[c][rows] = lines
    wanted = on_line(month, illness, rows, lines)
    if month.turn >= 0:
        wanted = fitting(month, illness, rows, wanted)
    take(month, illness, rows, wanted, day)


def take(month: Month, illness: Illness, rows: Rows, wanted: Masks, day: NDArray[np.int32]) -> None:
    """Start and stop drugs, so that people take just what is wanted."""
    given = month.state.given[illness.index][rows]
    changed = wanted ^ given
    month.state.given[illness.index][rows] = wanted
    for place in places_in(changed):
        drug, other = illness.drugs[place], (changed >> place) & 1 > 0
        new = (wanted >> place) & 1 > 0
        gained, lost = np.flatnonzero(other & new), np.flatnonzero(other & ~new)
        if len(gained):
            start(month, drug, rows[gained])
        if len(lost):
            stop(month, drug, rows[lost], day[lost])


def places_in(masks: Masks) -> list[int]:
    """Return the places of all drugs that somebody has.

    >>> places_in(np.array([1, 4, 5], np.uint16))
    [0, 2]
    """
    every = int(np.bitwise_or.reduce(masks)) if len(masks) else 0
    return [place for place in range(every.bit_length()) if every >> place & 1]


def start(month: Month, drug: int, rows: Rows) -> None:
    """Let people take a drug; its effects count once however many conditions want it."""
    state = month.state
    state.on[drug][rows] += 1
    new = rows[state.on[drug][rows] == 1]
    for measure, amount in month.plan.drugs[drug].effects:
        state.effect[measure][new] += amount


def stop(month: Month, drug: int, rows: Rows, day: NDArray[np.int32]) -> None:
    """End a drug for people of whom no other condition wants it; the record is closed."""
    state = month.state
    state.on[drug][rows] -= 1
    ended = state.on[drug][rows] == 0
    gone = rows[ended]
    for measure, amount in month.plan.drugs[drug].effects:
        state.effect[measure][gone] -= amount
    noted = state.noted[drug][gone]
    closed = noted != FAR
    month.out.add(
        "stop",
        row=gone[closed],
        drug=np.full(int(closed.sum()), drug, np.int16),
        day=noted[closed],
        end=np.maximum(day[ended], noted)[closed],
    )
    state.noted[drug][gone] = FAR


def note(
    month: Month, illness: Illness, rows: Rows, visit: NDArray[np.int64], day: NDArray[np.int32]
) -> None:
    """Record what people take for a condition at the visit that deals with it."""
    given = month.state.given[illness.index][rows]
    for place in places_in(given):
        takes = np.flatnonzero(given >> place & 1)
        _note(month, illness.index, illness.drugs[place], rows[takes], visit[takes], day[takes])


def review(month: Month) -> None:
    """Stop at once what must not be taken a day longer."""
    for caution in month.plan.cautions:
        if not caution.at_once or caution.test.condition < 0:
            continue
        ill = np.flatnonzero(month.state.known[caution.test.condition] & month.alive)
        for illness in month.plan.illnesses if len(ill) else ():
            if caution.drugs & set(illness.drugs):
                rows = ill[month.state.given[illness.index][ill] > 0]
                look_again(month, illness, rows, np.full(len(rows), month.day, np.int32))


def make_room(month: Month, illness: Illness, rows: Rows, day: NDArray[np.int32]) -> None:
    """Stop what other conditions gave and what must not be taken beside the drugs of this one."""
    for drug, others in month.plan.displacing.get(illness.index, ()):
        taking = np.flatnonzero(month.state.on[drug][rows])
        if not len(taking):
            continue
        for other in others:
            mine = taking[month.state.given[other.index][rows[taking]] > 0]
            look_again(month, other, rows[mine], day[mine])


def look_again(month: Month, illness: Illness, rows: Rows, day: NDArray[np.int32]) -> Rows:
    """Let people take what suits them as they are that day; return whose drugs changed."""
    if not len(rows):
        return rows
    wanted = on_line(month, illness, rows, month.state.line[illness.index][rows])
    wanted = fitting(month, illness, rows, wanted)
    other = wanted != month.state.given[illness.index][rows]
    changed: Rows = rows[other]
    if len(changed):
        take(month, illness, changed, wanted[other], day[other])
    return changed


def hold(
    month: Month, place: int, rows: Rows, visit: NDArray[np.int64], day: NDArray[np.int32]
) -> None:
    """Let people take a drug until a timeline stops it; ``visit`` is -1 before the first day."""
    condition, drug = month.plan.timelines.held[place]
    held = month.state.held[place]
    new = ~held[rows]
    if drug in month.plan.avoided:
        new &= ~unsuitable(month, drug, rows)
    held[rows[new]] = True
    start(month, drug, rows[new])
    if month.turn >= 0:
        _note(month, condition, drug, rows[new], visit[new], day[new])


def let_go(month: Month, place: int, rows: Rows, day: NDArray[np.int32]) -> None:
    """Stop a drug that a timeline started, where it is taken."""
    held = month.state.held[place]
    had = held[rows]
    held[rows[had]] = False
    if had.any():
        stop(month, month.plan.timelines.held[place][1], rows[had], day[had])


def note_held(
    month: Month, illness: Illness, rows: Rows, visit: NDArray[np.int64], day: NDArray[np.int32]
) -> None:
    """Record, at a visit for the condition, drugs of its timeline that are not on record yet."""
    for place in month.plan.timelines.own(illness.index):
        takes = month.state.held[place][rows]
        drug = month.plan.timelines.held[place][1]
        _note(month, illness.index, drug, rows[takes], visit[takes], day[takes])


def _note(
    month: Month,
    condition: int,
    drug: int,
    rows: Rows,
    visit: NDArray[np.int64],
    day: NDArray[np.int32],
) -> None:
    new = np.flatnonzero(month.state.noted[drug][rows] == FAR)
    count = len(new)
    if not count:
        return
    month.state.noted[drug][rows[new]] = day[new]
    month.out.add(
        "drug",
        visit=visit[new],
        drug=np.full(count, drug, np.int16),
        condition=np.full(count, condition, np.int16),
        day=day[new],
        end=np.full(count, FAR, np.int32),
    )
