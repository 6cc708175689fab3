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
    VitalSign,
)

EncounterClass = Literal["AMB", "EMER", "IMP", "OBSENC", "VR", "HH"]
Range = tuple[float, float]
Days = tuple[int, int]
Months = Annotated[int, Field(ge=1, le=120)]


class Only(Strict):
    """Who can have the condition at all."""

    sex: Sex | None = None
    age: AgeRange = (0, 120)
    having: Id | None = None
    """A condition that it comes of: nobody has it without that one."""


class Level(Strict):
    """A lasting degree of control; a template's mix replaces ``share``."""

    id: Id
    share: Percent
    groups: list[Id] = []
    """Names that it shares with other levels: a mix may speak of these."""
    set: dict[Id, Range] = {}
    """Measure: the range of a person's value while on the treatment they have."""
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
    next_per_year: Positive = 0
    every: Months | None = None


class Step(Strict):
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
    step_up: Step | None = None


class Event(Strict):
    """Something that brings a person to care on a day."""

    id: Id
    code: str
    complaint: str
    classes: dict[EncounterClass, Percent] = Field(alias="class")
    stay: Days = (1, 3)
    """Days in hospital when admitted, shortest and longest."""
    drg: str | None = None
    orders: list[Id] = []
    course: Id | None = None
    """A drug given for a few days (as many as the drug says)."""
    course_share: Probability = 1
    vitals: dict[VitalSign, float] = {}
    """Shift of vital signs on that day."""
    fatal: Probability = 0
    """Chance of dying in a hospital stay for it."""


class AcuteEvent(Event):
    """An event that befalls people who have the condition."""

    per_year: Positive
    factors: list[Factor] = []


class Condition(Strict):
    """One illness, injury or routine service."""

    id: Id
    name: str
    kind: Literal["chronic", "acute", "service"]
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
    """Services: share of eligible people who take part."""
    orders: dict[Id, Months] = {}
    """Order: the least months between two."""
    complications: dict[Id, Percent] = {}
    """What "with complications" means: at least one of these, by share."""
    presents: Event | None = None
    """How a new case comes to care; left out: it is found at a visit."""
    acute: list[AcuteEvent] = []
    lasts: Days | None = None
    """Days until an acute condition is over."""
    mortality: Positive = 1.0
    """Times the risk of dying."""
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
        return {*self.codes.values(), *staged, *(event.code for event in self.events)}

    @property
    def events(self) -> list[Event]:
        """What brings people to care: how it begins, and what befalls them later."""
        return [*([self.presents] if self.presents else []), *self.acute]

    @property
    def ranks(self) -> list[Level | Stage]:
        """Its levels or its stages, whichever it has."""
        return [*self.levels, *self.stages]

    @property
    def rank_names(self) -> dict[str, list[Level | Stage]]:
        """What a mix may speak of: each rank by its id, then each group of ranks."""
        named: dict[str, list[Level | Stage]] = {rank.id: [rank] for rank in self.ranks}
        for rank in self.ranks:
            for group in rank.groups:
                named.setdefault(group, []).append(rank)
        return named


NUMBERS = (
    "prevalence years onset remission_per_year factors known detect_per_month levels stages"
    " progress add treatment every uptake orders complications presents acute lasts mortality"
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
    return found
