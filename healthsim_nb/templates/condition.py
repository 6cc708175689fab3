"""A condition: who has it, what it does, what is done about it. One YAML file each.

Numbers are grouped in sections; each section that is used must be named under ``sources``
(``judgement`` is an honest source).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from healthsim_nb.templates.base import (
    Age,
    AgeRange,
    BySex,
    Curve,
    Factor,
    Id,
    Percent,
    Positive,
    Probability,
    Sex,
    Strict,
)
from healthsim_nb.templates.event import AcuteEvent, Days, EncounterClass, Event
from healthsim_nb.templates.timeline import FOUND, ONSET, VISIT, Step, problems

__all__ = ["AcuteEvent", "Condition", "EncounterClass", "Event", "Level", "Stage"]

Range = tuple[float, float]
Months = Annotated[int, Field(ge=1, le=120)]


class Only(Strict):
    """Who can have the condition at all."""

    sex: Sex | None = None
    age: AgeRange = (0, 120)
    having: Id | None = None
    """A condition that it comes of: nobody has it without that one."""


class Complicated(Strict):
    """Another code while a condition of a list is known beside this one."""

    code: str
    instead_of: str
    by: list[Id] = Field(min_length=1)


class Level(Strict):
    """A lasting degree of control; a template's mix replaces ``share``."""

    id: Id
    share: Percent
    groups: list[Id] = []
    """Names that it shares with other levels: a mix may speak of these."""
    set: dict[Id, Range] = {}
    """Measure: the range of a person's value while on the treatment they have."""
    untreated: dict[Id, Range] = {}
    """Measure: its range while nothing is taken; left out: `set` without the usual treatment."""
    lines: list[Percent] = []
    """Share of people on each of the treatment's lines at the start."""
    every: Months | None = None
    code: str | None = None


class Stage(Strict):
    """A step of an ordered course, the mildest first."""

    id: Id
    name: str
    share: Percent
    groups: list[Id] = []
    """Names that it shares with other stages: a mix may speak of these."""
    code: str | None = None
    set: dict[Id, Range] = {}
    lines: list[Percent] = []
    """Share of people on each of the treatment's lines."""
    known: Probability | None = None
    new: Percent | None = None
    """Share of new cases that begin in it; left out everywhere: all begin in the first."""
    next_per_year: Positive = 0
    deaths_per_year: Positive = 0
    """Risk of dying of it, beside all other risks."""
    every: Months | None = None


class StepUp(Strict):
    """When a treatment goes up a line: above a measured value, by a chance at each visit."""

    measure: Id
    above: float
    chance: Probability


class Treatment(Strict):
    """Lines of drugs, each taken together; the first is usually none."""

    lines: list[list[Id]] = Field(min_length=2)
    start: Probability
    """Chance at each routine visit that an untreated person starts the usual line."""
    stop: Probability = 0
    """Chance at each routine visit that a treated person stops."""
    step_up: StepUp | None = None
    beside: dict[Id, Probability] = {}
    """Drug: share of the treated who take it beside their line."""


