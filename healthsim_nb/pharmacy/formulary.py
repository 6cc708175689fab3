"""A formulary: which products are covered, on which tier, under which rules, at which cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.pharmacy.benefit import benefits, cost_shares
from healthsim_nb.pharmacy.formulary_file import Entry, read_entries
from healthsim_nb.pharmacy.products import THOUSANDTHS, products
from healthsim_nb.reference import rows
from healthsim_nb.reference.location import root

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.benefit import Benefit, CostShares
    from healthsim_nb.pharmacy.products import Products

    Bool = NDArray[np.bool_]
    I64 = NDArray[np.int64]


@dataclass(frozen=True)
class StepRule:
    """What must have been tried before: enough classes, each for enough days, lately enough."""

    id: str
    classes: tuple[str, ...]
    least_classes: int
    least_days: int
    lookback_days: int
    grounds: str
    """What an exception is granted for."""


@dataclass(frozen=True)
class Formulary:
    """Drugs by product row, shape (P,), and the cost sharing of its tiers."""

    id: str
    name: str
    benefit_type: str
    tier_names: tuple[str, ...]
    """Of tier 1, 2, …"""
    covered: Bool
    tier: NDArray[np.uint8]
    """0: not covered."""
    prior_authorization: Bool
    step_group: NDArray[np.int16]
    """Place in `step_rules`; -1: none."""
    limit_units: I64
    """Thousandths of a unit in ``limit_days``; 0: no limit."""
    limit_days: NDArray[np.int32]
    specialty: Bool
    preventive: Bool
    costs: CostShares
    deductible_cents: int
    """A year, of this benefit alone; 0: none, or (Part D, combined) another's."""
    pays_deductible: Bool
    """Whether a product counts towards and waits for the deductible, shape (P,)."""
    out_of_pocket_limit_cents: int
    """A year, of this benefit alone; 0: none of its own."""
    combined: bool
    """Whether drugs count towards the plan's medical deductible and limit."""
    step_rules: tuple[StepRule, ...]
    source: str
    like: str
    """The formulary that ships whose cost sharing it has: its own id, but of a user's list."""


def formulary_ids() -> list[str]:
    """Return the ids of the formularies that ship."""
    return list(benefits())


@lru_cache(maxsize=128)
def formulary(name: str, shelf: Products | None = None) -> Formulary:
    """Return a formulary that ships, over the products that ship or those of ``shelf``.

    Raises
    ------
    UnknownNameError
        If there is no such formulary.
    """
    benefit = _benefit(name)
    entries = read_entries(_listed(benefit), shelf or products(), len(benefit.tiers))
    return assembled(name, benefit, entries, shelf or products(), like=name)


def formulary_of_plan(plan: str) -> str:
    """Return the id of the formulary that a plan has.

    Raises
    ------
    UnknownNameError
        If no formulary names the plan.
    """
    homes = {p: name for name, benefit in benefits().items() for p in benefit.plans}
    if plan not in homes:
        raise UnknownNameError.of("plan with a formulary", plan, homes)
    return homes[plan]


def read(path: Path, *, like: str = "meridian-choice", shelf: Products | None = None) -> Formulary:
    """Read a formulary of a user's own: a CSV of drugs, with the cost sharing of one that ships.

    Raises
    ------
    InputError
        If the file cannot be used: every problem is told, with its line.
    UnknownNameError
        If there is no formulary ``like``.
    """
    benefit = _benefit(like)
    entries = read_entries(path, shelf or products(), len(benefit.tiers))
    own = benefit.model_copy(update={"name": path.stem, "plans": [], "source": path.name})
    return assembled(path.stem, own, entries, shelf or products(), like=like)


def assembled(
    name: str, benefit: Benefit, entries: Mapping[int, Entry], shelf: Products, *, like: str
) -> Formulary:
    """Return the formulary of a list of drugs (by product row) and a cost sharing."""
    every = [entries.get(row) for row in range(len(shelf))]
    rules = step_rules()
    places = {rule.id: at for at, rule in enumerate(rules)}
    tier = np.array([e.tier if e else 0 for e in every], np.uint8)
    preventive = np.array([bool(e and e.preventive) for e in every])
    spared = np.isin(tier, benefit.spared) | (preventive & benefit.preventive_spared)
    return Formulary(
        id=name,
        name=benefit.name,
        benefit_type=benefit.benefit_type,
        tier_names=tuple(benefit.tiers),
        covered=tier > 0,
        tier=tier,
        prior_authorization=np.array([bool(e and e.prior_authorization) for e in every]),
        step_group=np.array([places.get(e.step, -1) if e else -1 for e in every], np.int16),
        limit_units=np.array(
            [round(e.limit * THOUSANDTHS) if e and e.limit else 0 for e in every], np.int64
        ),
        limit_days=np.array([e.limit_days if e else 0 for e in every], np.int32),
        specialty=np.array([bool(e and e.specialty) for e in every]),
        preventive=preventive,
        costs=cost_shares(benefit),
        deductible_cents=round((benefit.deductible or 0) * 100),
        pays_deductible=(tier > 0) & ~spared,
        out_of_pocket_limit_cents=round((benefit.out_of_pocket_limit or 0) * 100),
        combined=benefit.combined,
        step_rules=rules,
        source=benefit.source,
        like=like,
    )


@lru_cache(maxsize=1)
def step_rules() -> tuple[StepRule, ...]:
    """Return the rules of step therapy; formularies name them by their place here."""
    return tuple(
        StepRule(
            id=row["id"],
            classes=tuple(row["classes"].split()),
            least_classes=int(row["least_classes"]),
            least_days=int(row["least_days"]),
            lookback_days=int(row["lookback_days"]),
            grounds=row["grounds"],
        )
        for row in rows("formularies/step_therapy.csv")
    )


def _benefit(name: str) -> Benefit:
    known = benefits()
    if name not in known:
        raise UnknownNameError.of("formulary", name, known)
    return known[name]


def _listed(benefit: Benefit) -> Path:
    return root() / "formularies" / f"{benefit.drugs}.csv"
