"""Drug utilization review on its own: one new drug against what a patient takes, is and has."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.errors import SpecificationError, UnknownNameError
from healthsim_nb.pharmacy.checks import (
    CONTRAINDICATED,
    MAJOR,
    MINOR,
    MODERATE,
    REASONS,
    SEVERITIES,
    SEXES,
    cautions,
    least_doses,
    pairs,
)
from healthsim_nb.pharmacy.substances import find, substances
from healthsim_nb.reference import rows
from healthsim_nb.templates.library import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_AGE = 120
ADULT = 18
ALMOST_OUT = 25
"""Percent of a supply that may be left when the next is filled."""
_ICD = re.compile(r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?")


@dataclass(frozen=True)
class Alert:
    """One finding, as a claim would carry it."""

    reason: str
    """NCPDP 439-E4: DD interaction, TD and ID duplication, HD and LD dose, PA age, SX sex,
    PG pregnancy, DC disease, ER early refill."""
    name: str
    severity: str
    """contraindicated, major, moderate or minor."""
    beside: str
    """The other drug, the disease or the trait that it is about."""
    text: str
    """What may happen."""
    advice: str
    """What is usually done."""
    refuses: bool
    """Whether a claim is refused (NCPDP 88) until a pharmacist has answered."""


@dataclass(frozen=True, repr=False)
class Review:
    """What was found, the worst first; shown as a table in a notebook."""

    drug: str
    active: tuple[str, ...]
    alerts: tuple[Alert, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.alerts

    def __iter__(self) -> Iterator[Alert]:
        return iter(self.alerts)

    def __len__(self) -> int:
        return len(self.alerts)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return self.to_text()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**asdict(self), "ok": self.ok}

    def to_text(self) -> str:
        """Return it as plain text, an alert a line."""
        beside = f" beside {', '.join(self.active)}" if self.active else ""
        head = f"{self.drug}{beside}: {self.verdict}"
        lines = [f"  {a.reason}  {a.severity:<15}  {a.beside}: {_said(a)}" for a in self.alerts]
        return "\n".join([head, *lines])

    @property
    def verdict(self) -> str:
        """In a few words."""
        if self.ok:
            return "nothing found"
        count = len(self.alerts)
        refused = ", refused until answered" if any(a.refuses for a in self.alerts) else ""
        return f"{count} alert{'s' * (count > 1)}{refused}"


def review(
    drug: str,
    active: Iterable[str] = (),
    *,
    age: float | None = None,
    sex: str | None = None,
    pregnant: bool = False,
    conditions: Iterable[str] = (),
    daily_mg: float | None = None,
    egfr: float | None = None,
    supply_left: float | None = None,
) -> Review:
    """Review one drug as a pharmacy benefit would before it pays.

    Parameters
    ----------
    drug
        The new drug: ingredient, brand, product, NDC or RXCUI.
    active
        What the patient takes already, named in the same ways.
    age, sex, pregnant
        The patient: years, ``"F"`` or ``"M"``.
    conditions
        Diseases: ICD-10-CM codes, or names such as ``"peptic ulcer"`` of conditions that ship.
    daily_mg
        Dose of a day in milligrams.
    egfr
        Filtration rate of the kidneys, mL/min/1.73 m².
    supply_left
        Percent of the last fill of this drug that should be left.

    Returns
    -------
    Review
        The alerts, the worst first.

    Raises
    ------
    UnknownNameError
        If a drug or a condition is not known; the nearest is named.
    SpecificationError
        If the age, sex or dose cannot be.

    Examples
    --------
    >>> print(review("simvastatin", ["clarithromycin"]))
    simvastatin beside clarithromycin: 1 alert, refused until answered
      DD  contraindicated  clarithromycin: rhabdomyolysis; hold statin
    """
    others = [active] if isinstance(active, str) else list(active)
    diseases = [conditions] if isinstance(conditions, str) else list(conditions)
    _check(age, sex, daily_mg)
    mine = find(drug)
    found = [*_beside(mine, others)]
    found += _dose(mine, daily_mg, age)
    found += _person(mine, age, sex, pregnant=pregnant)
    found += _diseases(mine, diseases, egfr)
    found += _early(supply_left)
    found.sort(key=lambda alert: -SEVERITIES.index(alert.severity))
    return Review(drug, tuple(others), tuple(found))


def _check(age: float | None, sex: str | None, daily_mg: float | None) -> None:
    if age is not None and not 0 <= age <= MOST_AGE:
        raise SpecificationError(f"age is {age:g}: it must be 0 to {MOST_AGE} years.")
    if sex not in {None, *SEXES[1:]}:
        raise SpecificationError(f"sex is {sex!r}: write 'F' or 'M'.")
    if daily_mg is not None and not daily_mg > 0:
        raise SpecificationError(f"daily_mg is {daily_mg:g}: it must be above 0.")


def _alert(reason: str, severity: int, beside: str, text: str, advice: str) -> Alert:
    refuses = severity == CONTRAINDICATED
    return Alert(reason, _reasons()[reason], SEVERITIES[severity], beside, text, advice, refuses)


def _beside(mine: int, others: list[str]) -> Iterator[Alert]:
    known = pairs()
    for name in others:
        other = find(name)
        severity = int(known.severity[mine, other])
        if severity:
            reason = REASONS[known.reason[mine, other]]
            text, advice = known.texts[known.told[mine, other]]
            refuses = bool(known.refuses[mine, other])
            words = (_reasons()[reason], SEVERITIES[severity], name, text, advice)
            yield Alert(reason, *words, refuses=refuses)


def _dose(mine: int, daily_mg: float | None, age: float | None) -> Iterator[Alert]:
    most, least = substances()[mine].most_mg, float(least_doses()[mine])
    if daily_mg is None:
        return
    if most and daily_mg > most:
        severity = MAJOR if daily_mg > 2 * most else MODERATE
        said = f"{daily_mg:g} mg a day is above the most, {most:g} mg"
        yield _alert("HD", severity, f"{daily_mg:g} mg", said, "lower the dose or ask why")
    elif daily_mg < least and (age is None or age >= ADULT):
        said = f"{daily_mg:g} mg a day is below the least of an adult, {least:g} mg"
        yield _alert("LD", MINOR, f"{daily_mg:g} mg", said, "ask whether it is meant")


def _person(mine: int, age: float | None, sex: str | None, *, pregnant: bool) -> Iterator[Alert]:
    known = cautions()
    least, elder = int(known.least_age[mine]), int(known.elder_age[mine])
    if age is not None and age < least:
        said = f"not for anybody below {least} years"
        yield _alert("PA", MAJOR, f"{age:g} years", said, "choose another drug")
    if age is not None and elder and age >= elder:
        yield _alert("PA", MINOR, f"{age:g} years", _elders(mine), "look for something safer")
    only = SEXES[known.sex[mine]]
    if sex and only and sex != only:
        said = f"a drug for {'women' if only == 'F' else 'men'} only"
        yield _alert("SX", MODERATE, sex, said, "check who it is for")
    if pregnant and known.pregnancy[mine]:
        said = "harms the child or may"
        yield _alert("PG", MAJOR, "pregnancy", said, "do not dispense before the prescriber agrees")


def _diseases(mine: int, names: list[str], egfr: float | None) -> Iterator[Alert]:
    known = cautions()
    against = [known.begins[at] for at in np.flatnonzero(known.disease[mine])]
    for name in names:
        codes = _codes(name)
        if any(code.startswith(begin) for code in codes for begin in against):
            said = "not begun with this disease"
            yield _alert("DC", MAJOR, name, said, "choose another drug")
    least = int(known.least_egfr[mine])
    if egfr is not None and egfr < least:
        said = f"not begun below a filtration rate of {least}"
        yield _alert("DC", MAJOR, f"eGFR {egfr:g}", said, "lower the dose or choose another drug")


def _early(supply_left: float | None) -> Iterator[Alert]:
    if supply_left is not None and supply_left > ALMOST_OUT:
        said = f"{supply_left:g} % of the last fill should be left"
        yield _alert("ER", MODERATE, "last fill", said, "wait, or say why it is needed now")


def _codes(name: str) -> list[str]:
    """Return the codes that a code or the name of a condition means."""
    if _ICD.fullmatch(name.strip().upper()):
        code = name.strip().upper().replace(".", "")
        return [f"{code[:3]}.{code[3:]}".rstrip(".")]
    known = _conditions()
    if _folded(name) not in known:
        raise UnknownNameError.of("condition or ICD-10-CM code", name, known)
    return known[_folded(name)]


@cache
def _conditions() -> dict[str, list[str]]:
    """Return the codes of the conditions that ship, by every name of theirs."""
    found: dict[str, list[str]] = {}
    for condition in load().conditions.values():
        for word in (condition.id, condition.name, *condition.synonyms):
            found.setdefault(_folded(word), _each(condition.code))
        for stage in condition.stages:
            if stage.code:
                found.setdefault(_folded(stage.name), [stage.code])
    return found


def _each(code: str | Mapping[int, str]) -> list[str]:
    return [code] if isinstance(code, str) else list(code.values())


def _folded(name: str) -> str:
    return name.strip().casefold().replace("-", " ")


def _reasons() -> dict[str, str]:
    read = rows("pharmacy/review_codes.csv")
    return {row["code"]: row["name"] for row in read if row["field"] == "439-E4"}


def _elders(mine: int) -> str:
    targets = substances()[mine].targets
    read = rows("pharmacy/older_adults.csv")
    return next(row["why"] for row in read if row["target"] in targets)


def _said(alert: Alert) -> str:
    return f"{alert.text}; {alert.advice}" if alert.advice else alert.text
