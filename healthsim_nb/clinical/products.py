"""The products of the drugs side by side: each patient has one of each drug's, for good."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.rng import Draws, keys, weight_table
from healthsim_nb.templates.catalogue import Drug, Product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


class ProductTable:
    """Products of all drugs, one drug's after the other's."""

    def __init__(self, drugs: Mapping[str, Drug], products: Mapping[str, Product]) -> None:
        self.drugs = list(drugs.values())
        self.of_drug = [
            [p for p in products.values() if p.drug == d.id] or [_itself(d)] for d in self.drugs
        ]

    @cached_property
    def products(self) -> list[Product]:
        """All products."""
        return [product for some in self.of_drug for product in some]

    @cached_property
    def frequencies(self) -> list[str]:
        """How often each is taken."""
        usual = {d.id: d.frequency for d in self.drugs}
        return [p.frequency or usual[p.drug] for p in self.products]

    @cached_property
    def first(self) -> NDArray[np.int16]:
        """Place of each drug's first product."""
        counts = np.array([len(some) for some in self.of_drug])
        return np.asarray(np.cumsum(counts) - counts, np.int16)

    @cached_property
    def slots(self) -> NDArray[np.uint8]:
        """Product by (drug, slot of 65,536)."""
        return np.stack([weight_table(tuple(p.weight for p in some)) for some in self.of_drug])

    def product(
        self, seed: int, patient: NDArray[np.int64], drug: NDArray[np.int16]
    ) -> NDArray[np.int16]:
        """Return the product of each patient and drug, a place in `products`."""
        streams = keys(seed, [f"{d.id}.product" for d in self.drugs])
        slot = Draws(seed, patient).each(streams[drug]).slot()
        return (self.first[drug] + self.slots[drug, slot]).astype(np.int16)


def _itself(drug: Drug) -> Product:
    return Product(
        id=drug.id,
        drug=drug.id,
        rxnorm=drug.rxnorm,
        name=drug.name,
        dose=drug.dose,
        weight=1,
        source=drug.source,
    )
