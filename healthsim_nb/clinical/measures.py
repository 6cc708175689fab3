"""Latent measures: who people are at the start, how they drift, what a measurement shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from healthsim_nb.clinical.compiled import Illness, MeasurePlan
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows

Steps = NDArray[np.int32]


def draw_bases(month: Month) -> None:
    """Give everyone a healthy deviation of their own, for life."""
    draws = Draws(month.plan.spec.seed, month.bodies.people.id)
    for plan in month.plan.measures:
        curve = plan.curve[month.bodies.sex, month.months_old]
        month.state.base[plan.index] = healthy(plan, curve, draws)


def healthy(plan: MeasurePlan, curve: Steps, draws: Draws) -> Steps:
    """Return a healthy person's own deviation from the curve, the same for life."""
    name = f"{plan.source.id}.base"
    if len(plan.spread):
        slots = (draws.bits(name) >> np.uint64(52)).astype(np.intp)
        deviation = (curve * plan.spread[slots]) >> 10
    else:
        deviation = (draws.z(name) * plan.sd) >> 12
    return (np.clip(curve + deviation, plan.low, plan.high) - curve).astype(np.int32)


def settle(month: Month) -> None:
    """Put every measure at its target."""
    np.add(month.state.base, month.state.effect, out=month.state.x)


def drift(month: Month) -> None:
    """Let every measure close its monthly share of the gap to its target."""
    state = month.state
    for plan in month.plan.measures:
        gap = state.base[plan.index] + state.effect[plan.index] - state.x[plan.index]
        gap *= plan.rate
        gap >>= 8
        state.x[plan.index] += gap


def measured(plan: MeasurePlan, latent: Steps, encounters: Draws) -> Steps:
    """Return what a measurement at an encounter shows, in steps.

    The chart and every decision ask this same function, so they agree.
    """
    noise = plan.noise
    value = latent
    if noise or plan.noise_percent:
        sd = noise + ((np.abs(latent) * plan.noise_percent) >> 10)
        value = latent + ((encounters.z(f"{plan.source.id}.measured") * sd) >> 12)
    return np.clip(value, plan.floor, plan.ceiling).astype(np.int32)


def set_points(
    month: Month, sets: tuple[tuple[int, int, int], ...], stream: str, rows: Rows, given: Steps
) -> None:
    """Move bases so that the target is a point drawn in each range, ``given`` effects counted in.

    Parameters
    ----------
    given
        Effect that the person's treatment has or will have, by measure, shape (M, rows).
    """
    state = month.state
    draws = Draws(month.plan.spec.seed, month.bodies.people.id[rows])
    for measure, low, high in sets:
        plan = month.plan.measures[measure]
        curve = plan.curve[month.bodies.sex[rows], month.months_old[rows]]
        point = draws.between(f"{stream}.{plan.source.id}.set", low, high)
        state.base[measure][rows] = point - curve - given[measure]


def back_to_health(month: Month, illness: Illness, rows: Rows) -> None:
    """Give back the healthy base of measures that an ended condition had set."""
    draws = Draws(month.plan.spec.seed, month.bodies.people.id[rows])
    moved = {m for d in illness.degrees for m, _, _ in d.sets}
    for measure in sorted(moved | month.plan.timelines.moved.get(illness.index, set())):
        plan = month.plan.measures[measure]
        curve = plan.curve[month.bodies.sex[rows], month.months_old[rows]]
        month.state.base[measure][rows] = healthy(plan, curve, draws)
