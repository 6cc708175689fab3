"""What the engine plays: a specification and its conditions as integers and tables.

After this there are no names in the simulation but those of random streams.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical.aftermath import AGAIN, OPERATIONS, Aftermath, foreseen
from healthsim_nb.clinical.happenings import AcuteTable, EventTable
from healthsim_nb.clinical.rhythm import Rhythm
from healthsim_nb.clinical.use import LEADS, Use, use_of
from healthsim_nb.templates.event import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import (
        AllergenPlan,
        CautionPlan,
        DrugPlan,
        Group,
        Happening,
        Illness,
        MeasurePlan,
        Table,
    )
    from healthsim_nb.clinical.products import ProductTable
    from healthsim_nb.clinical.timelines import Timelines
    from healthsim_nb.templates.catalogue import LabTest, Order
    from healthsim_nb.templates.template import Specification


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
        return EventTable(self.spec.seed, self.events, self.drugs)

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
    def lasting(self) -> NDArray[np.intp]:
        """The conditions that a hospital notes beside what brings somebody there."""
        return np.flatnonzero(self.chronic | self.episodes)

    @cached_property
    def course_days(self) -> NDArray[np.int32]:
        """How long a course of each drug takes, shape (d,)."""
        return np.array([d.source.course_days or 1 for d in self.drugs], np.int32)

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
            i.index: tuple(
                (n, self.drugs[d]) for n, d in enumerate(i.drugs) if self.drugs[d].orders
            )
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
