"""What the engine plays: a specification and its conditions as integers and tables.

After this there are no names in the simulation but those of random streams.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical.aftermath import AGAIN, OPERATIONS, Aftermath, foreseen
from healthsim_nb.clinical.happenings import AcuteTable, EventTable
from healthsim_nb.clinical.rhythm import Rhythm
from healthsim_nb.clinical.use import LEADS, Use, use_of
from healthsim_nb.templates.event import Event

if TYPE_CHECKING:
    from healthsim_nb.clinical.products import ProductTable
    from healthsim_nb.clinical.timelines import Timelines
    from healthsim_nb.templates.catalogue import Allergen, Drug, LabTest, Measure, Order
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.event import Care
    from healthsim_nb.templates.template import Specification

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
    course: int
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


def _given(other: Illness, caution: CautionPlan, illness: Illness) -> bool:
    """Return whether what a caution is about may be given for another condition."""
    return other is not illness and bool(caution.drugs & set(other.drugs))


@dataclass(frozen=True)
class Plan:
    """All that the clinical engine needs to play a specification."""

    spec: Specification
    starts: NDArray[np.int32]
    """First day of each turn and the day after the last, shape (months + 1,)."""
    first_month: int
    illnesses: tuple[Illness, ...]
    """In the order in which the start is drawn: causes before what they cause."""
    diagnosis: NDArray[np.int16]
    """Index into ``codes`` by (condition, 1 + degree, age in years)."""
    complicated: tuple[tuple[int, int, int, tuple[int, ...]], ...]
    """(condition, its plain code, the code instead, the conditions that make the difference)."""
    measures: tuple[MeasurePlan, ...]
    drugs: tuple[DrugPlan, ...]
    orders: tuple[Order, ...]
    order_months: NDArray[np.int16]
    shelf: ProductTable
    tests: dict[str, LabTest]
    events: tuple[Happening, ...]
    timelines: Timelines
    codes: tuple[str, ...]
    code_names: tuple[str, ...]
    death: Table
    """Monthly probability of dying by (sex, age) before multipliers, shape (2, 121)."""
    frailty: Table
    """How the chance of dying in a stay depends on (sex, age): 1 at 74, shape (2, 121)."""
    allergens: tuple[AllergenPlan, ...] = ()
    cautions: tuple[CautionPlan, ...] = ()
    forced: frozenset[int] = field(default_factory=frozenset)
    new: frozenset[int] = field(default_factory=frozenset)
    """Of ``forced``, those that are found in the first months."""
    groups: tuple[Group, ...] = ()
    barred: frozenset[int] = field(default_factory=frozenset)
    barred_at_start: frozenset[int] = field(default_factory=frozenset)

    @property
    def last_day(self) -> int:
        """The day after the last one that is simulated."""
        return int(self.starts[-1])

    @cached_property
    def happenings(self) -> EventTable:
        """The events side by side."""
        return EventTable(self.spec.seed, self.events)

    @cached_property
    def histories(self) -> tuple[Illness, ...]:
        """The services of which people tell what was done before the first day."""
        return tuple(i for i in self.illnesses if i.source.history)

    @cached_property
    def dated(self) -> frozenset[int]:
        """The orders whose last time before the first day follows from when a service is due."""
        pairs = ((i, o, m) for i in self.histories for o, m in i.orders)
        return frozenset(o for i, o, m in pairs if 2 * m > i.source_every)

    @cached_property
    def aftermath(self) -> Aftermath:
        """What follows the stays of each event."""
        operations = [o.kind == "procedure" and o.code[:1] in OPERATIONS for o in self.orders]
        return foreseen(self.events, self.illnesses, operations)

    @cached_property
    def use(self) -> tuple[Use, ...]:
        """How unequally people use care, by what it leads to."""
        return tuple(use_of(lead) for lead in range(len(LEADS)))

    @cached_property
    def avoided(self) -> dict[int, tuple[CautionPlan, ...]]:
        """The cautions of each drug that has any."""
        drugs = sorted({drug for caution in self.cautions for drug in caution.drugs})
        return {d: tuple(c for c in self.cautions if d in c.drugs) for d in drugs}

    @cached_property
    def rhythm(self) -> Rhythm:
        """The routine visits of all conditions."""
        return Rhythm(self.illnesses, self.orders)

    @cached_property
    def services(self) -> NDArray[np.bool_]:
        """Which conditions are preventive services, shape (c,)."""
        return np.array([i.source.kind == "service" for i in self.illnesses], bool)

    @cached_property
    def chronic(self) -> NDArray[np.bool_]:
        """Which conditions are chronic, shape (c,)."""
        return np.array([i.source.kind == "chronic" for i in self.illnesses], bool)

    @cached_property
    def displacing(self) -> dict[int, tuple[tuple[int, tuple[Illness, ...]], ...]]:
        """By condition: its drugs that put an end to others at once, and who may take those."""
        found = {
            illness.index: tuple(
                (caution.test.drug, tuple(i for i in self.illnesses if _given(i, caution, illness)))
                for caution in self.cautions
                if caution.at_once and caution.test.drug in illness.drugs
            )
            for illness in self.illnesses
        }
        return {index: pairs for index, pairs in found.items() if pairs}

    @cached_property
    def watched(self) -> dict[int, tuple[tuple[int, DrugPlan], ...]]:
        """By condition: its drugs that call for orders while they are taken, with their places."""
        found = {
            i.index: tuple((n, self.drugs[d]) for n, d in enumerate(i.drugs) if self.drugs[d].orders)
            for i in self.illnesses
        }
        return {index: pairs for index, pairs in found.items() if pairs}

    @cached_property
    def acute(self) -> AcuteTable:
        """The acute conditions side by side."""
        return AcuteTable(self.spec.seed, self.illnesses)

    @cached_property
    def event_triggers(self) -> tuple[tuple[str, int, int], ...]:
        """Events that timelines begin with: trigger, condition and event."""
        return tuple(
            (e.event.id, e.condition, e.index)
            for e in self.events
            if isinstance(e.event, Event)
            and not e.name.endswith(AGAIN)
            and (e.condition, e.event.id) in self.timelines.entries
        )

    @cached_property
    def of_newborns(self) -> Plan:
        """The plan of children who are born meanwhile: what is asked of the others is not."""
        return replace(self, forced=frozenset(), new=frozenset(), groups=())

    @cached_property
    def episodes(self) -> NDArray[np.bool_]:
        """Which conditions last as long as their timeline."""
        return np.array([i.source.kind == "episode" for i in self.illnesses], bool)

    @property
    def turns(self) -> int:
        """Months that are played."""
        return len(self.starts) - 1

    def cut(self, turns: int) -> Plan:
        """Return the plan of the first so many months."""
        return replace(self, starts=self.starts[: turns + 1])
