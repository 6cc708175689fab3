"""Timelines: what follows what, after how many days, with which chance, how often.

A step that no other leads to begins with what it is ``at``: the condition's onset, its diagnosis
(``found``), a routine ``visit`` for it, one of its stages or one of its events.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from healthsim_nb.errors import nearest
from healthsim_nb.templates.base import Factor, Id, Probability, Strict, When
from healthsim_nb.templates.event import Care, Days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

ONSET, FOUND, VISIT = "onset", "found", "visit"
WEEKDAY = "weekday"
MOST_DAYS = 36_500
Range = tuple[float, float]


class Branch(Strict):
    """Where a step may lead."""

    to: Id
    chance: Probability | None = None
    """Left out: for sure; the last of ``either``: what the others leave."""
    when: When | None = None
    factors: list[Factor] = []
    """Risks that make the chance larger or smaller; it stays at most 1."""


class Repeat(Strict):
    """How often a step takes place."""

    every: Annotated[int, Field(ge=1)] | Literal["weekday"]
    """Days between two; ``weekday``: Monday to Friday."""
    times: int | None = Field(None, ge=1, le=10_000)
    """How many in all; left out: as long as the condition lasts, or ``until``."""
    late: int = Field(0, ge=0)
    """Each is up to so many days late."""
    until: When | None = None
    """The series is over as soon as this holds."""

    @model_validator(mode="after")
    def _whole(self) -> Repeat:
        if self.late and self.late >= self.days:
            raise ValueError("'late' must be less than 'every'")
        return self

    @property
    def days(self) -> float:
        """Days between two, on average."""
        return 7 / 5 if isinstance(self.every, str) else self.every


class Begin(Strict):
    """A condition that begins, or goes on to a stage."""

    condition: Id
    stage: Id | None = None


class Birth(Strict):
    """A delivery: children are born."""

    child: Id | None = None
    """The episode that a child begins life with, if children join the scenario."""
    twins: Probability = 0


def _begun(value: object) -> object:
    return {"condition": value} if isinstance(value, str) else value


class Step(Strict):
    """One thing that takes place, once or repeatedly, and what may come of it."""

    id: Id
    at: Id | None = None
    after: Days = (0, 0)
    """Days after what it begins with, or after the end of the step that led to it."""
    chance: Probability = 1
    when: When | None = None
    factors: list[Factor] = []
    event: Care | None = None
    begin: Annotated[Begin, BeforeValidator(_begun)] | None = None
    end: list[Id] = []
    """Conditions that are over; ending the own one cancels its other steps."""
    birth: Birth | None = None
    set: dict[Id, Range] = {}
    """Measure: the range of its new set-point."""
    start_drug: list[Id] = []
    stop_drug: list[Id] = []
    repeat: Repeat | None = None
    then: list[Branch] = []
    """What may follow once it has taken place for the last time, each by its own chance."""
    either: list[Branch] = []
    """What may follow, at most one of them: chances sum to at most 1."""

    @property
    def branches(self) -> list[Branch]:
        """All that may follow."""
        return [*self.then, *self.either]

    @property
    def acts(self) -> bool:
        """Whether it changes more than the record."""
        drugs = self.start_drug or self.stop_drug
        return bool(self.begin or self.end or self.birth or self.set or drugs)


def entries(steps: Sequence[Step], usual: str) -> dict[str, list[str]]:
    """Return the steps that begin with each trigger; ``usual`` for those that do not say."""
    reached = {branch.to for step in steps for branch in step.branches}
    found: dict[str, list[str]] = {}
    for step in steps:
        if step.at or step.id not in reached:
            found.setdefault(step.at or usual, []).append(step.id)
    return found


def problems(steps: Sequence[Step], triggers: Sequence[str]) -> Iterator[str]:
    """Yield ``path: sentence`` for all that is wrong with a timeline.

    Parameters
    ----------
    triggers
        What a step can begin with; the first is the usual one.
    """
    ids = [step.id for step in steps]
    for place, step in enumerate(steps):
        path = f"timeline.{place}"
        if step.id in ids[:place]:
            yield f"{path}.id: there is another step '{step.id}'"
        if step.at and step.at not in triggers:
            known = f"Known: {', '.join(triggers)}."
            yield f"{path}.at: the condition has no '{step.at}'. {known}"
        yield from _one(path, step)
        yield from _targets(path, step, ids)
    yield from _endless(steps, triggers[0])


def _one(path: str, step: Step) -> Iterator[str]:
    low, high = step.after
    if not 0 <= low <= high:
        yield f"{path}.after: needs two numbers of days, the smaller first"
    if not (step.event or step.acts or step.branches):
        yield f"{path}: a step needs an 'event', an effect or something that follows"
    if step.start_drug and not step.event:
        yield f"{path}.start_drug: a drug is prescribed at a visit: the step needs an 'event'"
    if step.event and abs(sum(step.event.classes.values()) - 100) > 0.01:
        total = sum(step.event.classes.values())
        yield f"{path}.event.class: shares sum to {total:g}, not 100"
    total = sum(branch.chance or 0 for branch in step.either)
    if any(branch.chance is None for branch in step.either[:-1]):
        yield f"{path}.either: only the last can be without a chance: it takes what is left"
    if total > 1 + 1e-9:
        yield f"{path}.either: chances sum to {total:g}, more than 1"
    endless = step.repeat and step.repeat.times is None and step.repeat.until is None
    if endless and step.branches:
        yield f"{path}.then: comes after a repeat that never ends: give it 'times' or 'until'"


def _targets(path: str, step: Step, ids: Sequence[str]) -> Iterator[str]:
    for section, branches in (("then", step.then), ("either", step.either)):
        for place, branch in enumerate(branches):
            if branch.to not in ids:
                near = nearest(branch.to, list(ids))
                hint = f"Did you mean '{near}'?" if near else f"Known: {', '.join(ids)}."
                yield f"{path}.{section}.{place}.to: no step named '{branch.to}'. {hint}"


def _endless(steps: Sequence[Step], usual: str) -> Iterator[str]:
    """Yield a line for each step that is never reached or goes round for ever."""
    by_id = {step.id: step for step in steps}
    places = {step.id: place for place, step in enumerate(steps)}
    reached: set[str] = set()
    waiting = list(chain.from_iterable(entries(steps, usual).values()))
    while waiting:
        name = waiting.pop()
        if name in by_id and name not in reached:
            reached.add(name)
            waiting += [branch.to for branch in by_id[name].branches]
    for name in by_id:
        if name not in reached:
            yield f"timeline.{places[name]}: no step leads to '{name}' from a beginning: say 'at'"
    for name in _round(by_id, lambda branch, to: branch.chance in {None, 1} and to.chance == 1):
        yield f"timeline.{places[name]}: leads back to itself with certainty: give it a 'chance'"
    for name in _round(by_id, lambda _, to: to.after[0] == 0):
        yield f"timeline.{places[name]}: leads back to itself on the same day: give it 'after'"


def _round(steps: Mapping[str, Step], counts: Callable[[Branch, Step], bool]) -> Iterable[str]:
    """Return the first step of each circle of branches that count."""
    edges = {
        name: [b.to for b in step.branches if b.to in steps and counts(b, steps[b.to])]
        for name, step in steps.items()
    }
    done: set[str] = set()
    found: list[str] = []
    for name in steps:
        if name not in done and _leads_to(edges, name, name):
            found.append(name)
            done |= {other for other in steps if _leads_to(edges, name, other)}
    return found


def _leads_to(edges: Mapping[str, list[str]], start: str, goal: str) -> bool:
    seen: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting += edges[name]
    return False


def longest(steps: Sequence[Step]) -> int:
    """Return the most days that a timeline without endless repeats can take."""
    by_id = {step.id: step for step in steps}

    def days(name: str, before: frozenset[str]) -> int:
        step = by_id[name]
        own = step.after[1]
        if step.repeat:
            own += round(((step.repeat.times or 1) - 1) * step.repeat.days) + step.repeat.late + 2
        if step.event and {"IMP", "OBSENC"} & step.event.classes.keys():
            own += step.event.stay[1]
        rest = [days(b.to, before | {name}) for b in step.branches if b.to not in before | {name}]
        return own + max(rest, default=0)

    return min(MOST_DAYS, max((days(s.id, frozenset()) for s in steps), default=0))
