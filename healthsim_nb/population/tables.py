"""Reads ``references/population``: shares by age as arrays, and the draw that uses them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from healthsim_nb.templates.base import Sex

AGES = 121
"""Completed years 0 to 120."""
SEXES: tuple[Sex, Sex] = ("F", "M")
"""In the order of their numbers."""
Shares = NDArray[np.float64]
Cuts = NDArray[np.uint64]


@cache
def pyramid() -> Shares:
    """Return how many people live in the United States, shape (2, 121): sex, age."""
    found = np.zeros((len(SEXES), AGES))
    for row in rows("population/pyramid.csv"):
        found[:, int(row["age"])] = [int(row[sex]) for sex in SEXES]
    return found


def columns(name: str) -> tuple[str, ...]:
    """Return the names of a table's columns of shares."""
    head = rows(f"population/{name}.csv")[0]
    return tuple(c for c in head if c not in ("sex", "age_low", "age_high"))


@cache
def by_age(name: str) -> Shares:
    """Return shares by age band as an array, shape (2, 121, columns); ages left out are 0."""
    names = columns(name)
    found = np.zeros((len(SEXES), AGES, len(names)))
    for row in rows(f"population/{name}.csv"):
        ages = slice(int(row["age_low"]), int(row["age_high"]) + 1)
        sexes = [SEXES.index(row["sex"])] if "sex" in row else [0, 1]
        found[sexes, ages] = [float(row[c] or 0) / 100 for c in names]
    return found


@cache
def shares_of(name: str) -> Shares:
    """Return shares of a table without sexes by band of age, shape (bands, columns)."""
    names = columns(name)
    return np.array(
        [[float(r[c] or 0) / 100 for c in names] for r in rows(f"population/{name}.csv")]
    )


def spread(by_band: Shares, name: str, axis: int) -> Shares:
    """Return values by year of age from values by the bands of a table."""
    lows = np.array([int(r["age_low"]) for r in rows(f"population/{name}.csv")])
    band = np.searchsorted(lows, np.arange(AGES), side="right") - 1
    return np.asarray(np.take(by_band, band, axis=axis))


def cuts(weights: Shares) -> Cuts:
    """Return where each choice but the last ends on a scale of 2**32, shape (choices - 1, …).

    The last axis of ``weights`` holds the choices.
    """
    ends = np.cumsum(weights, axis=-1)
    whole = np.where(ends[..., -1:] > 0, ends[..., -1:], 1.0)
    scaled = np.rint(ends[..., :-1] / whole * float(2**32)).astype(np.uint64)
    return np.ascontiguousarray(np.moveaxis(scaled, -1, 0))


def pick(ends: Cuts, cell: NDArray[np.intp], u32: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the choice that falls to each of ``u32`` at its cell in the table, shape (n,)."""
    found = np.zeros(len(u32), dtype=np.uint8)
    for end in ends.reshape(len(ends), -1):
        found += u32 >= end[cell]
    return found
