"""The pharmacy benefits of a block's plans side by side: one row a plan of the book."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.pharmacy.benefit import benefits
from healthsim_nb.pharmacy.formulary import Formulary, formulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.pharmacy.products import Products

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Benefits:
    """Formularies by number; tables have shape (formularies, products)."""

    formularies: tuple[Formulary, ...]
    of_plan: I64
    """By plan of the book, `NONE` without a pharmacy benefit; the last is of no plan."""
    covered: Bools
    tier: NDArray[np.uint8]
    authorization: Bools
    step: NDArray[np.int16]
    limit_units: I64
    limit_days: NDArray[np.int32]
    pays_deductible: Bools
    part_d: Bools
    """By formulary, as the rest."""
    medicaid: Bools
    private: Bools
    """Whether manufacturers' cards may be used."""
    combined: Bools
    """Whether drugs count towards the plan's own deductible and maximum."""
    families: Bools
    """Whether families have a deductible or maximum."""
    deductible: I64
    most: I64
    """0: none of its own."""
    costs: NDArray[np.int64]
    """Copay, coinsurance, least, most and whether it is offered, by formulary, tier and channel:
    shape (5, formularies, tiers, 4)."""

    def cell(self, formulary: I64, product: I64) -> I64:
        """Return the place of formulary and product in the tables laid flat."""
        found: I64 = formulary * self.covered.shape[1] + product
        return found


@lru_cache(maxsize=16)
def benefits_of(book: Book, shelf: Products) -> Benefits:
    """Return the pharmacy benefits of some plans."""
    homes = {plan: name for name, benefit in benefits().items() for plan in benefit.plans}
    primary = [plan.type != "SUPPLEMENT" for plan in book.plans]
    names = sorted({homes[p.id] for p in book.plans if p.id in homes})
    found = tuple(formulary(name, shelf) for name in names)
    of_plan = [
        names.index(homes[plan.id]) if first and plan.id in homes else NONE
        for plan, first in zip(book.plans, primary, strict=True)
    ]
    kinds = np.array([f.benefit_type for f in found])
    combined = np.array([f.combined for f in found])
    deductible = np.array([f.deductible_cents for f in found])
    most = np.array([f.out_of_pocket_limit_cents for f in found])
    return Benefits(
        formularies=found,
        of_plan=np.array([*of_plan, NONE]),
        covered=np.stack([f.covered for f in found]),
        tier=np.stack([f.tier for f in found]),
        authorization=np.stack([f.prior_authorization for f in found]),
        step=np.stack([f.step_group for f in found]),
        limit_units=np.stack([f.limit_units for f in found]),
        limit_days=np.stack([f.limit_days for f in found]),
        pays_deductible=np.stack([f.pays_deductible for f in found]),
        part_d=kinds == "part-d",
        medicaid=kinds == "medicaid",
        private=np.isin(kinds, ("commercial", "exchange")),
        combined=combined,
        families=combined | ((kinds != "part-d") & ((deductible > 0) | (most > 0))),
        deductible=deductible,
        most=most,
        costs=_costs(found),
    )


def _costs(found: tuple[Formulary, ...]) -> NDArray[np.int64]:
    most = max(len(f.costs.copay) for f in found)
    table = np.zeros((5, len(found), most, 4), np.int64)
    for number, f in enumerate(found):
        c = f.costs
        for row, part in enumerate((c.copay, c.coinsurance, c.least, c.most, c.offered)):
            table[row, number, : len(part)] = part
    return table
