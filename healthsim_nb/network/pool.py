"""How many providers and facilities each state has, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.network.ids import provider_ids
from healthsim_nb.reference import rows
from healthsim_nb.reference.geography import states

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.network.ids import Parts

    I64 = NDArray[np.int64]

FIRST_ROLES = ("primary", "emergency", "hospital", "urgent", "telehealth", "home-health")
SHARES = ("share_0_17", "share_18_44", "share_45_64", "share_65_plus")


@dataclass(frozen=True)
class Specialty:
    """A kind of provider."""

    name: str
    taxonomy_code: str
    role: str
    facility: str
    mid_level: bool
    prescribes: bool
    female_percent: int
    shares: tuple[int, ...]
    """Of primary care visits, by age."""


@dataclass(frozen=True)
class Kind:
    """A kind of facility."""

    name: str
    taxonomy_code: str
    endings: tuple[str, ...]


@dataclass(frozen=True)
class Staff:
    """All providers that play a role in a state stand together."""

    ids: I64
    first: I64
    """Where those of (state, role) begin, shape (states, roles)."""
    count: I64
    """How many they are."""


@cache
def specialties() -> tuple[Specialty, ...]:
    """Return the kinds of providers in the order of their file."""
    return tuple(
        Specialty(
            row["specialty"],
            row["taxonomy_code"],
            row["role"],
            row["facility"],
            row["mid_level"] == "yes",
            row["prescribes"] == "yes",
            int(row["female_percent"]),
            tuple(int(row[share] or 0) for share in SHARES),
        )
        for row in rows("network/specialties.csv")
    )


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the kinds of facilities in the order of their file."""
    return tuple(
        Kind(row["facility_type"], row["taxonomy_code"], tuple(row["names"].split("|")))
        for row in rows("network/facilities.csv")
    )


@cache
def roles() -> tuple[str, ...]:
    """Return what an encounter can ask for: six roles, then the specialties."""
    return tuple(dict.fromkeys([*FIRST_ROLES, *(s.role for s in specialties())]))


@cache
def provider_counts() -> I64:
    """Return how many providers there are, shape (states, rows of specialties.csv)."""
    return _counts("network/specialties.csv")


@cache
def facility_counts() -> I64:
    """Return how many facilities there are, shape (states, rows of facilities.csv)."""
    return _counts("network/facilities.csv")


@cache
def staff() -> Staff:
    """Return every provider, by state and role."""
    role_of = np.array([roles().index(s.role) for s in specialties()])
    state, row = np.indices(provider_counts().shape)
    order = np.lexsort((row.ravel(), role_of[row.ravel()], state.ravel()))
    sizes = provider_counts().ravel()[order]
    number = np.arange(sizes.sum()) - np.repeat(sizes.cumsum() - sizes, sizes)
    by_person = np.repeat(order, sizes)
    ids = provider_ids(state.ravel()[by_person], row.ravel()[by_person], number)
    count = np.zeros((len(states()), len(roles())), dtype=np.int64)
    np.add.at(count, (state, role_of[row]), provider_counts())
    first = count.ravel().cumsum().reshape(count.shape) - count
    return Staff(ids, first, count)


def check(parts: Parts, counts: I64, what: str, ids: I64) -> None:
    """Raise if an id belongs to nobody."""
    known = (parts.state >= 0) & (parts.state < counts.shape[0]) & (parts.row < counts.shape[1])
    room = counts[np.where(known, parts.state, 0), np.where(known, parts.row, 0)]
    known &= parts.number < room
    if not known.all():
        raise KeyError(f"no {what} has the id {ids[~known][0]}")


def _counts(file: str) -> I64:
    people = np.array([state.population for state in states()])
    pool = np.array([int(row["pool"]) for row in rows(file)])
    least = np.array([int(row["least"]) for row in rows(file)])
    total = people.sum()
    share = (2 * pool * people[:, None] + total) // (2 * total)
    counts: I64 = np.maximum(share, least)
    return counts
