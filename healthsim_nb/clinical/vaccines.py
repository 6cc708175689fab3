"""The immunization schedule and the vaccines, read once: who is due for what and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb import reference
from healthsim_nb.engine.calendar import FAR, LONG_AGO, day_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

MONTH = 30.4375
"""Days."""


@dataclass(frozen=True)
class Dose:
    """One dose of a series, or what is given again and again."""

    number: int
    """-1: not counted."""
    due: int
    """Age in days."""
    late: int
    """Days within which people follow."""
    interval: int
    """Least days since the dose before."""
    until: int
    """Highest age in days."""
    every: int
    """Boosters: days between two."""
    uptake: NDArray[np.float64]
    """Share of people by age in years, shape (121,)."""


@dataclass(frozen=True)
class Series:
    """Doses of one vaccine, the first first."""

    id: str
    how: str
    kind: str
    visits: str
    born: tuple[int, int]
    """First and last day of birth of those it is for."""
    days: tuple[int, int]
    """First and last day on which it is given at all."""
    doses: tuple[Dose, ...]


@dataclass(frozen=True)
class Product:
    """A vaccine in use."""

    cvx: str
    name: str
    ages: tuple[int, int]
    """Lowest and highest age in days."""
    days: tuple[int, int]
    share: float


@cache
def schedule() -> tuple[Series, ...]:
    """Return all series."""
    rows = reference.rows("clinical/immunization_schedule.csv")
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault((row["series"], row["how"]), []).append(row)
    return tuple(_series(group) for group in groups.values())


@cache
def products() -> dict[str, tuple[Product, ...]]:
    """Return the vaccines of each kind."""
    found: dict[str, list[Product]] = {}
    for row in reference.rows("codes/vaccines.csv"):
        ages = (days(row["least_months"]), days(row["most_months"]) + int(MONTH))
        when = (_day(row["since"], LONG_AGO), _day(row["until"], FAR))
        product = Product(row["cvx"], row["name"], ages, when, float(row["share"]))
        found.setdefault(row["kind"], []).append(product)
    return {kind: tuple(of) for kind, of in found.items()}


def days(months: str) -> int:
    """Return months as days."""
    return round(float(months or 0) * MONTH)


def _series(rows: list[dict[str, str]]) -> Series:
    first = rows[0]
    return Series(
        id=first["series"],
        how=first["how"],
        kind=first["kind"],
        visits=first["visits"],
        born=(_day(first["born_from"], LONG_AGO), _day(first["born_until"], FAR)),
        days=(_day(first["since"], LONG_AGO), _day(first["ends"], FAR)),
        doses=tuple(_dose(row) for row in rows),
    )


def _dose(row: dict[str, str]) -> Dose:
    return Dose(
        number=int(row["dose"] or -1),
        due=days(row["due"]),
        late=days(row["late"]),
        interval=int(row["interval"] or 0),
        until=days(row["until"]),
        every=days(row["months"]),
        uptake=_uptake(row["uptake"]),
    )


def _uptake(text: str) -> NDArray[np.float64]:
    """Read ``62.5``, or percents from ages on: ``0=67 5=57``."""
    table = np.zeros(121)
    for part in text.split():
        age, _, percent = part.rpartition("=")
        table[int(age or 0) :] = float(percent) / 100
    return table


def _day(year: str, other: int) -> int:
    """Return the day of a year such as 2017.8."""
    if not year:
        return other
    whole, part = divmod(float(year), 1)
    return day_number(date(int(whole), 1, 1)) + round(part * 365.25)
