"""The health plans as columns: one row a plan and year, amounts in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, get_args

import numpy as np

from healthsim_nb.coverage.wavefront import (
    COINSURANCE,
    COPAY,
    FREE,
    LATE_COPAY,
    UNLIMITED,
    WHOLE,
)
from healthsim_nb.reference import rows
from healthsim_nb.templates.health_plan import CopayAfterDeductible, Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from healthsim_nb.templates.health_plan import CostShare, HealthPlan
    from healthsim_nb.templates.library import Library

    I64 = NDArray[np.int64]

SERVICES: tuple[str, ...] = (*get_args(Service), "preventive", "with-stay", "with-emergency")
"""What a benefit speaks of; the last are what comes with a stay or emergency visit."""
LIKE = {
    "eye-exam": "specialist",
    "telehealth": "primary",
    "urgent": "specialist",
    "mental-health": "primary",
    "with-stay": "inpatient",
    "with-emergency": "emergency",
}
"""Whose benefit holds where a plan does not name one."""
TIERS = 2
AMOUNTS = ("individual", "family", "out_of_network", "out_of_network_family")


@dataclass(frozen=True, eq=False)
class Book:
    """Plans of some years; ``row`` is plan * years + year."""

    plans: tuple[HealthPlan, ...]
    first_year: int
    years: int
    deductible: I64
    """Individual and family, in and out of network: shape (rows, 4)."""
    most: I64
    """Out-of-pocket maxima, the same way."""
    rate: I64
    """Coinsurance in and out of network, in 1/10,000, shape (plans, 2)."""
    how: I64
    """How each service is shared, shape (plans, services)."""
    copay: I64
    """Shape (rows, services)."""
    excluded: NDArray[np.bool_]
    consent: NDArray[np.bool_]
    """Whether the plan wants to be asked beforehand, shape (plans, services)."""
    visits: I64
    """Visits a year, shape (plans, services); -1: no limit."""
    pays_outside: NDArray[np.bool_]
    aggregate: NDArray[np.bool_]
    filing_days: I64

    def row(self, plan: NDArray[np.integer], year: NDArray[np.integer]) -> I64:
        """Return the row of each plan and calendar year."""
        found: I64 = plan.astype(np.int64) * self.years + np.clip(
            year - self.first_year, 0, self.years - 1
        )
        return found

    def column(self, name: str) -> list[str]:
        """Return a word of each plan."""
        return [str(getattr(plan, name)) for plan in self.plans]

    def of_market(self, market: str) -> tuple[list[int], list[float]]:
        """Return the plans of a market, and their weights."""
        found = [(p, plan.share) for p, plan in enumerate(self.plans) if plan.market == market]
        return [p for p, _ in found], [share for _, share in found]


@lru_cache(maxsize=8)
def open_book(library: Library, first_year: int, years: int) -> Book:
    """Return the plans of a library for some years."""
    plans = tuple(library.plans.values())
    copays = [
        [_cents(_copay(plan, year, name)) for name in SERVICES]
        for plan in plans
        for year in range(first_year, first_year + years)
    ]
    by_year = [
        _amounts(plan, year) for plan in plans for year in range(first_year, first_year + years)
    ]
    return Book(
        plans=plans,
        first_year=first_year,
        years=years,
        deductible=np.array([ded for ded, _ in by_year]),
        most=np.array([most for _, most in by_year]),
        rate=np.array([_rates(plan) for plan in plans]),
        how=np.array([[_how(plan, s, _share(plan, s)) for s in SERVICES] for plan in plans]),
        copay=np.array(copays),
        excluded=np.array([[s in plan.excluded for s in SERVICES] for plan in plans]),
        consent=np.array([[s in plan.authorization for s in SERVICES] for plan in plans]),
        visits=np.array([[_visits(plan, s) for s in SERVICES] for plan in plans]),
        pays_outside=np.array([plan.coinsurance.out_of_network is not None for plan in plans]),
        aggregate=np.array([plan.family_deductible == "aggregate" for plan in plans]),
        filing_days=np.array([plan.timely_filing_days for plan in plans]),
    )


def payers() -> Mapping[str, dict[str, str]]:
    """Return the payers by id."""
    return {row["id"]: row for row in rows("coverage/payers.csv")}


def _share(plan: HealthPlan, service: str) -> CostShare | None:
    while service not in plan.services and service in LIKE:
        service = LIKE[service]
    return plan.services.get(service)  # type: ignore[call-overload,no-any-return]


def _how(plan: HealthPlan, service: str, share: CostShare | None) -> int:
    costless = not plan.deductible.individual and not plan.coinsurance.in_network
    if service == "preventive" or share in {"free", 0} or (share is None and costless):
        return FREE
    if isinstance(share, CopayAfterDeductible):
        return LATE_COPAY
    if isinstance(share, float | int):
        # The copay is for the visit or stay as a whole.
        return FREE if service.startswith("with-") else COPAY
    return COINSURANCE


def _copay(plan: HealthPlan, year: int, service: str) -> float:
    if service == "inpatient" and year in plan.years and plan.years[year].inpatient is not None:
        return plan.years[year].inpatient or 0
    share = _share(plan, service)
    if isinstance(share, CopayAfterDeductible):
        return share.copay
    return share if isinstance(share, float | int) else 0


def _amounts(plan: HealthPlan, year: int) -> tuple[list[int], list[int]]:
    deductible = [_cents(getattr(plan.deductible, name)) for name in AMOUNTS]
    most = [_cents(getattr(plan.out_of_pocket_maximum, name)) for name in AMOUNTS]
    other = plan.years.get(year)
    if other is not None and other.deductible is not None:
        deductible[0] = _cents(other.deductible)
    for tier in range(0, 4, TIERS):
        # Without a deductible there is none to meet; without a maximum there is none to reach.
        if getattr(plan.deductible, AMOUNTS[tier]) is None:
            deductible[tier] = deductible[0] if tier else 0
    return deductible, most


def _rates(plan: HealthPlan) -> list[int]:
    outside = plan.coinsurance.out_of_network
    inside = round(plan.coinsurance.in_network * WHOLE / 100)
    return [inside, inside if outside is None else round(outside * WHOLE / 100)]


def _visits(plan: HealthPlan, service: str) -> int:
    return plan.visit_limits.get(service, -1)  # type: ignore[call-overload,no-any-return]


def _cents(dollars: float | None) -> int:
    return UNLIMITED if dollars is None else round(dollars * 100)
