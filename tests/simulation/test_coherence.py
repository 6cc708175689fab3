"""One simulated life feeds every table: nothing contradicts anything."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthsim_nb import schema
from healthsim_nb.templates.template import Population

from .impossible import IMPOSSIBLE


def database(run) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name, table in run.items():
        con.register("rows", table)
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")
        con.unregister("rows")
    return con


@pytest.fixture(scope="module")
def people(play):
    con = database(play(6000))
    yield con
    con.close()


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_it_never_occurs(people, what: str) -> None:
    assert people.execute(IMPOSSIBLE[what]).fetchmany(3) == []


@settings(max_examples=12)
@given(
    seed=st.integers(0, 2**40),
    months=st.integers(1, 30),
    year=st.integers(1905, 2400),
    day=st.integers(1, 31),
    low=st.integers(0, 90),
)
def test_nothing_impossible_in_any_population(play, seed, months, year, day, low) -> None:
    limits = (low, min(120, low + 25))
    population = Population(ages="us", households=True, limits=limits)
    run = play(300, seed=seed, months=months, start=date(year, 1, day), population=population)
    con = database(run)

    visits = con.execute("SELECT count(*) FROM encounters").fetchone()[0]
    assert visits > months * 300 / 40
    found = [what for what, sql in IMPOSSIBLE.items() if con.execute(sql).fetchone()]

    con.close()
    assert found == []


def test_ids_are_unique_in_every_table(play) -> None:
    for name, table in play(6000).items():
        assert table.num_rows == len(table["id"].unique()), name


def test_references_point_to_rows(people) -> None:
    for name in schema.scenario_tables():
        if not people.execute(
            "SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [name]
        ).fetchone():
            continue
        for column in schema.tables()[name].columns:
            if column.references:
                sql = (
                    f"SELECT {column.name} FROM {name} WHERE {column.name} IS NOT NULL "
                    f"AND {column.name} NOT IN (SELECT id FROM {column.references}) LIMIT 3"
                )
                assert people.execute(sql).fetchall() == [], f"{name}.{column.name}"


def test_a1c_and_glucose_of_one_draw_go_together(people) -> None:
    r = people.execute("""
        SELECT corr(a.value_numeric, g.value_numeric) FROM lab_results a
        JOIN lab_results g ON a.encounter_id = g.encounter_id
        WHERE a.loinc_code = '4548-4' AND g.loinc_code = '2345-7'""").fetchone()[0]

    assert r >= 0.8


def test_height_of_an_adult_stays(people) -> None:
    worst = people.execute("""
        SELECT max(spread) FROM (
          SELECT max(height_cm) - min(height_cm) AS spread FROM vital_signs v
          JOIN patients p ON v.patient_id = p.id
          WHERE date_diff('year', p.birth_date, v.observation_time::DATE) BETWEEN 25 AND 40
          GROUP BY p.id)""").fetchone()[0]

    assert worst <= 1.5
