"""All timelines of a plan side by side: steps and branches as columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.rng import keys
from healthsim_nb.templates.timeline import WEEKDAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import Multiplier, Test
    from healthsim_nb.templates.timeline import Step

    I64 = NDArray[np.int64]
    F64 = NDArray[np.float64]
    U64 = NDArray[np.uint64]

ENDLESS = 1 << 30
"""As good as for ever."""


@dataclass(frozen=True)
class Gate:
    """What decides, for one person, whether a step is taken."""

    name: str
    """Its streams are ``<name>.chance`` and so on."""
    chance: float
    when: Test | None
    factors: tuple[Multiplier, ...]

    @property
    def tested(self) -> bool:
        """Whether it depends on the person."""
        return bool(self.when or self.factors)


@dataclass(frozen=True)
class Edge:
    """A compiled branch."""

    source: int
    target: int
    gate: Gate
    rival: int
    """Place among those of which at most one is taken, -1 where each is by itself."""


@dataclass(frozen=True)
class StepPlan:
    """A compiled step."""

    index: int
    condition: int
    source: Step
    gate: Gate
    event: int
    until: Test | None
    begins: tuple[int, int] | None
    """Condition, and 1 + stage (0: as it comes)."""
    child: int
    """Condition that a child begins life with, -1 for none; only of a birth."""
    sets: tuple[tuple[int, int, int], ...]
    """(measure, lowest, highest) in steps."""
    ends: tuple[int, ...]
    starts: tuple[int, ...]
    """Places among `Timelines.held`."""
    stops: tuple[int, ...]


@dataclass(frozen=True)
class Timelines:
    """Steps in the order of their conditions; all columns have shape (s,)."""

    seed: int
    steps: tuple[StepPlan, ...]
    edges: tuple[Edge, ...]
    """By source."""
    entries: dict[tuple[int, str], NDArray[np.int64]]
    """(condition, trigger): the steps that begin with it."""
    held: tuple[tuple[int, int], ...]
    """(condition, drug) of each drug that some step starts."""
    spans: dict[int, int]
    """Condition: the most days that its timeline takes."""

    def __bool__(self) -> bool:
        """Whether there is any step."""
        return bool(self.steps)

    @cached_property
    def after(self) -> I64:
        """Least and most days, shape (2, s)."""
        return np.array([s.source.after for s in self.steps], np.int64).reshape(-1, 2).T

    @cached_property
    def chance(self) -> F64:
        """Chance that a step takes place once it is reached."""
        return np.array([s.gate.chance for s in self.steps])

    @cached_property
    def tested(self) -> NDArray[np.bool_]:
        """Whether the chance depends on the person."""
        return np.array([s.gate.tested for s in self.steps], bool)

    @cached_property
    def chance_keys(self) -> U64:
        """Streams of taking place."""
        return keys(self.seed, [f"{s.gate.name}.chance" for s in self.steps])

    @cached_property
    def after_keys(self) -> U64:
        """Streams of the days until then."""
        return keys(self.seed, [f"{s.gate.name}.after" for s in self.steps])

    @cached_property
    def late_keys(self) -> U64:
        """Streams of being late."""
        return keys(self.seed, [f"{s.gate.name}.late" for s in self.steps])

    @cached_property
    def every(self) -> I64:
        """Days between repeats, 1 for weekdays and for what is done once."""
        repeats = [s.source.repeat for s in self.steps]
        return np.array([r.every if r and r.every != WEEKDAY else 1 for r in repeats]).astype(
            np.int64
        )

    @cached_property
    def weekdays(self) -> NDArray[np.bool_]:
        """Whether it takes place on weekdays only."""
        repeats = [s.source.repeat for s in self.steps]
        return np.array([bool(r and r.every == WEEKDAY) for r in repeats], bool)

    @cached_property
    def times(self) -> I64:
        """How often it takes place."""
        repeats = [s.source.repeat for s in self.steps]
        return np.array([(r.times or ENDLESS) if r else 1 for r in repeats], np.int64)

    @cached_property
    def late(self) -> I64:
        """Most days that each is late."""
        repeats = [s.source.repeat for s in self.steps]
        return np.array([r.late if r else 0 for r in repeats], np.int64)

    @cached_property
    def until(self) -> tuple[int, ...]:
        """Steps whose series may be over early."""
        return tuple(s.index for s in self.steps if s.until)

    @cached_property
    def event(self) -> I64:
        """Its event, -1 for none."""
        return np.array([s.event for s in self.steps], np.int64)

    @cached_property
    def condition(self) -> I64:
        """The condition it belongs to."""
        return np.array([s.condition for s in self.steps], np.int64)

    @cached_property
    def conditions(self) -> frozenset[int]:
        """The conditions that have a timeline."""
        return frozenset(s.condition for s in self.steps)

    @cached_property
    def edge_chance(self) -> F64:
        """Chance that each branch is taken, where it does not depend on the person."""
        return np.array([e.gate.chance for e in self.edges])

    @cached_property
    def acts(self) -> NDArray[np.bool_]:
        """Whether it changes more than the record."""
        return np.array([s.source.acts for s in self.steps], bool)

    @cached_property
    def edge_counts(self) -> I64:
        """How many branches each step has."""
        sources = np.array([e.source for e in self.edges], np.int64)
        return np.bincount(sources, minlength=len(self.steps))

    @cached_property
    def edge_first(self) -> I64:
        """Place of each step's first branch."""
        first: I64 = np.cumsum(self.edge_counts) - self.edge_counts
        return first

    @cached_property
    def edge_target(self) -> I64:
        """Where each branch leads."""
        return np.array([e.target for e in self.edges], np.int64)

    @cached_property
    def edge_keys(self) -> U64:
        """Streams of the branches; rivals share one."""
        names = [f"{e.gate.name}.chance" for e in self.edges]
        return keys(self.seed, names)

    @cached_property
    def rival(self) -> I64:
        """Place among rivals, -1 for none."""
        return np.array([e.rival for e in self.edges], np.int64)

    @cached_property
    def moved(self) -> dict[int, set[int]]:
        """Condition: the measures that its timeline gives new set-points."""
        found: dict[int, set[int]] = {}
        for step in self.steps:
            found.setdefault(step.condition, set()).update(m for m, _, _ in step.sets)
        return found

    def own(self, condition: int) -> tuple[int, ...]:
        """Return the drugs, as places in `held`, that a condition's timeline starts."""
        return self._own.get(condition, ())

    @cached_property
    def _own(self) -> dict[int, tuple[int, ...]]:
        places: dict[int, tuple[int, ...]] = {}
        for place, (condition, _) in enumerate(self.held):
            places[condition] = (*places.get(condition, ()), place)
        return places
