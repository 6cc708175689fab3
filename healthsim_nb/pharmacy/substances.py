"""Substances by any name that people use: ingredient, brand, product, NDC or RXCUI."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import UnknownNameError, nearest
from healthsim_nb.pharmacy.products import Products, products
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STRENGTH = re.compile(r"\s+[\d.,]+\s*(?:mg|mcg|g|units?|ml|%).*$", re.IGNORECASE)


@dataclass(frozen=True)
class Substance:
    """What a drug is made of, and what it is good for."""

    ingredient: str
    drug_class: str
    most_mg: float
    """The largest daily dose of an adult; 0: not known."""

    @property
    def targets(self) -> tuple[str, str]:
        """The names under which lists of cautions know it."""
        return self.ingredient, self.drug_class


@cache
def substances() -> tuple[Substance, ...]:
    """Return every substance once, sorted by ingredient and class."""
    most: dict[tuple[str, str], float] = {}
    for row in rows("lookups/drug_products.csv"):
        key = (row["ingredient"], row["drug_class"])
        most[key] = max(most.get(key, 0), float(row["most_mg_a_day"] or 0))
    return tuple(Substance(*key, dose) for key, dose in sorted(most.items()))


def of_products(shelf: Products) -> NDArray[np.intp]:
    """Return the substance of each product, a place in `substances`; -1: not known."""
    place = {s.targets: at for at, s in enumerate(substances())}
    codes = {
        row["rxnorm"]: place[row["ingredient"], row["drug_class"]]
        for row in rows("lookups/drug_products.csv")
    }
    return np.array([codes.get(code, -1) for code in shelf.rxnorm], np.intp)


def find(text: str) -> int:
    """Return the substance that a name means, a place in `substances`.

    Raises
    ------
    UnknownNameError
        If there is no such drug, or the beginning of a name fits several.
    """
    known = _names()
    wanted = _folded(text)
    for name in (wanted, _folded(_STRENGTH.sub("", text.strip()))):
        if name in known:
            return known[name]
        begun = {at for other, at in known.items() if other.startswith(f"{name} ")}
        if name and len(begun) == 1:
            return begun.pop()
    raise UnknownNameError(_unknown(text, wanted, known))


def _unknown(text: str, wanted: str, known: dict[str, int]) -> str:
    near = nearest(wanted, [name for name in known if not name.isdigit()])
    hint = f" Did you mean {near!r}?" if near else ""
    told = "Name an ingredient, a brand, a product, an NDC or an RXCUI."
    return f"No drug named {text!r}.{hint} {told}"


@cache
def _names() -> dict[str, int]:
    """Return every name that means one substance alone; what is alike means the first class."""
    names: dict[str, int] = {}
    place = {s.targets: at for at, s in enumerate(substances())}
    for row in rows("lookups/drug_products.csv"):
        at = place[row["ingredient"], row["drug_class"]]
        for name in (row["rxnorm"], row["ingredient"], row["brand"]):
            if name:
                names.setdefault(_folded(name), at)
    shelf = products()
    for at, mine in enumerate(of_products(shelf)):
        for name in (shelf.id[at], shelf.ndc[at], shelf.name[at]):
            if mine >= 0:
                names.setdefault(_folded(name), int(mine))
    return names | {_short(name): at for name, at in names.items() if _short(name) not in names}


def _short(ingredient: str) -> str:
    """Return an ingredient without the words of its salt: ``warfarin sodium`` is warfarin."""
    return _SALTS.sub("", ingredient)


_SALTS = re.compile(
    r" (?:sodium|potassium|calcium|hydrochloride|sulfate|succinate|tartrate|maleate|mesylate"
    r"|besylate|phosphate|citrate|acetate|carbonate|fumarate|bromide|medoxomil|etexilate"
    r"|cilexetil|dimesylate|tromethamine|mofetil)\b(?: .*)?$"
)


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").split())
