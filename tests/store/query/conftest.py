"""A small database with two scenarios: one to ask, one that must never be seen."""

from __future__ import annotations

import duckdb
import pytest

from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import create_statements, qualified, view_statements
from healthsim_nb.store.query import query

SCENARIO, OTHER = 1, 2
CANARY = "SECRET"
ROWS = {"patients": 130, "encounters": 400, "lab_results": 600, "claims": 90}
"""Rows of a scenario; 25 in the other tables, and none in these:"""
EMPTY = ("networks", "studies")

VALUES = {
    "patients.city": "'city-' || (i * 13) % 17",
    "patients.gender": "['F', 'M'][1 + i % 2]",
    "patients.birth_date": "DATE '1940-01-01' + (i * 211)::INTEGER",
    "patients.deceased": "i % 20 = 0",
    "patients.death_date": "CASE WHEN i % 20 = 0 THEN DATE '2024-06-01' + i::INTEGER END",
    "encounters.class_code": "['AMB', 'EMER', 'IMP', 'VR'][1 + i % 4]",
    "encounters.admission_time": "TIMESTAMP '2024-01-01 09:30:00' + to_hours((i * 7)::INTEGER)",
    "lab_results.loinc_code": "['4548-4', '2160-0', '13457-7'][1 + i % 3]",
    "lab_results.test_name": "['Hemoglobin A1c', 'Creatinine', 'LDL'][1 + i % 3]",
    "lab_results.value_numeric": "5 + (i % 41) / 10",
    "claims.total_paid": "(i * 997 % 10007)::DECIMAL(12, 2) / 100",
}
PARENTS = {"patient_id": "patients", "encounter_id": "encounters", "claim_id": "claims"}


def rows_of(table):
    return 0 if table in EMPTY else ROWS.get(table, 25)


def expression(table, column):
    """Return a value for row i; every fourth is null where that may be."""
    text = CANARY if table.startswith(CANARY) else column.name
    made = {
        "BIGINT": f"i % {rows_of(PARENTS[column.name])}" if column.name in PARENTS else "i",
        "INTEGER": "(i * 7) % 101",
        "SMALLINT": "i % 5",
        "TEXT": f"'{text}-' || (i * 13) % 17",
        "DATE": "DATE '2024-01-01' + (i % 365)::INTEGER",
        "TIMESTAMP": "TIMESTAMP '2024-01-01 08:00:00' + to_minutes((i * 11)::INTEGER)",
        "BOOLEAN": "i % 3 = 0",
        "DOUBLE": "i / 8",
    }
    own = VALUES.get(f"{table}.{column.name}")
    plain = own or made.get(column.type, f"(i * 31 % 5003)::{column.type} / 100")
    optional = not column.required and own is None
    return f"CASE WHEN i % 4 <> 3 THEN {plain} END" if optional else plain


def fill(connection, scenario, canary=None):
    for table in scenario_tables().values():
        parts = [expression(table.name, c) for c in table.columns]
        if canary:
            kinds = [c.type for c in table.columns]
            parts = [f"'{canary}'" if k == "TEXT" else p for k, p in zip(kinds, parts, strict=True)]
        connection.execute(
            f"INSERT INTO {qualified(table.name)} SELECT {scenario}, 7, {', '.join(parts)} "
            f"FROM range({rows_of(table.name)}) AS t(i)"
        )


@pytest.fixture(scope="session")
def database():
    with duckdb.connect() as connection:
        for statement in create_statements() + view_statements():
            connection.execute(statement)
        fill(connection, SCENARIO)
        fill(connection, OTHER, CANARY)
        # What a user, or a file from somebody else, may hold beside the canonical tables.
        connection.execute(f"CREATE TABLE mine AS SELECT '{CANARY}' AS s")
        connection.execute(f"CREATE VIEW my_view AS SELECT '{CANARY}' AS s")
        connection.execute(f"CREATE MACRO lower(x) AS '{CANARY}'")
        connection.execute(f"CREATE MACRO my_macro(x) AS '{CANARY}'")
        connection.execute("CREATE MACRO range(x) AS TABLE SELECT 'SECRET' AS s")
        connection.execute("CREATE MACRO my_table(x) AS TABLE SELECT 'SECRET' AS s")
        connection.execute("CREATE SCHEMA given_name")
        connection.execute(f"CREATE MACRO given_name.upper(x) AS '{CANARY}'")
        connection.execute("CREATE TYPE mood AS ENUM ('SECRET')")
        yield connection


@pytest.fixture
def ask(database):
    """Ask the first scenario."""

    def asked(sql, **options):
        return query(database.cursor(), SCENARIO, sql, **options)

    return asked


@pytest.fixture(scope="session")
def alone():
    """The first scenario's tables in a database where there is nothing else."""
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        fill(connection, SCENARIO)
        for table in scenario_tables():
            connection.execute(
                f"CREATE VIEW {table} AS SELECT * EXCLUDE (scenario_id, run_key), "
                f"scenario_id, run_key FROM {qualified(table)}"
            )
        yield connection
