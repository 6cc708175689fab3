"""Timelines played: what is due this month takes place, one thing after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical import agenda, events
from healthsim_nb.clinical.agenda import DAY, LEFT, PLANNED, ROW, STEP
from healthsim_nb.clinical.conditions import leave
from healthsim_nb.clinical.consequences import act
from healthsim_nb.clinical.month import holds
from healthsim_nb.clinical.timelines import ENDLESS
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.groups import groups

if TYPE_CHECKING:
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows

I64 = NDArray[np.int64]
MOST_ROUNDS = 10_000


@dataclass(frozen=True)
class Fires:
    """Steps that are due, shape (f,) each: of each person the next one and its close repeats."""

    row: Rows
    step: I64
    day: I64
    planned: I64
    final: NDArray[np.bool_]
    """Whether what follows the step may begin after it."""

    def __len__(self) -> int:
        return len(self.row)


def play(month: Month) -> None:
    """Let everything take place that befalls people or is due this month."""
    fires = due(month)
    for _ in range(MOST_ROUNDS):
        if not len(fires) and not month.proposals:
            break
        took_place = events.take_place(month, fires)
        follow(month, fires, took_place.end, took_place.visit)
        postpone(month, fires, took_place.end)
        fires = due(month)
    else:
        raise RuntimeError("a timeline goes round and round within a month")
    close(month)


def before(month: Month) -> None:
    """Bring people up to the first day: what was due before then has taken place, unrecorded."""
    month.proposals.clear()
    fires = due(month)
    for _ in range(MOST_ROUNDS):
        if not len(fires):
            break
        end = events.last_days(month, fires)
        follow(month, fires, end, np.full(len(fires), -1))
        month.proposals.clear()
        fires = due(month)
    else:
        raise RuntimeError("a timeline goes round and round before the start")
    close(month)


def due(month: Month) -> Fires:
    """Take from the agenda, for each person, the next steps that are due.

    In the order of their days as far as the first one that something may come of: what follows
    that may be different because of it. Repeats come with their step.
    """
    waiting = agenda.waiting(month)
    now = np.flatnonzero(waiting[DAY] < month.end)
    if not len(now):
        return _NONE
    now = now[np.lexsort((waiting[STEP, now], waiting[DAY, now], waiting[ROW, now]))]
    row, day = waiting[ROW, now], waiting[DAY, now]
    last = np.flatnonzero(np.append(row[1:] != row[:-1], True))
    group = np.repeat(np.arange(len(last)), np.diff(np.append(-1, last)))
    place = np.arange(len(now))
    first = np.full(len(last), len(now))
    turning = np.flatnonzero(consequential(month, waiting.take(now, axis=1)))
    np.minimum.at(first, group[turning], turning)
    first = first[group]
    taken = place <= first
    # What comes before it ends with it, and its own repeats end with what comes next.
    until = np.where(place < first, first, np.where(place < last[group], place + 1, len(now)))
    limit = np.append(day, month.end)[until].astype(np.int64)
    month.state.agenda = np.delete(waiting, now[taken], axis=1)
    return series(month, waiting.take(now[taken], axis=1).astype(np.int64), limit[taken])


def consequential(month: Month, rows: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return of which rows of the agenda something may come this month beside their visits."""
    table = month.plan.timelines
    step, left = rows[STEP], rows[LEFT].astype(np.int64)
    every = np.where(table.weekdays, 1, table.every)[step]
    final = (left == 1) | ((left > 1) & (rows[PLANNED] + (left - 1) * every < month.end))
    leads = (table.edge_counts[step] > 0) & (final | np.isin(step, table.until))
    return np.asarray(table.acts[step] | leads, np.bool_)


