"""What drugs are called: substance, brand, id or class, and the products that this means."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from healthsim_nb.templates.catalogue import Drug, Product
    from healthsim_nb.templates.library import Library

_STRENGTH = re.compile(r"\d.*|hfa|er|ir|dr|xl|generic|type|solostar|kwikpen|flexpen|respimat")
"""Parts of a product's id that tell its strength or form."""
_NO_NAME = re.compile(
    r".{1,3}|full|child|cream|daily|drops|salts|acid|nasal|inhaler|injection|suspension|triple|u100"
    r"|oral|sodium|sulfate|carbonate|acetate|succinate|vitamin|bicarbonate|hydrochloride"
)
"""Parts that say nothing alone."""


@lru_cache(maxsize=8)
def drug_names(library: Library) -> dict[str, frozenset[str]]:
    """Return the RXCUIs of the products that each name means.

    ``metformin`` is a substance, ``ozempic`` a brand, ``statin`` a class.
    """
    return names_of(library.drugs, library.products)


@lru_cache(maxsize=64)
def codes_of(library: Library, names: tuple[str, ...], system: str) -> frozenset[str]:
    """Return the codes of the products that any of some names means.

    Parameters
    ----------
    system
        ``rxnorm_code`` or ``ndc``.
    """
    known = drug_names(library)
    meant = frozenset[str]().union(*(known[name] for name in names))
    if system == "rxnorm_code":
        return meant
    return frozenset(p.ndc for p in library.products.values() if p.ndc and p.rxnorm in meant)


def names_of(
    drugs: Mapping[str, Drug], products: Mapping[str, Product]
) -> dict[str, frozenset[str]]:
    """Return what `drug_names` does for drugs that are no library yet."""
    found: dict[str, set[str]] = {}
    made: dict[str, list[Product]] = {}
    for product in products.values():
        made.setdefault(product.drug, []).append(product)
    for drug in drugs.values():
        # A drug that comes in no products is prescribed as itself.
        codes = [(p.id, p.rxnorm) for p in made.get(drug.id, ())] or [(drug.id, drug.rxnorm)]
        for product_id, code in codes:
            for name in (drug.drug_class, *_names(drug, product_id)):
                found.setdefault(name, set()).add(code)
        # Where no product is called as the drug is, the name means all of them.
        found.setdefault(drug.id, {code for _, code in codes})
    return {name: frozenset(codes) for name, codes in found.items()}


def _names(drug: Drug, product: str) -> Iterator[str]:
    """Yield what a product is called: ``insulin``, ``insulin-glargine``, ``lantus``."""
    parts = [part for part in product.split("-") if not _STRENGTH.fullmatch(part)]
    for first in range(len(parts)):
        for end in range(first + 1, len(parts) + 1):
            name = "-".join(parts[first:end])
            if not _NO_NAME.fullmatch(name):
                yield name
    if product.startswith(drug.id):
        yield drug.id
