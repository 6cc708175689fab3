"""All events and acute conditions of a plan side by side: a month deals with all at once."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical.classes import EMERGENCY
from healthsim_nb.engine.rng import keys, weight_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import DrugPlan, Happening, Illness

    I64 = NDArray[np.int64]
    U64 = NDArray[np.uint64]


class EventTable:
    """Columns of the events, shape (e,)."""

    def __init__(
        self, seed: int, events: Sequence[Happening], drugs: Sequence[DrugPlan] = ()
    ) -> None:
        self.seed, self.events, self.drugs = seed, events, drugs

    def keys(self, what: str) -> U64:
        """Return the key of ``<event>.<what>`` of each event."""
        return keys(self.seed, [f"{e.name}.{what}" for e in self.events])

    @cached_property
    def class_keys(self) -> U64:
        """Streams of the encounter class."""
        return self.keys("class")

    @cached_property
    def stay_keys(self) -> U64:
        """Streams of the length of stay."""
        return self.keys("stay")

    @cached_property
    def fatal_keys(self) -> U64:
        """Streams of dying in the stay."""
        return self.keys("fatal")

    @cached_property
    def minute_keys(self) -> U64:
        """Streams of the minute of arrival."""
        return self.keys("minute")

    @cached_property
    def course_keys(self) -> U64:
        """Streams of being given each course of `courses`."""
        names = [
            f"{e.name}.course" if name == e.event.course else f"{e.name}.{name}.course"
            for e in self.events
            for name in (self.drugs[drug].source.id for drug, _ in e.courses)
        ]
        return keys(self.seed, names)

    @cached_property
    def classes(self) -> NDArray[np.uint8]:
        """Encounter class by (event, slot of 65,536)."""
        return _class_table(tuple((e.classes, e.shares) for e in self.events))

    @cached_property
    def shift(self) -> NDArray[np.float64]:
        """Chance of an emergency visit where people's habits decide, else 0."""
        return np.array([e.shift for e in self.events])

    @cached_property
    def shift_keys(self) -> U64:
        """Streams of going to another place than usual."""
        return self.keys("shift")

    @cached_property
    def may_go_home(self) -> NDArray[np.bool_]:
        """Whether some are sent home from an emergency department."""
        return np.array([EMERGENCY in e.classes for e in self.events], bool)

    @cached_property
    def home_keys(self) -> U64:
        """Streams of being sent home."""
        return self.keys("home")

    @cached_property
    def stays(self) -> I64:
        """Shortest and longest stay in days, shape (2, e)."""
        return np.array([e.event.stay for e in self.events], np.int64).reshape(-1, 2).T

    @cached_property
    def fatal(self) -> NDArray[np.float64]:
        """Chance of dying in a stay."""
        return np.array([e.event.fatal for e in self.events])

    @cached_property
    def condition(self) -> NDArray[np.int16]:
        """The condition it belongs to."""
        return np.array([e.condition for e in self.events], np.int16)

    @cached_property
    def code(self) -> NDArray[np.int16]:
        """Its diagnosis."""
        return np.array([e.code for e in self.events], np.int16)

    @cached_property
    def order_counts(self) -> I64:
        """How many orders it brings."""
        return np.array([len(e.orders) for e in self.events], np.int64)

    @cached_property
    def order_firsts(self) -> I64:
        """Place of the first of them in `orders`."""
        return np.cumsum(self.order_counts) - self.order_counts

    @cached_property
    def orders(self) -> NDArray[np.int16]:
        """Orders of all events, one after the other."""
        return np.array([o for e in self.events for o in e.orders], np.int16)

    @cached_property
    def also_counts(self) -> I64:
        """How many further diagnoses it brings."""
        return np.array([len(e.also) for e in self.events], np.int64)

    @cached_property
    def also_firsts(self) -> I64:
        """Place of the first of them in `also`."""
        return np.cumsum(self.also_counts) - self.also_counts

    @cached_property
    def also(self) -> NDArray[np.int16]:
        """Further diagnoses of all events, one after the other."""
        return np.array([code for e in self.events for code in e.also], np.int16)

    @cached_property
    def own(self) -> NDArray[np.bool_]:
        """Whether its diagnosis is the condition itself."""
        return np.array([e.own for e in self.events], bool)

    @cached_property
    def course_counts(self) -> I64:
        """How many courses of drugs it may bring."""
        return np.array([len(e.courses) for e in self.events], np.int64)

    @cached_property
    def course_firsts(self) -> I64:
        """Place of the first of them in `courses`."""
        return np.cumsum(self.course_counts) - self.course_counts

    @cached_property
    def courses(self) -> NDArray[np.int16]:
        """Drugs of all courses, one after the other."""
        return np.array([drug for e in self.events for drug, _ in e.courses], np.int16)

    @cached_property
    def course_shares(self) -> NDArray[np.float64]:
        """Chance of being given each of them."""
        return np.array([share for e in self.events for _, share in e.courses])


@lru_cache(maxsize=2)
def _class_table(
    said: tuple[tuple[tuple[int, ...], tuple[float, ...]], ...],
) -> NDArray[np.uint8]:
    """Return the class in each slot for classes with their shares; the same for every scenario."""
    rows = [np.array(classes, np.uint8)[weight_table(shares)] for classes, shares in said]
    table = np.stack(rows) if rows else np.zeros((0, 65536), np.uint8)
    table.flags.writeable = False
    return table


class AcuteTable:
    """Columns of the acute conditions by condition, shape (c,); others hold zeros."""

    def __init__(self, seed: int, illnesses: Sequence[Illness]) -> None:
        self.illnesses = illnesses
        self.day_keys = keys(seed, [f"{i.id}.day" for i in illnesses])
        self.lasts_keys = keys(seed, [f"{i.id}.lasts" for i in illnesses])
        self.lasts = np.array([i.source.lasts or (0, 0) for i in illnesses], np.int64).T
        self.event = np.array([i.presents.index if i.presents else -1 for i in illnesses])
        self.moving = tuple(i for i in illnesses if i.source.kind == "acute" and (i.add or i.ends))
        """Acute conditions that do more than come and go."""
        self.told = tuple(i for i in illnesses if i.source.kind == "acute" and i.source.timeline)
