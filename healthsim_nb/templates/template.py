"""A template: the reusable definition of a population; a specification: one run of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from healthsim_nb.templates.base import AgeRange, Id, Percent, Probability, Sex, Strict
from healthsim_nb.templates.outcome import Outcome

LineOfBusiness = Literal["commercial", "medicare", "medicaid", "uninsured", "military"]
RaceGroup = Literal[
    "white", "black", "asian", "american_indian", "pacific_islander", "multiracial", "hispanic"
]
"""Races of people who are not Hispanic, and ``hispanic``, of any race."""
PlanKind = Literal[
    "HMO", "PPO", "EPO", "POS", "HDHP", "marketplace", "medicare-advantage", "original-medicare"
]
"""What plan people have on the first day: a type of commercial plan, or a market."""


class AgeBand(Strict):
    """A share of the population between two ages, both included."""

    ages: AgeRange
    share: Percent


class Population(Strict):
    """Who they are. What is left out is as in the United States."""

    ages: Literal["us"] | list[AgeBand] | None = None
    """``us``: the US pyramid; bands; None: 0-17 15 %, 18-44 30 %, 45-64 30 %, 65+ 25 %,
    or the ages of the people who have what is asked for."""
    limits: AgeRange = (0, 120)
    """Nobody younger or older."""
    sex: dict[Sex, Percent] = {}
    states: list[Annotated[str, Field(pattern="^[A-Z]{2}$")]] = []
    cities: list[Annotated[str, Field(pattern="^.+, [A-Z]{2}$")]] = []
    """Such as ``Plano, TX``: of that state only these. A state need not be said beside its city."""
    line_of_business: list[LineOfBusiness] = []
    race: list[RaceGroup] = []
    plans: list[PlanKind] = []
    newborns: bool = False
    """True: children who are born join the scenario as patients."""
    households: bool = False
    """True: the people of a scenario live together in households."""


class Template(Strict):
    """A named population that can be made again and again. One YAML file each."""

    id: Id
    version: int = Field(ge=1)
    name: str
    description: str
    synonyms: list[str] = []
    population: Population = Population()
    extends: Id | None = None
    """A template that this one builds on: what is not said here is as there."""
    have: list[Id] = []
    """Conditions that everyone has at the start, diagnosed; acute ones begin in the first month."""
    new: list[Id] = []
    """Of these, the ones that nobody knew of before: diagnosed in the first three months."""
    have_any: list[dict[Id, Percent]] = []
    """Groups of conditions: everyone has at least one of each group, drawn by share."""
    without: list[Id] | Literal["chronic"] = []
    """Conditions that nobody has at the start or gets.

    ``chronic``: any chronic one at the start.
    """
    having: list[Outcome] = []
    """What must have happened to everybody: people are simulated until so many are found."""
    mix_of: Id | None = None
    """The condition whose levels or stages a mix speaks of."""
    mix: dict[Id, Probability] = {}
    n: int = Field(default=100, ge=1)
    months: int = Field(default=24, ge=1, le=1023)
    notes: bool = False
    """Whether clinical notes are written and kept."""
    coverage: bool = True
    """Whether there are health plans, their members and claims."""
    sources: dict[str, str] = {}

    @model_validator(mode="after")
    def _whole(self) -> Template:
        if isinstance(self.population.ages, list):
            total = sum(b.share for b in self.population.ages)
            if abs(total - 100) > 0.01:
                raise ValueError(f"population.ages: shares sum to {total:g}, not 100")
        if self.have_any and not self.sources.get("have_any"):
            raise ValueError("sources.have_any: no source for the numbers in 'have_any'")
        if "ages" in self.population.model_fields_set and not self.sources.get("population"):
            raise ValueError("sources.population: no source for the numbers in 'population'")
        return self


class Specification(Strict):
    """A template with the settings of one run: all that decides a scenario's content."""

    template: Id | None = None
    """None: no template, only what is said here."""
    n: int
    seed: int
    start: date
    months: int
    population: Population = Population()
    have: list[Id] = []
    new: list[Id] = []
    have_any: list[dict[Id, Percent]] = []
    without: list[Id] | Literal["chronic"] = []
    having: list[Outcome] = []
    """What must have happened to everybody: people are simulated until so many are found."""
    having_within: int | None = Field(default=None, ge=1)
    """Months from the first within which it must have happened; None: all. A scenario that is
    extended keeps its people."""
    mix_of: Id | None = None
    mix: dict[str, Probability] = {}
    notes: bool = False
    """Whether clinical notes are written and kept."""
    coverage: bool = True
    """Whether there are health plans, their members and claims."""
