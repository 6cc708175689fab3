"""What was done before the first day: people tell of it at their first planned visit.

A service with a ``history`` is one that counts for years, such as a colonoscopy. Whoever takes part
in it had it within its interval; the record of the past holds the day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical.month import factor
from healthsim_nb.engine.rng import ONE32, Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import Illness
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows

MONTH_DAYS = 30.4375
ONE_MIND = 0.75
"""Chance that somebody takes part in a service by the same mind as in others (judgement)."""
ASKED_AGAIN = 12
"""Months after which somebody who stayed away from a rare service is asked again."""


def takes_part(month: Month, illness: Illness, rows: Rows) -> NDArray[np.bool_]:
    """Return who comes when a service is due: the same people, but for age, all their lives."""
    share = illness.uptake[month.bodies.sex[rows], month.years_old[rows]]
    if illness.multipliers:
        share = share * factor(month, illness.multipliers, rows)
    draws = Draws(month.plan.spec.seed, month.bodies.people.id[rows])
    own, common = draws.u32(f"{illness.id}.uptake"), draws.u32("service.uptake")
    drawn = np.where(draws.chance(f"{illness.id}.mind", ONE_MIND), common, own)
    return np.asarray(drawn < np.minimum(share, 1.0) * ONE32)


def last_time(
    month: Month, illness: Illness, rows: Rows, every: NDArray[np.int16], due: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return when each is next due, so that who takes part had the last one at a fitting age.

    Also notes the month of the last one, for what the service orders.
    """
    since = month.months_old[rows] - 12 * illness.source.only.age[0]
    able = takes_part(month, illness, rows) & (since > 1)
    draws = month.draws.take(rows)
    ago = 1 + draws.below(f"{illness.id}.ago", np.clip(since, 1, every).astype(np.int64))
    due = np.where(able, every - ago, due)
    for order, months in illness.orders:
        if 2 * months > illness.source_every:
            last = np.where(able, -ago, -np.int64(every))
            month.state.last[order][rows] = last.astype(np.int16)
    return due


def tell(month: Month, rows: Rows, visits: NDArray[np.int64]) -> None:
    """Record, at somebody's first planned visit, what was done before the first day."""
    first = ~month.state.told[rows]
    rows, visits = rows[first], visits[first]
    month.state.told[rows] = True
    for place, illness in enumerate(month.plan.histories):
        part = takes_part(month, illness, rows)
        for order, _ in illness.orders:
            last = month.state.last[order][rows].astype(np.int64)
            mine = np.flatnonzero(part & (last < 0) & can_have(month, illness, rows, last))
            spread = month.draws.take(rows[mine]).below(f"{illness.id}.past", int(MONTH_DAYS))
            ago = np.rint(-last[mine] * MONTH_DAYS).astype(np.int64) - spread
            month.out.add(
                "past",
                visit=visits[mine],
                order=np.full(len(mine), order, np.int16),
                day=(month.plan.starts[0] - np.maximum(ago, 1)).astype(np.int32),
                place=np.full(len(mine), place, np.int16),
            )


def can_have(
    month: Month, illness: Illness, rows: Rows, last: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return whether people were of the age for it then, and are of its sex."""
    months = month.bodies.months_old(month.plan, 0)[rows] + last
    allowed = illness.uptake.max(axis=1)[month.bodies.sex[rows]] > 0
    able: NDArray[np.bool_] = allowed & (months >= 12 * illness.source.only.age[0])
    return able
