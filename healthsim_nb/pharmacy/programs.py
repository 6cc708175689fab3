"""Who helps to pay: copay cards, makers' foundations, charities, bridge fills, rules of the market.

A hub is where a specialty drug's papers go before its first fill: authorization, benefit, card.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.pharmacy.benefit import NO_LIMIT
from healthsim_nb.pharmacy.products import products
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.products import Products

    I64 = NDArray[np.int64]
    Bool = NDArray[np.bool_]

KINDS = ("copay-card", "free-goods", "grant", "bridge", "trial")
COPAY_CARD, FREE_GOODS, GRANT, BRIDGE, TRIAL = range(5)


@dataclass(frozen=True)
class Programs:
    """Programs, shape (G,), and which of each kind a product has, shape (P,)."""

    id: tuple[str, ...]
    kind: NDArray[np.uint8]
    """Place in `KINDS`."""
    patient_pays: I64
    """Cents a fill that are left to the patient."""
    most_a_year: I64
    """Cents that it pays a patient in a calendar year at most."""
    use: I64
    """Ten-thousandths of the fills it could be used for."""
    commercial_only: Bool
    poverty: NDArray[np.int32]
    """Most percent of the poverty level that a household may have; 0: it does not matter."""
    of_product: NDArray[np.int16]
    """By kind and product, shape (5, P): the program, a row here; -1: none."""
    hub: Bool
    """Products whose first fill goes through a hub, shape (P,)."""


@dataclass(frozen=True)
class MarketRule:
    """What plans or makers do about copays, in a share of cases."""

    id: str
    share: int
    """Ten-thousandths of commercial plans, or of products."""
    most_a_month: int
    """Cents a patient pays at most; `NO_LIMIT`: no cap."""
    applies: Bool
    """To which products, shape (P,)."""


@lru_cache(maxsize=8)
def programs(shelf: Products | None = None) -> Programs:
    """Return the programs over the products that ship or those of ``shelf``."""
    known, read = shelf or products(), rows("pharmacy/programs.csv")
    of_product = np.full((len(KINDS), len(known)), -1, np.int16)
    for at, row in reversed(list(enumerate(read))):
        mine = applies(known, row["classes"], row["rxnorm"])
        if row["kind"] == KINDS[COPAY_CARD]:
            mine &= known.brand
        of_product[KINDS.index(row["kind"]), mine] = at
    return Programs(
        id=tuple(row["id"] for row in read),
        kind=np.array([KINDS.index(row["kind"]) for row in read], np.uint8),
        patient_pays=np.array([_cents(row["patient_pays"], 0) for row in read], np.int64),
        most_a_year=np.array([_cents(row["most_a_year"], NO_LIMIT) for row in read], np.int64),
        use=np.array([_cents(row["use_percent"], 0) for row in read], np.int64),
        commercial_only=np.array([row["line"] == "commercial" for row in read]),
        poverty=np.array([int(row["poverty"] or 0) for row in read], np.int32),
        of_product=of_product,
        hub=known.specialty | known.limited_distribution,
    )


def market_rules(shelf: Products | None = None) -> dict[str, MarketRule]:
    """Return accumulators, maximizers and caps by their ids."""
    known = shelf or products()
    return {
        row["id"]: MarketRule(
            id=row["id"],
            share=_cents(row["percent"], 0),
            most_a_month=_cents(row["most_a_month"], NO_LIMIT),
            applies=applies(known, row["classes"], ""),
        )
        for row in rows("pharmacy/market_rules.csv")
    }


def applies(shelf: Products, classes: str, rxnorm: str) -> Bool:
    """Return which products are of some classes (or brands, or specialty) or codes, shape (P,)."""
    words = set(classes.split())
    places = [at for at, name in enumerate(shelf.classes) if name in words]
    mine = np.isin(shelf.klass, places) | np.isin(np.array(shelf.rxnorm), rxnorm.split())
    if "brands" in words:
        mine |= shelf.brand
    if "specialty" in words:
        mine |= shelf.specialty
    return np.asarray(mine & ~shelf.administered, np.bool_)


def _cents(text: str, empty: int) -> int:
    return round(float(text) * 100) if text else empty
