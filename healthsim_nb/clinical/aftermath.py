"""What follows a hospital stay: within thirty days some are back, and some die at home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb import reference
from healthsim_nb.clinical.classes import STAY
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.curves import AGES
from healthsim_nb.engine.rng import Draws, weight_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healthsim_nb.clinical.compiled import Happening, Illness
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows
    from healthsim_nb.clinical.visits import Visits
    from healthsim_nb.templates.event import Care

F64 = NDArray[np.float64]
DAYS = 30
OPERATIONS = ("1", "2", "3", "4", "5", "6")
"""How the CPT numbers of operations begin."""
HIGHEST = 0.6
"""No stay is followed by death with a higher chance."""


@dataclass(frozen=True)
class Aftermath:
    """What follows the stays of each event, shape (e,) where nothing else is said."""

    back: F64
    """Times the usual chance of coming back."""
    by_age: F64
    """The usual chance, shape (121,)."""
    same: NDArray[np.int64]
    """The stay for the same once more; -1 where that is not what brings people back."""
    stays_same: float
    """Share of those who come back for the same, where that can be."""
    others: NDArray[np.int64]
    """Other stays that people come back for, shape (65536,)."""
    surgical: NDArray[np.int64]
    """The stay that people come back for after an operation, -1 after others."""
    dies: F64
    """Chance of dying in the thirty days after it, before frailty."""


def foresee(month: Month, visits: Visits) -> None:
    """Settle who dies and who comes back after the stays that have taken place."""
    left = np.flatnonzero((visits.kind == STAY) & ~visits.died)
    if not len(left):
        return
    table, state = month.plan.aftermath, month.state
    row, event, end = visits.row[left], visits.event[left], visits.end[left]
    draws = Draws(month.plan.spec.seed, visits.id[left])
    age = month.years_old[row]
    frailty = month.plan.frailty[month.bodies.sex[row], age]
    dies = draws.chance("stay.dies", np.minimum(table.dies[event] * frailty, HIGHEST))
    last = (end + 1 + draws.below("stay.dies.after", DAYS - 1)).astype(np.int32)
    last = np.maximum(last, _free_from(month, row))
    np.minimum.at(state.death, row[dies], last[dies])
    back = draws.chance("stay.back", table.back[event] * table.by_age[age]) & ~dies
    cause = causes(draws, event, month)
    back &= cause >= 0
    state.back[row[back]] = (end + 1 + draws.below("stay.back.after", DAYS - 2))[back]
    state.back_event[row[back]] = cause[back]
    come_back(month)


def _free_from(month: Month, row: Rows) -> NDArray[np.int32]:
    """Return the day after the last visit or stay that each has had by now: nobody dies before."""
    # The bits of `seen` are days of the month; the exponent of a power of two is exact.
    visited = month.day + np.frexp(month.seen[row].astype(np.float64))[1]
    free: NDArray[np.int32] = np.maximum(visited, month.state.busy[row] + 1).astype(np.int32)
    return free


def causes(draws: Draws, event: NDArray[np.int16], month: Month) -> NDArray[np.int64]:
    """Return the stay that each comes back for; -1 for none."""
    table = month.plan.aftermath
    slots = (draws.bits("stay.back.cause") >> np.uint64(48)).astype(np.intp)
    other = table.others[slots]
    other = np.where(table.surgical[event] >= 0, table.surgical[event], other)
    alike = draws.chance("stay.back.same", table.stays_same) & (table.same[event] >= 0)
    return np.where(alike, table.same[event], other)


def come_back(month: Month) -> None:
    """Propose the stays of those who come back this month."""
    state = month.state
    rows = np.flatnonzero((state.back < month.end) & (state.death > state.back))
    if len(rows):
        month.proposals.append((rows, state.back_event[rows].astype(np.int64), state.back[rows]))
        state.back[rows] = FAR


def foreseen(
    events: Sequence[Happening], illnesses: Sequence[Illness], operations: Sequence[bool]
) -> Aftermath:
    """Return the table of a plan's events; ``operations`` says which orders are operations."""
    rows = reference.rows("clinical/aftermath.csv")
    by = {(r["what"], r["of"]): float(r["value"]) for r in rows}
    kinds = [illnesses[e.condition].source.kind for e in events]
    operated = np.array([any(operations[o] for o in e.orders) for e in events], bool)
    twin = {e.name.removesuffix(AGAIN): e.index for e in events if e.name.endswith(AGAIN)}
    medical_kind = np.array([kind in ("acute", "chronic") for kind in kinds], bool)
    medical = ~operated & medical_kind
    same = np.array([twin.get(e.name.removesuffix(AGAIN), -1) for e in events], np.int64)
    first = {illnesses[e.condition].id: e.index for e in events if e.name.endswith(AGAIN)}
    after = next((first[r["of"]] for r in rows if r["what"] == "surgical" and r["of"] in first), -1)
    share = by["dies", ""]
    return Aftermath(
        back=np.where(
            operated & medical_kind,
            by["kind", "operation"],
            [by.get(("kind", kind), 1.0) for kind in kinds],
        ),
        by_age=_by_age({int(r["of"]): float(r["value"]) for r in rows if r["what"] == "back"}),
        same=np.where(medical, same, -1),
        stays_same=by["same", ""] / 100,
        others=_others([(r["of"], float(r["value"])) for r in rows if r["what"] == "other"], first),
        surgical=np.where(operated & medical_kind, after, -1),
        dies=np.array([_dies(e.event, share) for e in events]),
    )


def _dies(event: Care, share: float) -> float:
    return event.fatal * share if event.fatal_after is None else event.fatal_after


AGAIN = ".again"
"""What the name of a stay that people come back for ends with."""


def _by_age(steps: dict[int, float]) -> F64:
    table = np.zeros(AGES)
    for age, value in sorted(steps.items()):
        table[age:] = value / 100
    return table


def _others(weighted: list[tuple[str, float]], known: dict[str, int]) -> NDArray[np.int64]:
    some = [(known[name], weight) for name, weight in weighted if name in known]
    if not some:
        return np.full(65536, -1, np.int64)
    index = np.array([place for place, _ in some], np.int64)
    return index[weight_table(tuple(weight for _, weight in some))]
