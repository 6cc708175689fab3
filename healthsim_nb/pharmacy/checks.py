"""What utilization review asks, as tables over substances, and over products for whole columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.pharmacy.products import THOUSANDTHS, Products, products
from healthsim_nb.pharmacy.substances import of_products, substances
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bool = NDArray[np.bool_]
    I8 = NDArray[np.int8]
    I16 = NDArray[np.int16]
    I64 = NDArray[np.int64]

SEVERITIES = ("none", "minor", "moderate", "major", "contraindicated")
NONE, MINOR, MODERATE, MAJOR, CONTRAINDICATED = range(5)
REASONS = ("", "DD", "TD", "ID")
"""NCPDP 439-E4, of two drugs: interaction, therapeutic duplication, ingredient duplication."""
SEXES = ("", "F", "M")


@dataclass(frozen=True)
class Pairs:
    """What two drugs do together, shape (n, n) and symmetrical; nothing of a drug with itself."""

    severity: I8
    """Place in `SEVERITIES`."""
    reason: I8
    """Place in `REASONS`."""
    refuses: Bool
    """Whether a claim is refused (NCPDP 88) until a pharmacist has answered."""
    overlap: I16
    """Days for which both may be at hand without a word: one takes the place of the other."""
    told: I16
    """Place in ``texts``."""
    texts: tuple[tuple[str, str], ...]
    """What happens, and what is usually done."""

    def among(self, places: NDArray[np.intp]) -> Pairs:
        """Return the same between the substances at some places, -1 being none."""
        grid = np.ix_(places, places)
        known = (places >= 0)[:, None] & (places >= 0)
        return Pairs(
            severity=self.severity[grid] * known,
            reason=self.reason[grid] * known,
            refuses=self.refuses[grid] & known,
            overlap=self.overlap[grid] * known,
            told=self.told[grid] * known,
            texts=self.texts,
        )


@dataclass(frozen=True)
class Cautions:
    """Whom a drug does not suit, shape (n,); and diseases, shape (n, D)."""

    least_age: NDArray[np.uint8]
    """Years; 0: any."""
    elder_age: NDArray[np.uint8]
    """Years from which it is better avoided; 0: none."""
    sex: NDArray[np.uint8]
    """The only sex that takes it, a place in `SEXES`."""
    pregnancy: Bool
    """Whether it is to be avoided in pregnancy."""
    least_egfr: NDArray[np.uint8]
    """Filtration rate below which it is not begun, mL/min/1.73 m²; 0: any."""
    disease: Bool
    begins: tuple[str, ...]
    """What the ICD-10-CM codes of each disease begin with, shape (D,)."""

    def among(self, places: NDArray[np.intp]) -> Cautions:
        """Return the same of the substances at some places, -1 being none."""
        known = places >= 0
        return Cautions(
            least_age=self.least_age[places] * known,
            elder_age=self.elder_age[places] * known,
            sex=self.sex[places] * known,
            pregnancy=self.pregnancy[places] & known,
            least_egfr=self.least_egfr[places] * known,
            disease=self.disease[places] & known[:, None],
            begins=self.begins,
        )


@dataclass(frozen=True)
class ProductChecks:
    """Utilization review over products: what adjudication needs."""

    pairs: Pairs
    cautions: Cautions
    most_daily_units: I64
    """Thousandths of a unit a day above which the dose is high; 0: not known."""
    least_daily_units: I64
    """Thousandths of a unit a day below which an adult's dose is low; 0: not known."""


@lru_cache(maxsize=8)
def product_checks(shelf: Products | None = None) -> ProductChecks:
    """Return what review asks of the products that ship or those of ``shelf``."""
    known = shelf or products()
    at = of_products(known)
    return ProductChecks(
        pairs=pairs().among(at),
        cautions=cautions().among(at),
        most_daily_units=_units(known, np.array([s.most_mg for s in substances()])[at]),
        least_daily_units=_units(known, least_doses()[at]),
    )


