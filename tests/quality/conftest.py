"""A small population as tables, and a way to ask the product's rules about them."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

import healthsim_nb as hs
from healthsim_nb import quality
from healthsim_nb.quality.check import Tables
from healthsim_nb.schema import scenario_tables


@pytest.fixture(scope="session")
def workspace():
    """A workspace with a population of 400 in memory."""
    with hs.open(":memory:") as ws:
        ws.generate("general-population", n=400, months=24, start=date(2024, 1, 1), name="people")
        yield ws


@pytest.fixture(scope="session")
def people(workspace):
    """The scenario of that population."""
    return workspace.scenario("people")


@pytest.fixture
def found():
    """Ask rules about the tables of a connection: (connection, ids or areas) -> failed outcomes."""
    return _found


@pytest.fixture
def tables(people):
    """The population's tables in a connection of its own, free to be changed."""
    with duckdb.connect() as connection:
        fill(connection, people)
        yield connection


def fill(connection, scenario) -> None:
    """Give a connection every table of a scenario under its plain name."""
    for name, rows in scenario.counts.items():
        given = scenario.arrow(name) if rows else scenario.arrow(name).slice(0, 0)
        connection.register("given", given)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        connection.unregister("given")


def _found(connection, wanted=None):
    rows = {
        name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        for name in scenario_tables()
    }
    asked = quality.chosen(quality.rules(), wanted, None)
    outcomes = quality.check(connection.cursor(), Tables(rows), asked)
    return {o.rule.id: o for o in outcomes if o.status == "failed"}
