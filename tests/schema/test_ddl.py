"""Tables and views as DuckDB has them."""

from __future__ import annotations

import duckdb
import pytest

from healthsim_nb.schema import scenario_tables, tables
from healthsim_nb.schema.ddl import PROVENANCE, create_statements, view_statements


@pytest.fixture
def con():
    with duckdb.connect() as con:
        for statement in [*create_statements(), *view_statements()]:
            con.execute(statement)
        for scenario in (1, 2):
            con.execute(
                "INSERT INTO hs.runs BY NAME SELECT ? AS run_key, ? AS run_id, ? AS scenario_id, "
                "'generate' AS kind, 'generated' AS source_type, 'here' AS source_system, "
                "'some-template' AS template, ? AS seed, '{}' AS parameters, "
                "'0' AS package_version, 'finished' AS status, "
                "TIMESTAMP '2026-01-15 12:00:00' AS created_at, 5000 AS row_count",
                [scenario * 10, f"run {scenario}", scenario, scenario * 7],
            )
            con.execute(
                "INSERT INTO hs.diagnoses SELECT ?, ?, i, i, i, 'E11.9', 'Diabetes', 'principal', "
                "DATE '2025-01-01', DATE '2024-01-01', NULL, NULL FROM range(5000) t(i)",
                [scenario, scenario * 10],
            )
        yield con


def count(con, sql):
    return con.execute(sql).fetchall()[0][0]


def test_scenario_tables_lead_with_their_owner_and_have_no_index_or_key(con):
    for name in scenario_tables():
        columns = [row[0] for row in con.execute(f"DESCRIBE hs.{name}").fetchall()]
        assert columns[:2] == ["scenario_id", "run_key"]
    constrained = con.execute(
        "SELECT table_name FROM duckdb_constraints() "
        "WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE')"
    ).fetchall()
    assert not {row[0] for row in constrained} & set(scenario_tables())


def test_state_tables_have_their_key(con):
    found = con.execute(
        "SELECT table_name, constraint_column_names FROM duckdb_constraints() "
        "WHERE constraint_type = 'PRIMARY KEY'"
    ).fetchall()

    assert {name: tuple(columns) for name, columns in found} == {
        table.name: table.key for table in tables().values() if not table.scenario
    }


def test_every_table_has_a_view_of_its_name(con):
    views = con.execute(
        "SELECT table_name FROM information_schema.tables "
        "WHERE table_type = 'VIEW' AND table_schema = 'main'"
    ).fetchall()

    assert {name for (name,) in views} == set(tables())
    for name, table in tables().items():
        shown = con.sql(f"SELECT * FROM {name}").columns
        assert set(shown) >= {column.name for column in table.columns}, name


def test_a_view_shows_all_scenarios_until_one_is_in_use(con):
    assert count(con, "SELECT count(*) FROM diagnoses") == 10_000

    con.execute("SET VARIABLE scenario = 2")
    assert con.execute("SELECT DISTINCT scenario_id FROM diagnoses").fetchall() == [(2,)]

    con.execute("RESET VARIABLE scenario")
    assert count(con, "SELECT count(*) FROM diagnoses") == 10_000


def test_each_cursor_has_its_own_scenario_in_use(con):
    first, second = con.cursor(), con.cursor()
    first.execute("SET VARIABLE scenario = 1")
    second.execute("SET VARIABLE scenario = 2")

    assert first.execute("SELECT DISTINCT scenario_id FROM diagnoses").fetchall() == [(1,)]
    assert second.execute("SELECT DISTINCT scenario_id FROM diagnoses").fetchall() == [(2,)]


def plan(con, sql):
    return con.execute(f"EXPLAIN {sql}").fetchall()[0][1]


def test_the_planner_folds_a_view_to_a_filter_as_written_by_hand_or_to_none(con):
    sql = "SELECT sum(id) FROM diagnoses"
    assert "scenario" not in plan(con, sql)

    con.execute("SET VARIABLE scenario = 2")
    folded = plan(con, sql)

    assert folded == plan(con, "SELECT sum(id) FROM hs.diagnoses WHERE scenario_id = 2")
    assert "getvariable" not in folded


def test_provenance_shows_what_the_run_of_a_row_says(con):
    con.execute("SET VARIABLE scenario = 2")

    names = ", ".join(PROVENANCE)
    found = con.execute(f"SELECT DISTINCT scenario_id, run_key, {names} FROM provenance.diagnoses")

    row = found.fetchall()[0]
    assert row[:6] == (2, 20, "generated", "here", "some-template", 14)
    assert str(row[6]) == "2026-01-15 12:00:00"
    assert count(con, "SELECT count(*) FROM provenance.diagnoses") == 5000


def test_a_row_whose_run_is_gone_is_shown_without_provenance(con):
    con.execute("DELETE FROM hs.runs")

    assert count(con, "SELECT count(*) FROM provenance.diagnoses WHERE template IS NULL") == 10_000


def test_a_required_value_that_is_missing_is_refused(con):
    with pytest.raises(duckdb.ConstraintException, match="patient_id"):
        con.execute(
            "INSERT INTO hs.diagnoses VALUES (1, 10, 1, NULL, 1, 'E11.9', 'Diabetes', 'principal', "
            "DATE '2025-01-01', DATE '2024-01-01', NULL, NULL)"
        )
