"""What brings a person to care on a day: when it is over, what is done, what it may cost."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from healthsim_nb.templates.base import (
    Factor,
    Id,
    Percent,
    Positive,
    Probability,
    Strict,
    VitalSign,
)

EncounterClass = Literal["AMB", "EMER", "IMP", "OBSENC", "VR", "HH"]
Days = tuple[int, int]


class Care(Strict):
    """A visit or a stay."""

    complaint: str
    code: str | None = None
    """ICD-10-CM; left out: the condition's own at that age and stage."""
    classes: dict[EncounterClass, Percent] = Field({"AMB": 100}, alias="class")
    stay: Days = (1, 3)
    """Days in hospital when admitted, shortest and longest."""
    drg: str | None = None
    also: list[str] = []
    """Further ICD-10-CM codes of the visit."""
    orders: list[Id] = []
    course: Id | None = None
    """A drug given for a few days (as many as the drug says)."""
    course_share: Probability = 1
    courses: dict[Id, Probability] = {}
    """Further drugs for a few days, each by a chance of its own."""
    vitals: dict[VitalSign, float] = {}
    """Shift of vital signs on that day."""
    labs: dict[Id, tuple[float, float]] = {}
    """Measure: how much it is up on that day, least and most, most often little above the least."""
    fatal: Probability = 0
    """Chance of dying in a hospital stay for it, at 74 years of age."""
    fatal_after: Probability | None = None
    """Chance of dying in the thirty days after the stay, at 74; left out: as usual for `fatal`."""
    by: Id | None = None
    """Who is seen at an office visit, as a role in the network; left out: one's own doctor."""


class Event(Care):
    """Something that brings a person to care on a day."""

    id: Id
    code: str
    classes: dict[EncounterClass, Percent] = Field(alias="class")


class AcuteEvent(Event):
    """An event that befalls people who have the condition."""

    per_year: Positive
    factors: list[Factor] = []
