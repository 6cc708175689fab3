"""What must not be taken by whom, and what is taken instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical.month import holds

if TYPE_CHECKING:
    from healthsim_nb.clinical.compiled import CautionPlan, Illness
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows

Masks = NDArray[np.uint16]
"""A condition's drugs as bits, one number a person."""


def fitting(month: Month, illness: Illness, rows: Rows, wanted: Masks) -> Masks:
    """Return what is taken of the wanted drugs, or instead of them."""
    avoided = month.plan.avoided
    found, given = wanted.copy(), month.state.given[illness.index][rows]
    if month.turn < 0:
        # Nobody goes on with what would not have been begun.
        given = np.zeros_like(given)
    every = int(np.bitwise_or.reduce(wanted)) if len(wanted) else 0
    for place, drug in enumerate(illness.drugs):
        if drug not in avoided or not every >> place & 1:
            continue
        mine = np.flatnonzero((wanted >> place) & 1)
        going_on = ((given[mine] >> place) & 1) > 0
        barred, instead = judge(month, avoided[drug], rows[mine], going_on)
        if barred.any():
            found[mine[barred]] &= ~np.uint16(1 << place)
            other = instead >= 0
            places = np.searchsorted(illness.drugs, instead[other]).astype(np.uint16)
            found[mine[other]] |= np.uint16(1) << places
    return found


def judge(
    month: Month, cautions: tuple[CautionPlan, ...], rows: Rows, going_on: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.int16]]:
    """Return who must not take a drug, and which drug is for them instead, -1 for none."""
    barred, instead = np.zeros(len(rows), bool), np.full(len(rows), -1, np.int16)
    for caution in cautions:
        holding = holds(month, caution.test, rows)
        if not holding.any():
            continue
        if caution.start_only:
            holding &= ~going_on
        instead[holding & ~barred] = caution.instead
        barred = barred | holding
    for drug in np.unique(instead[instead >= 0]).tolist() if barred.any() else ():
        if drug in month.plan.avoided:
            mine = instead == drug
            instead[mine & unsuitable(month, drug, rows)] = -1
    return barred, instead


def unsuitable(month: Month, drug: int, rows: Rows) -> NDArray[np.bool_]:
    """Return who must not begin to take a drug."""
    barred = np.zeros(len(rows), bool)
    for caution in month.plan.avoided.get(drug, ()):
        barred |= holds(month, caution.test, rows)
    return barred


def permitted(month: Month, drugs: NDArray[np.int16], rows: Rows) -> NDArray[np.int16]:
    """Return the drug that each is given for some days, or in its place; -1 for none."""
    found = drugs.copy()
    for drug in np.unique(drugs).tolist():
        if drug in month.plan.avoided:
            mine = np.flatnonzero(drugs == drug)
            new = np.zeros(len(mine), bool)
            barred, instead = judge(month, month.plan.avoided[drug], rows[mine], new)
            found[mine[barred]] = instead[barred]
    return found
