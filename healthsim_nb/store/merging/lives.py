"""Whose life a row is part of: households stay together when scenarios are merged.

The way from a table to its person is found in the declarations: a lab result says its patient, a
claim line its claim, a claim its member. What leads to no person (a provider, a plan) stands for
itself.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERSONS = "persons"


@cache
def ways() -> dict[str, tuple[str, str]]:
    """Return the tables that hold lives, nearest to the person first: table to (column, parent)."""
    found: dict[str, tuple[str, str]] = {}
    reached = {PERSONS}
    while True:
        level = {
            name: way
            for name in scenario_tables()
            if name not in reached and (way := _step(name, reached))
        }
        if not level:
            return found
        found |= level
        reached |= set(level)


def _step(name: str, reached: set[str]) -> tuple[str, str] | None:
    """Return the column that leads to a table reached already; one that is never null first."""
    columns = [c for c in scenario_tables()[name].columns if c.references in reached]
    columns.sort(key=lambda c: not c.required)
    return next(((c.name, c.references) for c in columns if c.references), None)


def is_life(table: str) -> bool:
    """Return whether the rows of a table are parts of lives."""
    return table == PERSONS or table in ways()


def note_units(cursor: DuckDBPyConnection, scenario: int, side: str) -> None:
    """Note, in temporary tables, the household of every row that others lead through.

    ``{side}_{table}`` holds id and unit. Where a person is missing, the number that points to
    them is the household.
    """
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {side}_{PERSONS} AS "  # noqa: S608
        "SELECT id, coalesce(household_id, id) AS unit "
        f"FROM hs.persons WHERE scenario_id = {int(scenario)}"
    )
    hubs = {parent for _, parent in ways().values()}
    for table in ways():
        if table in hubs:
            cursor.execute(
                f"CREATE OR REPLACE TEMP TABLE {side}_{table} AS "  # noqa: S608
                f"SELECT t.id, {unit(table)} AS unit FROM {rows(table, scenario, side)}"
            )


def unit(table: str) -> str:
    """Return the expression of a row's household, on what `rows` returns."""
    if table == PERSONS:
        return "coalesce(t.household_id, t.id)"
    column, parent = ways()[table]
    return f"coalesce(u.unit, t.{column})" if parent == PERSONS else "u.unit"


def rows(table: str, scenario: int, side: str) -> str:
    """Return the FROM and WHERE of a table's rows ``t`` beside their households."""
    where = f"WHERE t.scenario_id = {int(scenario)}"
    if table == PERSONS:
        return f"{qualified(table)} AS t {where}"
    column, parent = ways()[table]
    join = f"LEFT JOIN {side}_{parent} AS u ON u.id = t.{column}"
    return f"{qualified(table)} AS t {join} {where}"
