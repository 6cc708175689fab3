"""What a pharmacy knows of each product: code, pack, price, what the law and the market say of it.

One row a product, in the order of the clinical table of products.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical.products import ProductTable
from healthsim_nb.reference import rows
from healthsim_nb.templates.library import load

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.templates.catalogue import Product

    Bool = NDArray[np.bool_]
    I64 = NDArray[np.int64]

UNITS = ("EA", "ML", "GM")
THOUSANDTHS = 1000
UNIT_COST = 10_000
"""Hundredths of a cent in a dollar."""
_UNLISTED = {
    "product": "", "brand": "", "brand_name": "", "generic_twin": "", "schedule": "", "unit": "EA",
    "daily_units": "1", "pack": "1", "fill_days": "30", "unit_cost": "0.15", "usual_ratio": "6",
    "specialty": "", "limited": "", "administered": "", "over_the_counter": "",
    "maintenance": "yes",
}  # fmt: skip
"""A product of a user's own that no list tells of: a generic tablet once a day."""


@dataclass(frozen=True, eq=False)
class Products:
    """Columns of products, shape (P,), beside the clinical table's rows."""

    id: tuple[str, ...]
    ndc: tuple[str, ...]
    """11 digits; "" where a user's own product has none."""
    rxnorm: tuple[str, ...]
    name: tuple[str, ...]
    brand_name: tuple[str, ...]
    """"" of a generic."""
    classes: tuple[str, ...]
    klass: NDArray[np.int16]
    """Place in ``classes``."""
    brand: Bool
    generic_of: NDArray[np.int16]
    """Row of the generic of the same substance and strength; -1: none."""
    schedule: NDArray[np.uint8]
    """DEA schedule 2 to 5; 0: not controlled."""
    unit: NDArray[np.uint8]
    """Place in `UNITS`."""
    daily_units: I64
    """Thousandths of a unit a day, as the product's directions say."""
    pack: I64
    """Thousandths of a unit: what is dispensed is a multiple of it."""
    fill_days: NDArray[np.int32]
    """Usual days' supply of a fill."""
    unit_cost: I64
    """Hundredths of a cent a unit: what a pharmacy is paid for it, before fees."""
    usual_ratio: I64
    """Usual and customary price over cost, in thousandths."""
    specialty: Bool
    limited_distribution: Bool
    administered: Bool
    """Given by staff and billed to the medical benefit: no pharmacy claim."""
    over_the_counter: Bool
    maintenance: Bool
    course_days: NDArray[np.int32]
    """Usual days of an acute course; 0: taken until stopped."""

    def __len__(self) -> int:
        return len(self.id)

    def quantity(self, row: NDArray[np.intp], days: I64) -> I64:
        """Return what is dispensed for so many days, thousandths of a unit, in whole packs."""
        pack = self.pack[row]
        needed = self.daily_units[row] * days
        return np.asarray(np.maximum((needed + pack // 2) // pack, 1) * pack, np.int64)

    def cost(self, row: NDArray[np.intp], quantity: I64) -> I64:
        """Return the ingredient cost of a quantity (thousandths of a unit), in cents."""
        return cost_of(self.unit_cost[row], quantity)


def cost_of(unit_cost: I64, quantity: I64) -> I64:
    """Return cents of a quantity (thousandths of a unit) at so many hundredths of a cent a unit."""
    scale = THOUSANDTHS * UNIT_COST // 100
    return np.asarray((unit_cost * quantity + scale // 2) // scale, np.int64)


@cache
def products() -> Products:
    """Return the products that ship."""
    library = load()
    return products_of(ProductTable(library.drugs, library.products))


@lru_cache(maxsize=8)
def products_of(table: ProductTable) -> Products:
    """Return what a pharmacy knows of the products of a clinical table."""
    listed = {row["product"]: row for row in rows("pharmacy/products.csv")}
    facts = [listed.get(p.id, _UNLISTED) for p in table.products]
    place = {p.id: at for at, p in enumerate(table.products)}
    names = _classes(table)
    classes = tuple(sorted(set(names)))
    courses = {drug.id: drug.course_days or 0 for drug in table.drugs}
    return Products(
        id=tuple(place),
        ndc=tuple(p.ndc or "" for p in table.products),
        rxnorm=tuple(p.rxnorm for p in table.products),
        name=tuple(p.name for p in table.products),
        brand_name=tuple(f["brand_name"] for f in facts),
        classes=classes,
        klass=np.array([classes.index(name) for name in names], np.int16),
        brand=_flags(facts, "brand"),
        generic_of=np.array([place.get(f["generic_twin"], -1) for f in facts], np.int16),
        schedule=np.array([int(f["schedule"] or 0) for f in facts], np.uint8),
        unit=np.array([UNITS.index(f["unit"]) for f in facts], np.uint8),
        daily_units=_whole(facts, "daily_units", THOUSANDTHS),
        pack=_whole(facts, "pack", THOUSANDTHS),
        fill_days=np.array([int(f["fill_days"]) for f in facts], np.int32),
        unit_cost=_whole(facts, "unit_cost", UNIT_COST),
        usual_ratio=_whole(facts, "usual_ratio", THOUSANDTHS),
        specialty=_flags(facts, "specialty"),
        limited_distribution=_flags(facts, "limited"),
        administered=_flags(facts, "administered"),
        over_the_counter=_flags(facts, "over_the_counter"),
        maintenance=_flags(facts, "maintenance"),
        course_days=np.array([courses[p.drug] for p in table.products], np.int32),
    )


def _classes(table: ProductTable) -> list[str]:
    known = {row["rxnorm"]: row["drug_class"] for row in rows("lookups/drug_products.csv")}
    usual = {drug.id: drug.drug_class for drug in table.drugs}
    products: list[Product] = table.products
    return [known.get(p.rxnorm, usual[p.drug]) for p in products]


def _flags(facts: list[dict[str, str]], column: str) -> Bool:
    return np.array([f[column] == "yes" for f in facts], np.bool_)


def _whole(facts: list[dict[str, str]], column: str, scale: int) -> I64:
    return np.array([round(float(f[column]) * scale) for f in facts], np.int64)
