"""Names of people and streets, with how frequent they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from healthsim_nb.reference.tables import rows
from healthsim_nb.reference.weighted import Weighted

COHORTS = (1960, 1990)
"""A birth cohort is the number of these years that a birth year has reached: 0, 1, 2."""
GROUPS = ("white", "black", "hispanic", "asian", "other")
"""Race or ethnicity, as far as it goes with family names; the group's index is its place."""


@dataclass(frozen=True)
class Names:
    """Names in the order of their file, and how frequent they are in each group."""

    names: tuple[str, ...]
    table: Weighted


@cache
def given(sex: str) -> Names:
    """Return the given names of ``"F"`` or ``"M"``; groups are the birth cohorts."""
    columns = ("weight_before_1960", "weight_1960_1989", "weight_1990_on")
    return _read(f"names/given_{sex.lower()}.csv", columns)


@cache
def family() -> Names:
    """Return the family names; groups are `GROUPS`."""
    return _read("names/family.csv", GROUPS)


@cache
def streets() -> tuple[str, ...]:
    """Return the street names, all equally frequent."""
    return tuple(row["name"] for row in rows("names/streets.csv"))


def _read(file: str, columns: tuple[str, ...]) -> Names:
    read = rows(file)
    weights = [[int(row[column]) for row in read] for column in columns]
    return Names(tuple(row["name"] for row in read), Weighted.of(weights))
