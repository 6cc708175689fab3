"""How people take drugs: what is never begun, given up, late, for 90 days, by mail, left behind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.pharmacy.products import products
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.products import Products

    I64 = NDArray[np.int64]

LINES = ("commercial", "medicare", "medicaid")
COLUMNS = ("covered", "not_begun", "persistent", "ninety_day", "mail")
_CENT_PERCENT = 100
"""Ten-thousandths in a percent."""


@dataclass(frozen=True)
class Adherence:
    """Ten-thousandths by line of business (`LINES`) and product, shape (3, P)."""

    covered: I64
    """Mean share of days with drug at hand while it is taken."""
    not_begun: I64
    """Of new prescriptions, never filled."""
    persistent: I64
    """Still taken after twelve months."""
    ninety_day: I64
    """Of maintenance fills, those for 90 days."""
    mail: I64
    """Of those for 90 days, by mail."""


@dataclass(frozen=True)
class Abandonment:
    """Shares of fills left at the counter by what they cost the patient."""

    cents: I64
    """Where each band begins, ascending, shape (B,)."""
    usual: I64
    specialty: I64
    medicaid: I64
    """Ten-thousandths, shape (B,)."""


@lru_cache(maxsize=8)
def adherence(shelf: Products | None = None) -> Adherence:
    """Return how products are taken: by their class, or as what they are, a course or as needed."""
    known = shelf or products()
    table = {(row["class"], row["line"]): row for row in rows("pharmacy/adherence.csv")}
    names = [_row(known, at, table) for at in range(len(known))]
    found = {
        column: np.array(
            [[_amount(table[name, line][column]) for name in names] for line in LINES], np.int64
        )
        for column in COLUMNS
    }
    return Adherence(**found)


@cache
def abandonment() -> Abandonment:
    """Return how many leave a new prescription at the counter, by its cost."""
    read = rows("pharmacy/abandonment.csv")
    columns = {
        name: np.array([_amount(row[name]) for row in read], np.int64)
        for name in ("usual", "specialty", "medicaid")
    }
    return Abandonment(np.array([_amount(row["from"]) for row in read], np.int64), **columns)


@cache
def gaps() -> NDArray[np.int32]:
    """Return days between running out and refill by hundredth, shape (2, 100).

    The first row is of usual drugs, the second of specialty drugs; below 0: early.
    """
    read = rows("pharmacy/gaps.csv")
    return np.array([[int(row[name]) for row in read] for name in ("usual", "specialty")], np.int32)


def _row(shelf: Products, at: int, table: dict[tuple[str, str], dict[str, str]]) -> str:
    if shelf.course_days[at]:
        return "acute"
    name: str = shelf.classes[shelf.klass[at]]
    if (name, LINES[0]) in table:
        return name
    return "other" if shelf.maintenance[at] else "as-needed"


def _amount(text: str) -> int:
    return round(float(text) * _CENT_PERCENT)
