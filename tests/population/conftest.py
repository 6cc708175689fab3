"""People to look at, drawn once."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from healthsim_nb.population.ages import age_weights
from healthsim_nb.population.people import draw
from healthsim_nb.templates.template import Population, Specification


def specification(seed=7, start=date(2024, 1, 1), **population):
    return Specification(
        n=1_000_000, seed=seed, start=start, months=24, population=Population(**population)
    )


def people(first, count, seed=7, start=date(2024, 1, 1), **population):
    spec = specification(seed, start, **population)
    return draw(spec, age_weights(spec.population, None), first, count)


@cache
def _many(households):
    return people(0, 200_000, ages="us", households=households)


@pytest.fixture
def specify():
    return specification


@pytest.fixture
def draw_people():
    return people


@pytest.fixture(scope="session")
def single_people():
    """200,000 people as in the United States, each alone."""
    return _many(False)


@pytest.fixture(scope="session")
def families():
    """The same people in households."""
    return _many(True)
