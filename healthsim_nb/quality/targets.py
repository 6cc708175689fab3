"""What the United States are like: published figures, and what of the records to hold beside them.

One row of ``references/targets/<area>.csv`` is one target: its figure with source and tolerance,
and how a study would work the same out from records (cohort, who of it, value, weight).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from healthsim_nb import reference

AREAS = (
    "demography",
    "prevalence",
    "control",
    "biomarkers",
    "utilisation",
    "mortality",
    "screening",
    "money",
    "pharmacy",
)
"""The files, in the order in which they are shown."""
SCALES = {"%": 100.0, "per 1,000": 1000.0, "per 100,000": 100_000.0}
"""By what a mean is multiplied to be in a unit; any other unit is the value's own."""
RELATIVE, POINTS = 0.10, 2.0
"""Tolerance of a target that has none of its own: a share of the figure, or so many points."""
Standard = Literal["", "2000", "scenario"]


@dataclass(frozen=True)
class Target:
    """One published figure and how the same is worked out from records."""

    id: str
    area: str
    metric: str
    population: str
    us: float
    unit: str
    year: str
    source: str
    tolerance: float
    """In ``unit``."""
    cohort: str
    who: str
    """SQL: who of the cohort is meant."""
    value: str
    """SQL: what is averaged (true and false count 1 and 0)."""
    weight: str
    """SQL: what the sum of values is divided by the sum of; ``1`` for a mean."""
    geometric: bool
    """Whether the value is a logarithm and the mean is taken back from it."""
    standard: Standard
    """``2000``: by the ages of the US population of 2000; ``scenario``: see ``measured``."""
    measured: str
    """SQL: of whom it is known at all; these are weighted to everybody in the cohort."""
    months: int
    """A scenario of fewer months cannot tell."""
    needs: str
    """A table without which nobody can tell."""

    @property
    def scale(self) -> float:
        """What a mean is multiplied by to be in ``unit``."""
        return SCALES.get(self.unit, 1.0)


@lru_cache(maxsize=1)
def targets() -> tuple[Target, ...]:
    """Return all targets, area by area."""
    rows = ((area, row) for area in AREAS for row in reference.rows(f"targets/{area}.csv"))
    return tuple(_target(area, row) for area, row in rows)


def groups() -> list[tuple[str, str, str]]:
    """Return which codes belong together: kind, name of the group, beginning of the code."""
    return [(r["kind"], r["name"], r["prefix"]) for r in reference.rows("targets/groups.csv")]


def standard_2000() -> dict[int, float]:
    """Return the share of the US population of 2000 from each age on to the next."""
    rows = reference.rows("targets/standard_2000.csv")
    return {int(r["age_from"]): float(r["share"]) for r in rows}


def _target(area: str, row: dict[str, str]) -> Target:
    us = float(row["us"])
    standard: Standard = "2000" if row["standard"] == "2000" else ""
    return Target(
        **{k: row[k] for k in ("id", "metric", "population", "unit", "year", "source")},
        area=area,
        us=us,
        tolerance=_tolerance(row["tolerance"], us, row["unit"]),
        cohort=row["cohort"],
        who=row["who"] or "TRUE",
        value=row["value"],
        weight=row["weight"] or "1",
        geometric=row["statistic"] == "geometric",
        standard="scenario" if row["measured"] else standard,
        measured=row["measured"],
        months=int(row["months"]),
        needs=row["needs"],
    )


def _tolerance(said: str, us: float, unit: str) -> float:
    """Return the tolerance in the unit of the figure; ``15%`` is a share of it."""
    if said.endswith("%"):
        return float(said[:-1]) / 100 * abs(us)
    if said:
        return float(said)
    return max(RELATIVE * abs(us), POINTS if unit == "%" else 0.0)
