"""One simulated life feeds every table: nothing contradicts anything."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthsim_nb import quality
from healthsim_nb.quality.check import Tables
from healthsim_nb.templates.template import Population

from .impossible import IMPOSSIBLE

ODD = ("drugs", "visits", "vitals", "laboratory", "people", "records")
"""Areas whose warnings happen in real care, too."""


def database(run) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name, table in run.items():
        con.register("rows", table)
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")
        con.unregister("rows")
    return con


def failing(con) -> list[str]:
    """Return the product's rules that a run breaks, but for oddities that care is not free of."""
    tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
    rows = {t: con.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for (t,) in tables}
    outcomes = quality.check(con, Tables(rows), list(quality.rules().values()))
    broken = [outcome.rule for outcome in outcomes if outcome.status == "failed"]
    return [rule.id for rule in broken if rule.severity == "error" or rule.area not in ODD]


@pytest.fixture(scope="module")
def people(play):
    con = database(play(6000))
    yield con
    con.close()


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_it_never_occurs(people, what: str) -> None:
    assert people.execute(IMPOSSIBLE[what]).fetchmany(3) == []


def test_no_rule_is_broken(people) -> None:
    assert failing(people) == []


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
    broken = failing(con)

    con.close()
    assert found == []
    assert broken == []


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
