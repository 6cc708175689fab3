"""What was known of people, and what they took, before the first day.

The record of that time is a list of problems and of drugs that are still taken: no encounter of the
scenario holds them. Drugs go on under it until a visit stops them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical.month import coded
from healthsim_nb.clinical.treatment import places_in
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import Illness
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows

LONGEST = 1826
"""Most days for which a product has been taken: what was begun earlier was another (judgement)."""
GROWN, WHILE_GROWING = 25, 365
"""The same for people below an age: they took another dose before."""


def recall(month: Month) -> None:
    """Put on record, in the first month, what people know to have and take already."""
    if month.turn:
        return
    for illness in month.plan.illnesses:
        if illness.source.kind != "chronic":
            continue
        rows = np.flatnonzero(month.state.known[illness.index] & month.alive)
        if len(rows):
            _problem(month, illness, rows)
            for drug, takers in _taken(month, illness, rows):
                _drug(month, illness, drug, takers)


def _problem(month: Month, illness: Illness, rows: Rows) -> None:
    n = len(rows)
    month.out.add(
        "problem",
        row=rows,
        code=coded(month, illness.index, rows),
        condition=np.full(n, illness.index, np.int16),
        begun=month.state.onset[illness.index][rows],
    )


def _taken(month: Month, illness: Illness, rows: Rows) -> list[tuple[int, Rows]]:
    """Return the drugs that people take for a condition, and who takes each."""
    given = month.state.given[illness.index][rows]
    found = [(illness.drugs[p], rows[(given >> p) & 1 > 0]) for p in places_in(given)]
    for place in month.plan.timelines.own(illness.index):
        drug = month.plan.timelines.held[place][1]
        found.append((drug, rows[month.state.held[place][rows]]))
    return found


def _drug(month: Month, illness: Illness, drug: int, rows: Rows) -> None:
    rows = rows[month.state.noted[drug][rows] == FAR]
    n = len(rows)
    if not n:
        return
    day = _since(month, illness, drug, rows)
    month.state.noted[drug][rows] = day
    month.out.add(
        "taken",
        row=rows,
        drug=np.full(n, drug, np.int16),
        condition=np.full(n, illness.index, np.int16),
        code=coded(month, illness.index, rows),
        day=day,
    )


def _since(month: Month, illness: Illness, drug: int, rows: Rows) -> NDArray[np.int32]:
    """Return when people began a drug: some day since the condition did."""
    name = f"{illness.id}.{month.plan.drugs[drug].source.id}.since"
    most = np.where(month.years_old[rows] < GROWN, WHILE_GROWING, LONGEST)
    most = np.minimum(most, month.day - month.state.onset[illness.index][rows])
    ago = Draws(month.plan.spec.seed, month.bodies.people.id[rows]).below(
        name, np.maximum(most, 1).astype(np.int64)
    )
    return (month.day - 1 - ago).astype(np.int32)