def series(month: Month, taken: I64, limit: I64) -> Fires:
    """Return what takes place of each step before ``limit``; what remains goes back."""
    table = month.plan.timelines
    row, step, day, planned, left = taken
    over = finished(month, row, step)
    close_by = (left > 1) & (day == planned) & (table.late[step] == 0) & ~over
    every = table.every[step]
    count = np.ones(len(row), np.int64)
    gap = counted(table.weekdays[step], limit) - counted(table.weekdays[step], planned)
    count[close_by] = np.clip(-(-gap // every), 1, left)[close_by]
    rest = np.where(over, 0, left - count)
    again = rest > 0
    following = counted(table.weekdays[step], planned) + count * every
    following = counted_day(table.weekdays[step], following)
    agenda.push(month, step[again], row[again], following[again], rest[again])
    if month.turn < 0:
        # Nobody sees the repeats of the past: the last one stands for all.
        planned = np.where(
            close_by,
            counted_day(
                table.weekdays[step], counted(table.weekdays[step], planned) + (count - 1) * every
            ),
            planned,
        )
        day = np.where(close_by, planned, day)
        count[:] = 1
    owner = np.repeat(np.arange(len(row)), count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    weekdays = table.weekdays[step[owner]]
    later = counted_day(weekdays, counted(weekdays, planned[owner]) + place * every[owner])
    return Fires(
        row=row[owner].astype(np.intp),
        step=step[owner],
        day=np.where(place > 0, later, day[owner]),
        planned=np.where(place > 0, later, planned[owner]),
        final=(place == count[owner] - 1) & (rest[owner] == 0) & (left[owner] > 0),
    )


def finished(month: Month, row: I64, step: I64) -> NDArray[np.bool_]:
    """Return whether a series is over because what it goes on until holds: this one is the last."""
    over = np.zeros(len(row), bool)
    for index in month.plan.timelines.until:
        mine = np.flatnonzero(step == index)
        test = month.plan.timelines.steps[index].until
        if len(mine) and test:
            over[mine] = holds(month, test, row[mine].astype(np.intp))
    return over


def counted(weekdays: NDArray[np.bool_], day: I64) -> I64:
    """Return days, or weekdays, before a day; the first of January 1970 was a Thursday."""
    week, place = np.divmod(day + 3, 7)
    return np.where(weekdays, week * 5 + np.minimum(place, 5), day)


def counted_day(weekdays: NDArray[np.bool_], count: I64) -> I64:
    """Return the day before which there are so many: the inverse of `counted`."""
    week, place = np.divmod(count, 5)
    return np.where(weekdays, week * 7 + place - 3, count)


def follow(month: Month, fires: Fires, end: I64, visit: I64) -> None:
    """Let what took place have its consequences and lead on."""
    table = month.plan.timelines
    done = end != FAR
    for step, mine in groups(fires.step, np.flatnonzero(done & table.acts[fires.step])):
        # Of repeats, the first one of the month acts.
        mine = mine[np.unique(fires.row[mine], return_index=True)[1]]
        act(month, table.steps[step], fires.row[mine], fires.day[mine], visit[mine])
    _remember(month, fires, end)
    leads = np.flatnonzero(done & fires.final & (table.edge_counts[fires.step] > 0))
    if not len(leads):
        return
    counts = table.edge_counts[fires.step[leads]]
    owner = np.repeat(np.arange(len(leads)), counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    edge = table.edge_first[fires.step[leads[owner]]] + place
    row, day = fires.row[leads[owner]], end[leads[owner]]
    going = chosen(month, edge, owner, row, day)
    agenda.reach(month, table.edge_target[edge[going]], row[going], day[going])


def chosen(month: Month, edge: I64, owner: I64, row: Rows, day: I64) -> NDArray[np.bool_]:
    """Return which branches are taken."""
    table = month.plan.timelines
    chance = table.edge_chance[edge]
    for index, mine in groups(edge, np.arange(len(edge))):
        if table.edges[index].gate.tested:
            chance[mine] = agenda.odds(month, table.edges[index].gate, row[mine])
    least = np.zeros(len(edge))
    taken = np.zeros(int(owner[-1]) + 1)
    for place in range(int(table.rival[edge].max()) + 1):
        mine = table.rival[edge] == place
        least[mine] = taken[owner[mine]]
        taken[owner[mine]] += chance[mine]
    drawn = agenda.day_draws(month, row, day).each(table.edge_keys[edge])
    return drawn.chance(least + chance) & ~drawn.chance(least)


def postpone(month: Month, fires: Fires, end: I64) -> None:
    """Put back what could not take place on its day: in hospital, or somewhere else."""
    state = month.state
    missed = (end == FAR) & (fires.day < state.death[fires.row])
    # Of a series without an end, such as dialysis, the next one makes up for it.
    missed &= fires.final | (month.plan.timelines.times[fires.step] < ENDLESS)
    row = fires.row[missed]
    if len(row):
        later = np.maximum(fires.day[missed], state.busy[row]) + 1
        once = fires.final[missed].astype(np.int64)
        agenda.put(month, row, fires.step[missed], later, fires.planned[missed], once)


def _remember(month: Month, fires: Fires, end: I64) -> None:
    """Note until when an episode has lasted."""
    cause = month.plan.timelines.condition[fires.step]
    mine = (end != FAR) & month.plan.episodes[cause]
    if mine.any():
        month.lasted.append((cause[mine], fires.row[mine], end[mine]))


def close(month: Month) -> None:
    """End the episodes of which nothing is left to come."""
    waiting = agenda.waiting(month)
    cause = month.plan.timelines.condition[waiting[STEP]]
    for c in np.flatnonzero(month.plan.episodes).tolist():
        rows = np.flatnonzero(month.state.stage[c])
        if not len(rows):
            continue
        going = np.zeros(len(month.alive), bool)
        going[waiting[ROW, np.flatnonzero(cause == c)]] = True
        rows = rows[~going[rows] & (month.state.death[rows] >= month.end)]
        if len(rows):
            leave(month, month.plan.illnesses[c], rows, _lasted(month, c)[rows])
    month.lasted.clear()


def _lasted(month: Month, condition: int) -> NDArray[np.int32]:
    """Return until when an episode has lasted so far, shape (n,)."""
    last: NDArray[np.int32] = month.state.onset[condition].copy()
    for cause, row, end in month.lasted:
        mine = cause == condition
        np.maximum.at(last, row[mine], end[mine].astype(np.int32))
    return last


_EMPTY = np.zeros(0, np.int64)
_NONE = Fires(np.zeros(0, np.intp), _EMPTY, _EMPTY, _EMPTY, np.zeros(0, bool))
