"""Medicare Part D by calendar year: phases, thresholds, the low-income subsidy, prices of law."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.pharmacy.products import UNIT_COST, products
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.products import Products

    I64 = NDArray[np.int64]

LIS_LEVELS = ("none", "institutional", "poor", "other")
"""No subsidy; residents of institutions; dual eligibles up to the poverty level; the others."""
GENERIC, BRAND = range(2)


@dataclass(frozen=True)
class PartD:
    """What the law says of one year; amounts in cents, shares in basis points."""

    year: int
    deductible: int
    initial_limit: int
    """What drugs cost, all payers together, before the coverage gap; 0: there is no gap."""
    initial_share: int
    """The member's, in the standard benefit."""
    gap_share: tuple[int, int]
    """The member's in the gap, of generics and brands."""
    gap_maker_share: int
    """The manufacturer's in the gap, of brands: it counts as the member's out-of-pocket cost."""
    out_of_pocket_limit: int
    """True out-of-pocket costs of a year at which the catastrophic phase begins."""
    catastrophic_share: int
    initial_maker_share: int
    catastrophic_maker_share: int
    catastrophic_plan_share: int
    insulin_month: int
    """Most that a month of one insulin costs, in every phase."""
    lis_copay: I64
    """By level (`LIS_LEVELS`) and generic or brand, shape (4, 2); row 0 says nothing."""


def part_d(year: int) -> PartD:
    """Return the parameters of a year; before the first that is known, those of the first.

    >>> part_d(2025).out_of_pocket_limit
    200000
    """
    known = _years()
    return known[min(max(year, min(known)), max(known))]


def negotiated_unit_cost(year: int, shelf: Products | None = None) -> I64:
    """Return what Part D pays for a unit by law, hundredths of a cent by product; 0: no such price.

    The prices that Medicare negotiated hold from their first year on.
    """
    known = shelf or products()
    prices = {
        row["product"]: round(float(row["unit_cost"]) * UNIT_COST)
        for row in rows("pharmacy/negotiated.csv")
        if int(row["from_year"]) <= year
    }
    return np.array([prices.get(name, 0) for name in known.id], np.int64)


@cache
def _years() -> dict[int, PartD]:
    return {int(row["year"]): _year(row) for row in rows("pharmacy/part_d.csv")}


def _year(row: dict[str, str]) -> PartD:
    amount = {name: round(float(text) * 100) for name, text in row.items()}
    pairs = [(amount[f"lis_{n}_generic"], amount[f"lis_{n}_brand"]) for n in LIS_LEVELS[1:]]
    return PartD(
        year=int(row["year"]),
        deductible=amount["deductible"],
        initial_limit=amount["initial_limit"],
        initial_share=amount["initial_percent"],
        gap_share=(amount["gap_percent_generic"], amount["gap_percent_brand"]),
        gap_maker_share=amount["gap_maker_percent_brand"],
        out_of_pocket_limit=amount["out_of_pocket_limit"],
        catastrophic_share=amount["catastrophic_percent"],
        initial_maker_share=amount["initial_maker_percent"],
        catastrophic_maker_share=amount["catastrophic_maker_percent"],
        catastrophic_plan_share=amount["catastrophic_plan_percent"],
        insulin_month=amount["insulin_month"],
        lis_copay=np.array([(0, 0), *pairs], np.int64),
    )
