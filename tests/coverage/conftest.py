"""One small scenario of everybody, in DuckDB, for all tests of coverage."""

from __future__ import annotations

from datetime import date

import pytest

import healthsim_nb as hs
from healthsim_nb import simulation
from healthsim_nb.templates.library import load
from healthsim_nb.templates.template import Population, Specification


@pytest.fixture(scope="session")
def library():
    return load()


@pytest.fixture(scope="session")
def scenario():
    with hs.open(":memory:") as ws:
        yield ws.generate("general-population", n=500, seed=11)


@pytest.fixture(scope="session")
def ask(scenario):
    """Return a function that returns the first value of a query."""
    return lambda sql: scenario.query(sql).rows[0][0]


@pytest.fixture(scope="session")
def block(library):
    """Return a function that makes the first block of a population."""

    def make(n=300, *, months=12, seed=7, start=date(2024, 1, 1), **population):
        people = Population(**{"ages": "us", "households": True} | population)
        spec = Specification(n=n, seed=seed, start=start, months=months, population=people)
        return simulation.gen_block(spec, 0, library=library)

    return make
