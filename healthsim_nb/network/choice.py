"""Who takes care of whom: by state and role, the same answer for the same id."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.rng import Draws
from healthsim_nb.network.ids import facility_ids, provider_ids, provider_parts
from healthsim_nb.network.pool import (
    SHARES,
    check,
    facility_counts,
    kinds,
    provider_counts,
    specialties,
    staff,
)
from healthsim_nb.reference.weighted import Weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

BANDS = np.array([18, 45, 65])
"""Ages at which the next share begins."""


def primary_care(
    seed: int, people_ids: I64, state: NDArray[np.integer], age_years: NDArray[np.integer]
) -> I64:
    """Return each person's primary care provider: of their state, and fit for their age.

    Parameters
    ----------
    seed
        The scenario's seed.
    people_ids
        Patient ids, shape (n,).
    state
        Index into the states sorted by code, shape (n,).
    age_years
        Completed years at the start: the provider stays the same later, shape (n,).
    """
    draws = Draws(seed, people_ids)
    home = state.astype(np.int64)
    band = np.searchsorted(BANDS, age_years, side="right")
    row = _primary().pick(band, draws.u32("network.primary-care.specialty"))
    number = draws.below("network.primary-care.provider", provider_counts()[home, row])
    return provider_ids(home, row, number)


def attending(
    seed: int, encounter_ids: I64, state: NDArray[np.integer], role: NDArray[np.integer]
) -> I64:
    """Return who attends each encounter: any provider of that state and role.

    Parameters
    ----------
    seed
        The scenario's seed.
    encounter_ids
        Encounter ids, shape (n,).
    state
        Index into the states sorted by code, shape (n,).
    role
        Index into `ROLES`, shape (n,).
    """
    everybody = staff()
    count = everybody.count[state, role]
    place = Draws(seed, encounter_ids).below("network.attending", count)
    chosen: I64 = everybody.ids[everybody.first[state, role] + place]
    return chosen


def facility_of(provider_ids: I64) -> I64:
    """Return where each provider practises: a facility of their state and of the right kind."""
    parts = provider_parts(provider_ids)
    check(parts, provider_counts(), "provider", provider_ids)
    kind = _kind_of()[parts.row]
    # Colleagues of one specialty spread over the facilities before any has two.
    number = (parts.number + 3 * parts.row) % facility_counts()[parts.state, kind]
    return facility_ids(parts.state, kind, number)


@cache
def _kind_of() -> I64:
    names = [kind.name for kind in kinds()]
    return np.array([names.index(s.facility) for s in specialties()])


@cache
def _primary() -> Weighted:
    """Return the rows of specialties.csv by age, weighted by their share of visits."""
    return Weighted.of([[s.shares[band] for s in specialties()] for band in range(len(SHARES))])