@cache
def pairs() -> Pairs:
    """Return what every two substances do together."""
    n = len(substances())
    texts = [("", "")]
    found = Pairs(
        np.zeros((n, n), np.int8),
        np.zeros((n, n), np.int8),
        np.zeros((n, n), np.bool_),
        np.zeros((n, n), np.int16),
        np.zeros((n, n), np.int16),
        (),
    )
    for first, second, severity, days, text in _duplications():
        texts.append(text)
        _note(found, first, second, (severity, 2, severity >= MAJOR, days, len(texts) - 1))
    for row in rows("lookups/drug_pairs.csv"):
        severity = SEVERITIES.index(row["severity"])
        texts.append((row["effect"], row["advice"]))
        first, second = targets(row["first"]), targets(row["second"])
        _note(found, first, second, (severity, 1, severity == CONTRAINDICATED, 0, len(texts) - 1))
    alike = np.array([s.ingredient for s in substances()])
    texts.append(("the same substance twice", "stop one"))
    _note(found, alike[:, None] == alike, None, (MODERATE, 3, False, 7, len(texts) - 1))
    return Pairs(
        found.severity, found.reason, found.refuses, found.overlap, found.told, tuple(texts)
    )


def _note(
    found: Pairs, first: Bool, second: Bool | None, said: tuple[int, int, bool, int, int]
) -> None:
    """Write what is said of two groups where nothing worse is said already."""
    both = first if second is None else first[:, None] & second
    both = (both | both.T) & (found.severity < said[0])
    if second is not None:
        both &= ~np.eye(len(both), dtype=bool)
    found.severity[both], found.reason[both], found.refuses[both] = said[:3]
    found.overlap[both], found.told[both] = said[3:]


def _duplications() -> list[tuple[Bool, Bool, int, int, tuple[str, str]]]:
    return [
        (
            targets(row["first"]),
            targets(row["second"]),
            SEVERITIES.index(row["severity"]),
            int(row["days"]),
            (f"two drugs for one purpose ({_both(row)})", "stop one, or say why both"),
        )
        for row in rows("pharmacy/duplication.csv")
        if row["most"] == "1"
    ]


def _both(row: dict[str, str]) -> str:
    return row["first"] if row["first"] == row["second"] else f"{row['first']}, {row['second']}"


@cache
def targets(name: str) -> Bool:
    """Return which substances a name of a list means, an ingredient or a class."""
    return np.array([name in s.targets for s in substances()], np.bool_)


@cache
def cautions() -> Cautions:
    """Return whom each substance does not suit."""
    n = len(substances())
    sexes = {row["target"]: SEXES.index(row["sex"]) for row in rows("lookups/drug_sexes.csv")}
    ages = {row["target"]: int(row["least_age"]) for row in rows("lookups/drug_ages.csv")}
    elders = {row["target"]: int(row["least_age"]) for row in rows("pharmacy/older_adults.csv")}
    kidney = {r["drug_class"]: int(r["least_egfr"]) for r in rows("lookups/drug_kidney.csv")}
    pregnancy = {row["target"]: 1 for row in rows("lookups/drug_pregnancy.csv")}
    diseases = rows("lookups/drug_diseases.csv")
    begins = tuple(sorted({row["begins"] for row in diseases}))
    disease = np.zeros((n, len(begins)), np.bool_)
    for row in diseases:
        disease[targets(row["target"]), begins.index(row["begins"])] = True
    return Cautions(
        _by_target(ages),
        _by_target(elders),
        _by_target(sexes),
        _by_target(pregnancy) > 0,
        _by_target(kidney),
        disease,
        begins,
    )


@cache
def least_doses() -> NDArray[np.float64]:
    """Return the least daily dose of each substance in mg; 0: not known."""
    least = {r["ingredient"]: float(r["least_mg_a_day"]) for r in rows("pharmacy/dose_limits.csv")}
    return np.array([least.get(s.ingredient, 0) for s in substances()])


def _by_target(values: dict[str, int]) -> NDArray[np.uint8]:
    found = np.zeros(len(substances()), np.uint8)
    for name, value in values.items():
        found[targets(name)] = value
    return found


_ONE_STRENGTH = re.compile(r"^[^/]*?([\d.]+) MG(?:/ML)? ")


def _units(shelf: Products, milligrams: NDArray[np.float64]) -> I64:
    """Return daily doses as thousandths of a unit, where a product says one strength; else 0."""
    strength = [_ONE_STRENGTH.match(name) for name in shelf.name]
    return np.array(
        [
            round(dose / float(s[1]) * THOUSANDTHS) if s and "ACTUAT" not in name else 0
            for s, dose, name in zip(strength, milligrams.tolist(), shelf.name, strict=True)
        ],
        np.int64,
    )
