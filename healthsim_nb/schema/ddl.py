"""The canonical tables as DuckDB statements: schemas, sequences, tables and views.

Tables live in schema ``hs``. A scenario table leads with ``scenario_id`` and ``run_key`` and has no
key or index (they cost 1.8 times the CPU and 2.2 times the file); a state table is small and has
its key. Views of the same names in ``main`` show the rows of the scenario in use, or of all when
none is; views in ``provenance`` add where each row is from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.schema import OWNERSHIP, scenario_tables, tables

if TYPE_CHECKING:
    from healthsim_nb.schema.types import Column, Table

SCHEMA = "hs"
VARIABLE = "scenario"
"""The connection variable that holds the id of the scenario in use."""
PROVENANCE = ("source_type", "source_system", "template", "seed", "created_at")
"""What the run of a row says about it."""
UNIQUE = {"scenarios": "name", "runs": "run_id"}
"""A column, besides the key, of which no value occurs twice."""
NUMBERED = ("scenarios", "runs")
"""Tables whose key comes from a sequence, so that a number is never given twice."""


def create_statements() -> list[str]:
    """Return the statements that make an empty database, in order."""
    return [
        f"CREATE SCHEMA {SCHEMA}",
        *(f"CREATE SEQUENCE {sequence(name)}" for name in NUMBERED),
        *(create_table(table) for table in tables().values()),
    ]


def view_statements() -> list[str]:
    """Return the statements that make, or make again, the views of every table."""
    return [
        "CREATE SCHEMA IF NOT EXISTS provenance",
        *(_view(table) for table in tables().values()),
        *(_provenance(table) for table in scenario_tables().values()),
    ]


def sequence(table: str) -> str:
    """Return the name of the sequence that numbers a table.

    >>> sequence("runs")
    'hs.runs_seq'
    """
    return f"{SCHEMA}.{table}_seq"


def qualified(table: str) -> str:
    """Return the name under which a table's rows are stored.

    >>> qualified("patients")
    'hs.patients'
    """
    return f"{SCHEMA}.{table}"


def ownership(table: Table) -> tuple[str, ...]:
    """Return the columns that lead a table's own: those that say whose a row is."""
    return OWNERSHIP if table.scenario else ()


def create_table(table: Table) -> str:
    """Return the statement that makes one table."""
    owned = [f"{name} INTEGER NOT NULL" for name in ownership(table)]
    parts = [*owned, *(_column(c) for c in table.columns), *_constraints(table)]
    body = ",\n".join(f"    {p}" for p in parts)
    return f"CREATE TABLE {qualified(table.name)} (\n{body}\n)"


def _column(column: Column) -> str:
    return f"{column.name} {column.type}{' NOT NULL' if column.required else ''}"


def _constraints(table: Table) -> list[str]:
    if table.scenario:
        return []
    unique = UNIQUE.get(table.name)
    return [f"PRIMARY KEY ({', '.join(table.key)})", *([f"UNIQUE ({unique})"] if unique else [])]


# `coalesce` instead of `OR` would not be folded into a filter on DuckDB 1.5: 12 times slower.
IN_USE = f"getvariable('{VARIABLE}') IS NULL OR scenario_id = getvariable('{VARIABLE}')"


def _view(table: Table) -> str:
    where = f" WHERE {IN_USE}" if table.scenario else ""
    # By name, in the order of declaration: a column that a migration adds stands last in the file.
    columns = ", ".join([*ownership(table), *(c.name for c in table.columns)])
    return (
        f"CREATE OR REPLACE VIEW main.{table.name} AS "  # noqa: S608
        f"SELECT {columns} FROM {qualified(table.name)}{where}"
    )


def _provenance(table: Table) -> str:
    # Apart from the plain views: a join that nobody asks for still costs ten times a scan.
    columns = ", ".join(f"runs.{name}" for name in PROVENANCE)
    return (
        f"CREATE OR REPLACE VIEW provenance.{table.name} AS SELECT rows.*, {columns} "  # noqa: S608
        f"FROM main.{table.name} AS rows LEFT JOIN {SCHEMA}.runs AS runs USING (run_key)"
    )
