"""Conditions and what belongs to them as integers and tables: what a plan is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from healthsim_nb.templates.catalogue import Allergen, Drug, Measure
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.event import Care

Table = NDArray[np.float64]
HIGHEST = 0.97
"""No probability at the start is above."""
SPREAD_SLOTS = 4096
"""Slots of a lognormal's table: the 12 high bits of a draw."""
ANY = 2**32 - 2
"""Every stage but 0, which is not to have the condition."""
ALL_AGES = (0, 120)
NEVER = 32000
"""A turn that never comes."""


@dataclass(frozen=True)
class Test:
    """One `When`, compiled: an index is -1 where it is not asked."""

    condition: int = -1
    stages: int = ANY
    """Its stages as bits."""
    drug: int = -1
    trait: str = ""
    measure: int = -1
    above: int = -(2**31)
    below: int = 2**31 - 1
    sex: int = -1
    age: tuple[int, int] = ALL_AGES
    absent: int = -1
    """A condition that the patient must not have."""
    allergen: int = -1


@dataclass(frozen=True)
class Multiplier:
    """A compiled `Factor`."""

    test: Test
    times: float
    onset_only: bool


def most(multipliers: tuple[Multiplier, ...]) -> float:
    """Return the highest product that the multipliers can have."""
    return prod(max(1.0, m.times) for m in multipliers)


@dataclass(frozen=True)
class Degree:
    """A level or a stage: what it sets and how often it is seen."""

    id: str
    share: float
    sets: tuple[tuple[int, int, int], ...]
    """(measure, lowest, highest) in steps."""
    untreated: tuple[tuple[int, int, int], ...]
    """The same while nothing is taken; empty: as ``sets``, less what treatment does."""
    lines: tuple[float, ...]
    every: int
    known: float | None
    new: float
    """Share of new cases."""
    next_month: float
    deaths: float
    """Monthly risk of dying of it."""


@dataclass(frozen=True)
class Happening:
    """A compiled `Event`: an encounter of its own."""

    index: int
    name: str
    """Stream prefix: condition and event id."""
    condition: int
    code: int
    """-1: that of the condition at that age and stage."""
    classes: tuple[int, ...]
    shares: tuple[float, ...]
    own: bool
    """Whether its code says that one has the condition, not what came of it."""
    also: tuple[int, ...]
    shift: float
    """Chance of an emergency visit where another would see the doctor: moved by `use`; 0: fixed."""
    event: Care
    orders: tuple[int, ...]
    courses: tuple[tuple[int, float], ...]
    """Drugs given for a few days, and the chance of each."""
    month_rate: float
    multipliers: tuple[Multiplier, ...]


@dataclass(frozen=True)
class Illness:
    """A compiled `Condition`."""

    index: int
    source: Condition
    prevalence: Table
    """Published share that has it (acute: new cases a year) by (sex, age), shape (2, 121)."""
    start: Table
    """Probability of having it at the start by (sex, age), shape (2, 121)."""
    onset: Table
    """Probability of a new case in a month by (sex, age), shape (2, 121)."""
    cause: int
    """The condition that it comes of, -1 for none."""
    lead: int
    """What an acute one mostly leads to, a number of `use.LEADS`; -1: it is not acute."""
    bound: float
    """No one's monthly probability is above."""
    multipliers: tuple[Multiplier, ...]
    progress: tuple[Multiplier, ...]
    remission: float
    known: NDArray[np.float64]
    detect: float
    ends: tuple[int, ...]
    degrees: tuple[Degree, ...]
    staged: bool
    add: tuple[tuple[int, int], ...]
    lines: tuple[tuple[int, ...], ...]
    drugs: tuple[int, ...]
    """All that its lines hold, and what may take their place."""
    sets: NDArray[np.uint16]
    """The drugs of each line as bits, places in ``drugs``."""
    beside: tuple[tuple[int, float], ...]
    """Places in ``drugs`` of what is taken beside the lines, and by which share of the treated."""
    every: NDArray[np.int16]
    """Months between routine visits by age, 0 for none, shape (121,)."""
    rhythm: NDArray[np.float64]
    """What these months are multiplied by at each age, shape (121,)."""
    uptake: Table
    orders: tuple[tuple[int, int], ...]
    presents: Happening | None
    acute: tuple[Happening, ...]

    @cached_property
    def most_times(self) -> float:
        """Nobody has more times the chance of others of the same sex and age."""
        # A little more, so that no rounding leaves anybody out.
        return self.bound / float(self.onset.max()) * (1 + 1e-9) if self.bound < 1 else np.inf

    @property
    def source_every(self) -> int:
        """The longest time between two routine visits, in months."""
        return int(self.every.max())

    @property
    def id(self) -> str:
        """The condition's id: the name of its streams."""
        return self.source.id


@dataclass(frozen=True)
class MeasurePlan:
    """A compiled `Measure`, in steps."""

    index: int
    source: Measure
    curve: NDArray[np.int32]
    """Typical value by (sex, age in months), shape (2, 1452)."""
    spread: NDArray[np.int32]
    """Lognormal only: deviation of a healthy person by slot, in 1/1,024 of the curve."""
    sd: int
    low: int
    high: int
    floor: int
    ceiling: int
    rate: int
    noise: int
    noise_percent: int
    """In 1/1,024 of the value."""


@dataclass(frozen=True)
class DrugPlan:
    """A compiled `Drug`."""

    index: int
    source: Drug
    effects: tuple[tuple[int, int], ...]
    orders: tuple[tuple[int, int], ...]
    """(order, least months between two) while it is taken."""


@dataclass(frozen=True)
class Group:
    """Conditions of which everyone has one, drawn by share among those that they can have."""

    members: tuple[int, ...]
    weights: NDArray[np.float64]
    """By (member, sex, age in years), shape (k, 2, 121)."""


@dataclass(frozen=True)
class CautionPlan:
    """A compiled `Caution`."""

    test: Test
    drugs: frozenset[int]
    start_only: bool
    at_once: bool
    instead: int


@dataclass(frozen=True)
class AllergenPlan:
    """A compiled `Allergen`."""

    index: int
    source: Allergen
    share: Table
    """Share of people who have it by (sex, age), shape (2, 121)."""
