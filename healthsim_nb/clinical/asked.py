"""What a template or request asks of everyone, beyond what befalls them anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical import conditions
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import Group, Illness
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.plan import Plan

NEW_WITHIN = 3
"""Months from the first day within which conditions asked for as new are found."""


def comes_later(plan: Plan, illness: Illness) -> bool:
    """Return whether a condition asked for as new begins with an event, not before the start."""
    return illness.index in plan.new and illness.presents is not None


def come(month: Month) -> None:
    """Let what is asked for come: acute conditions at once, new ones in the first months."""
    if month.turn == 0:
        fall_ill(month)
    if month.turn < NEW_WITHIN and month.plan.new:
        begin(month)


def fall_ill(month: Month) -> None:
    """Begin the acute conditions and episodes that everyone is to have, or is to have one of."""
    everyone = np.ones(len(month.alive), bool)
    for illness in month.plan.illnesses:
        if illness.source.kind in {"acute", "episode"}:
            forced = illness.index in month.plan.forced
            wanted = everyone if forced else of_a_group(month, illness)
            free = month.alive & (month.state.stage[illness.index] == 0)
            rows = np.flatnonzero(wanted & free)
            if illness.source.kind == "episode":
                day = month.draw_days(f"{illness.id}.day", rows)
                conditions.enter(month, illness, rows, day)
            elif len(rows):
                conditions.fall_ill(month, np.full(len(rows), illness.index), rows)


def begin(month: Month) -> None:
    """Let new conditions be found, or begin if an event tells of them."""
    draws = Draws(month.plan.spec.seed, month.bodies.people.id)
    for illness in month.plan.illnesses:
        if illness.index not in month.plan.new or illness.source.kind != "chronic":
            continue
        free = month.state.stage[illness.index] == 0
        wanted = draws.below(f"{illness.id}.new", NEW_WITHIN) == month.turn
        wanted &= month.alive & (free == comes_later(month.plan, illness))
        rows = np.flatnonzero(wanted)
        if illness.presents:
            conditions.enter(month, illness, rows, month.draw_days(f"{illness.id}.day", rows))
        else:
            day = np.full(len(rows), month.day, np.int32)
            conditions.found(month, illness, rows, month.turn, day)


def of_a_group(month: Month, illness: Illness) -> NDArray[np.bool_]:
    """Return who has the condition as their one of a group, shape (n,)."""
    wanted = np.zeros(len(month.alive), bool)
    for number, group in enumerate(month.plan.groups):
        if illness.index in group.members:
            wanted |= chosen(month, number, group) == group.members.index(illness.index)
    return wanted


def chosen(month: Month, number: int, group: Group) -> NDArray[np.int64]:
    """Return each patient's member of a group, -1 for those who can have none of them.

    Drawn once for life, by the sex and age of the first day.
    """
    age = month.bodies.months_old(month.plan, 0) // 12
    weights = group.weights[:, month.bodies.sex, np.minimum(age, group.weights.shape[2] - 1)]
    draws = Draws(month.plan.spec.seed, month.bodies.people.id)
    point = draws.u32(f"any.{number}") / 2**32
    total, place = np.zeros(len(age)), np.zeros(len(age), np.int64)
    for weight in weights:
        total += weight
    limit, passed = point * total, np.zeros(len(age))
    for weight in weights[:-1]:
        passed += weight
        place += limit >= passed
    return np.where(total > 0, place, -1)
