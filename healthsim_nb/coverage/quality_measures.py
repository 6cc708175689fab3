"""Measures of quality as data: ``references/coverage/quality_measures.yaml``."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import Field

from healthsim_nb import reference
from healthsim_nb.errors import TemplateError
from healthsim_nb.templates.base import AgeRange, Sex, Strict
from healthsim_nb.templates.documents import parse_yaml, read_text
from healthsim_nb.templates.problems import validated

FILE = "coverage/quality_measures.yaml"
MOST = 32
"""Measures that ids have room for."""


class Met(Strict):
    """What has to be on record; one of the words says which records count."""

    visits: list[str] = []
    preventive: bool = False
    procedures: list[str] = []
    tests: list[str] = []
    and_tests: list[str] = []
    """One of these too."""
    last_below: float | None = None
    pressure: tuple[int, int] | None = None
    drugs: list[str] = []
    """Classes, of which one is prescribed."""
    vaccines: str | None = None
    months: Annotated[int, Field(ge=1, le=120)] = 12
    """How far back from the end of the year."""


class QualityMeasure(Strict):
    """Who is in a measure, and what meets it."""

    id: Annotated[str, Field(pattern="^[A-Z0-9-]+$")]
    name: str
    ages: AgeRange
    """On the last day of the year."""
    sex: Sex | None = None
    diagnoses: list[str] = []
    """Beginnings of codes, at two visits by the end of the year."""
    unless: list[str] = []
    """Diagnoses that exclude."""
    met: Met


class _File(Strict):
    measures: list[QualityMeasure] = Field(max_length=MOST)


@cache
def quality_measures() -> tuple[QualityMeasure, ...]:
    """Return the measures, in the order of their numbers.

    Raises
    ------
    TemplateError
        If anything is wrong with the file: every problem, one line each.
    """
    text, problems = read_text(reference.root() / FILE)
    data, more = parse_yaml(text)
    found, wrong = validated(_File, {"measures": data})
    if found is None or problems or more:
        raise TemplateError("\n".join(f"{FILE}: {p}" for p in [*problems, *more, *wrong]))
    return tuple(found.measures)