class Condition(Strict):
    """One illness, injury or routine service."""

    id: Id
    name: str
    kind: Literal["chronic", "acute", "service", "episode"]
    """``episode``: lasts as long as its timeline."""
    code: str | dict[Age, str]
    """ICD-10-CM, or the code from each age on."""
    complaint: str | None = None
    synonyms: list[str] = []
    only: Only = Only()
    prevalence: BySex | None = None
    """Percent of people (of those who have ``only.having``), diagnosed or not."""
    years: Days = (0, 10)
    """For how many years people who have it at the start have had it."""
    onset: Literal["fitted"] | BySex | None = None
    """New cases per person-year, by age."""
    remission_per_year: Positive = 0
    factors: list[Factor] = []
    known: Curve | Probability = 1.0
    """Share of those who have it at the start that is diagnosed."""
    detect_per_month: Probability = 1.0
    ends: list[Id] = []
    """Conditions that are over when this one begins."""
    levels: list[Level] = []
    stages: list[Stage] = []
    progress: list[Factor] = []
    """Factors on going to the next stage."""
    add: dict[Id, float] = {}
    """Measure: what the condition adds to it while it lasts."""
    treatment: Treatment | None = None
    every: Months | dict[Age, Months] | None = None
    """Months between routine visits (from each age on)."""
    uptake: Probability | BySex = 1.0
    """Services: share of eligible people who take part; ``factors`` are times that share."""
    history: bool = False
    """Services that count for years: what was done before the first day is told and recorded."""
    orders: dict[Id, Months] = {}
    """Order: the least months between two."""
    complicated: Complicated | None = None
    complications: dict[Id, Percent] = {}
    """What "with complications" means: at least one of these, by share."""
    presents: Event | None = None
    """How a new case comes to care; left out: it is found at a visit."""
    acute: list[AcuteEvent] = []
    lasts: Days | None = None
    """Days until an acute condition is over."""
    mortality: Positive = 1.0
    """Times the risk of dying."""
    timeline: list[Step] = []
    """What follows its onset, its diagnosis, a visit, a stage or an event."""
    sources: dict[str, str]

    @model_validator(mode="after")
    def _whole(self) -> Condition:
        problems = [*_unsourced(self), *_unfit(self)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def codes(self) -> dict[int, str]:
        """The ICD-10-CM code from each age on."""
        return {0: self.code} if isinstance(self.code, str) else self.code

    @property
    def all_codes(self) -> set[str]:
        """Every ICD-10-CM code that the condition can put into a record."""
        staged = {part.code for part in self.ranks if part.code}
        care = [*self.events, *(step.event for step in self.timeline if step.event)]
        said = {event.code for event in care if event.code}
        also = [code for e in care for code in e.also]
        also += [self.complicated.code] if self.complicated else []
        return {*self.codes.values(), *staged, *said, *also}

    @property
    def events(self) -> list[Event]:
        """What brings people to care: how it begins, and what befalls them later."""
        return [*([self.presents] if self.presents else []), *self.acute]

    @property
    def ranks(self) -> list[Level | Stage]:
        """Its levels or its stages, whichever it has."""
        return [*self.levels, *self.stages]

    @property
    def comes_of(self) -> list[str]:
        """The conditions without which nobody has this one."""
        needed = [f.when.without for f in self.factors if f.times == 0 and not f.onset_only]
        return list(dict.fromkeys(name for name in (self.only.having, *needed) if name))

    @property
    def rank_names(self) -> dict[str, list[Level | Stage]]:
        """What a mix may speak of: each rank by its id, then each group of ranks."""
        named: dict[str, list[Level | Stage]] = {rank.id: [rank] for rank in self.ranks}
        for rank in self.ranks:
            for group in rank.groups:
                named.setdefault(group, []).append(rank)
        return named

    @property
    def triggers(self) -> list[str]:
        """What a step of its timeline can begin with, the usual one first."""
        own = [*(rank.id for rank in self.stages), *(event.id for event in self.events)]
        if self.kind == "service":
            return [VISIT, *own]
        return [ONSET, FOUND, VISIT, *own]


NUMBERS = (
    "prevalence years onset remission_per_year factors known detect_per_month levels stages"
    " progress add treatment every uptake orders complications presents acute lasts mortality"
    " timeline"
).split()
"""Sections that hold numbers, so need a source."""


def _unsourced(c: Condition) -> list[str]:
    used = [s for s in NUMBERS if s in c.model_fields_set and getattr(c, s) not in ({}, [], None)]
    missing = [s for s in used if not c.sources.get(s, "").strip()]
    idle = [s for s in c.sources if s not in NUMBERS]
    return [f"sources.{s}: no source for the numbers in '{s}'" for s in missing] + [
        f"sources.{s}: there is no such section" for s in idle
    ]


def _unfit(c: Condition) -> list[str]:
    found: list[str] = []
    if c.kind == "acute" and not (c.lasts and c.presents and isinstance(c.onset, BySex)):
        found.append("an acute condition needs 'onset' with rates, 'presents' and 'lasts'")
    if c.kind == "chronic" and not (c.prevalence and c.onset):
        found.append("a chronic condition needs 'prevalence' and 'onset'")
    if c.kind == "service" and not c.every:
        found.append("a service needs 'every'")
    if c.kind == "episode" and not (c.timeline and isinstance(c.onset, BySex)):
        found.append("an episode needs 'onset' with rates and a 'timeline'")
    if c.levels and c.stages:
        found.append("use 'levels' or 'stages', not both")
    total = sum(rank.share for rank in c.ranks)
    if c.ranks and abs(total - 100) > 0.01:
        found.append(f"{'levels' if c.levels else 'stages'}: shares sum to {total:g}, not 100")
    for level in c.ranks:
        lines = len(c.treatment.lines) if c.treatment else 0
        if level.lines and (len(level.lines) != lines or abs(sum(level.lines) - 100) > 0.01):
            section = "levels" if c.levels else "stages"
            found.append(f"{section}.{level.id}.lines: needs {lines} shares that sum to 100")
    found += [
        f"groups: '{group}' is also a level of its own"
        for group in sorted({g for r in c.ranks for g in r.groups} & {r.id for r in c.ranks})
    ]
    found += [
        f"{e.id}.class: shares sum to {sum(e.classes.values()):g}, not 100"
        for e in c.events
        if abs(sum(e.classes.values()) - 100) > 0.01
    ]
    new = [stage.new for stage in c.stages if stage.new is not None]
    if new and abs(sum(new) - 100) > 0.01:
        found.append(f"stages: shares of new cases sum to {sum(new):g}, not 100")
    return [*found, *_timed(c)]


def _timed(c: Condition) -> list[str]:
    found = list(problems(c.timeline, c.triggers))
    events = {event.id for event in c.events}
    started = {drug for step in c.timeline for drug in step.start_drug}
    for place, step in enumerate(c.timeline):
        if step.id in events:
            found.append(f"timeline.{place}.id: there is an event '{step.id}' already")
        endless = step.repeat and step.repeat.times is None and step.repeat.until is None
        if endless and c.kind in {"acute", "episode"}:
            found.append(f"timeline.{place}.repeat: needs 'times' or 'until': it would never end")
        found += [
            f"timeline.{place}.stop_drug: no step starts '{drug}'"
            for drug in step.stop_drug
            if drug not in started
        ]
    return found
