"""More months, more patients: the same as one longer or larger run; else as it was before."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pyarrow.compute as pc
import pytest

import healthsim_nb as hs
from healthsim_nb import simulation
from healthsim_nb.errors import SpecificationError, UnknownNameError, WorkspaceError
from healthsim_nb.operations import growing
from healthsim_nb.schema import scenario_tables
from healthsim_nb.store.signature import open_columns
from healthsim_nb.templates.library import load
from healthsim_nb.workspace import Workspace

NOON = datetime.fromisoformat("2026-01-15 12:00")
N, MONTHS = 100, 4
"""No whole number of groups of 64, so households straddle the end."""


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """It is always the same moment."""
    monkeypatch.setattr(Workspace, "_now", staticmethod(lambda: NOON))


@pytest.fixture
def ws():
    with hs.open(":memory:") as ws:
        yield ws


@pytest.fixture
def c(ws):
    return ws.generate("diabetes-management", n=40, months=3, seed=7, name="study")


def everything(ws):
    """Return all that the workspace holds, row by row."""
    with ws.cursor() as cursor:
        return {
            table: cursor.execute(f"SELECT * FROM hs.{table} ORDER BY ALL").fetchall()
            for table in ("scenarios", "scenario_tags", "runs", *scenario_tables())
        }


GROWTHS = {
    "months": lambda c: c.extend(months=4),
    "patients": lambda c: c.add(n=30),
    "both": lambda c: c.extend(1).add(3).extend(3).add(27),
    "the other way round": lambda c: c.add(29).extend(3).add(1).extend(1),
}


@pytest.mark.parametrize("how", GROWTHS)
def test_it_is_what_one_longer_or_larger_run_would_have_made(ws, how):
    c = ws.generate("general-population", n=N, months=MONTHS, seed=7)

    GROWTHS[how](c)

    n = N if how == "months" else N + 30
    months = MONTHS if how == "patients" else MONTHS + 4
    whole = ws.generate("general-population", n=n, months=months, seed=7)
    assert c.signature() == whole.signature()
    assert c.counts == whole.counts
    assert c.specification == whole.specification
    assert (c.brief.patients, c.brief.rows) == (whole.brief.patients, whole.brief.rows)
    assert said(c) == said(whole)


def said(scenario):
    """Return the lines of the summary that count: means may differ in their last digit."""
    return scenario.summary(samples=0).to_text().splitlines()[1:5]


@pytest.mark.parametrize("template", ["heart-failure", "hypertension"])
def test_so_it_is_for_other_templates(ws, template):
    c = ws.generate(template, n=20, months=5, seed=3).extend(4).add(12)

    assert c.signature() == ws.generate(template, n=32, months=9, seed=3).signature()


def test_a_mix_holds_for_those_who_are_added(ws):
    mix = {"well-controlled": 0.2, "severe": 0.8}
    c = ws.generate("diabetes-management", n=30, months=4, seed=7, mix=mix).add(30).extend(3)

    whole = ws.generate("diabetes-management", n=60, months=7, seed=7, mix=mix)

    assert c.signature() == whole.signature()


def test_several_workers_grow_the_same(ws):
    c = ws.generate("hypertension", n=20, months=2, seed=7).extend(2, workers=2).add(80, workers=2)

    assert c.signature() == ws.generate("hypertension", n=100, months=4, seed=7).signature()


def test_earlier_rows_keep_every_cell_but_the_open_ones(ws):
    c = ws.generate("general-population", n=300, months=3, seed=7)
    before = {table: c.arrow(table, provenance=True) for table in scenario_tables()}

    c.extend(months=6)

    closed = set()
    for name, old in before.items():
        new = c.arrow(name, provenance=True)
        kept = new.filter(pc.is_in(new["id"], old["id"]))
        assert kept.num_rows == old.num_rows, name
        for column in old.column_names:
            if not kept[column].equals(old[column]):
                closed.add((name, column))
    opened = {(table, column) for table, columns in open_columns().items() for column in columns}
    assert closed <= opened
    assert {("patients", "death_date"), ("medications", "end_date")} <= closed


def test_what_is_new_carries_a_run_of_its_own_that_points_to_the_one_before(ws, c):
    rows = c.brief.rows
    c.extend(2)
    longer = c.brief.rows
    c.add(5)

    with ws.cursor(c) as cursor:
        made = cursor.execute(
            "SELECT kind, parent_run_key, status, row_count FROM hs.runs ORDER BY run_key"
        ).fetchall()
        first_day = cursor.execute(
            "SELECT min(admission_time) FROM encounters JOIN runs USING (run_key) "
            "WHERE kind = 'extend'"
        ).fetchone()[0]
    assert made == [
        ("generate", None, "finished", rows),
        ("extend", 1, "finished", longer - rows),
        ("add", 2, "finished", c.brief.rows - longer),
    ]
    assert first_day.date() >= date(2024, 4, 1)


def test_the_time_it_changed_is_on_record(ws, c, monkeypatch):
    later = datetime.fromisoformat("2026-02-01 08:00")
    monkeypatch.setattr(Workspace, "_now", staticmethod(lambda: later))

    c.add(1)

    assert (c.brief.created_at, c.brief.updated_at) == (NOON, later)


def test_other_scenarios_and_tables_of_the_users_own_are_not_touched(ws, c):
    other = ws.generate("hypertension", n=10, months=2, name="other")
    signature = other.signature()
    with ws.cursor() as cursor:
        cursor.execute("CREATE TABLE mine AS SELECT 42 AS a")

    c.extend(1).add(1)

    assert other.signature() == signature
    with ws.cursor() as cursor:
        assert cursor.execute("FROM mine").fetchall() == [(42,)]


def test_progress_counts_the_patients_who_are_gone_through(c):
    extended, added = [], []

    c.extend(1, progress=extended.append)
    c.add(30, progress=added.append)

    assert (extended, added) == (sorted(extended), sorted(added))
    assert (extended[-1], added[-1]) == (40, 30)


# Nothing or all


@pytest.mark.parametrize(
    "grow", [lambda c, tell: c.extend(1, progress=tell), lambda c, tell: c.add(9, progress=tell)]
)
def test_what_is_stopped_leaves_the_scenario_as_it_was_and_says_so(ws, c, grow):
    before = everything(ws)

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        grow(c, stop)

    assert everything(ws) == before
    assert caught.value.__notes__ == ["The scenario 'study' is as it was before."]
    assert c.extend(1).add(9).brief.patients == 49


def test_a_failure_of_the_database_leaves_it_as_it_was_and_says_so(ws, c, monkeypatch):
    before = everything(ws)

    def full(*_):
        raise duckdb.IOException("IO Error: No space left on device")

    monkeypatch.setattr(growing.Completion, "put", full)

    with pytest.raises(WorkspaceError, match=r"'study' could not be changed.*No space left"):
        c.extend(1)
    assert everything(ws) == before


def test_two_at_once_do_not_mix(ws, c):
    c2 = ws.scenario("study")

    def meanwhile(done):
        with pytest.raises(WorkspaceError, match="as it was before"):
            c2.add(5)

    c.extend(1, progress=meanwhile)

    assert c.signature() == ws.generate("diabetes-management", n=40, months=4, seed=7).signature()


# Refused


@pytest.mark.parametrize(
    ("grow", "told"),
    [
        (lambda c: c.extend(0), "months is 0: 'study' can be extended by 1 month or more."),
        (lambda c: c.extend(-3), "months is -3"),
        (lambda c: c.extend(1.5), "months must be a whole number, not 1.5"),
        (lambda c: c.extend(1021), "has 3 months already, .* by 1,020, not 1,021"),
        (lambda c: c.add(0), "n is 0: 1 patient or more"),
        (lambda c: c.add(40_000_000), "has 40 patients already, .*: 39,999,960 can be added"),
        (lambda c: c.add("many"), "n must be a whole number, not 'many'"),
    ],
)
def test_what_cannot_be_is_refused(c, grow, told):
    with pytest.raises(SpecificationError, match=told):
        grow(c)


def test_the_end_of_time_is_no_place_to_go_on(ws):
    c = ws.generate("hypertension", n=1, months=1, start="9999-11-01")

    with pytest.raises(SpecificationError, match="9999-12-31"):
        c.extend(1)


def test_a_scenario_of_other_data_is_refused_with_what_can_be_done(ws, c):
    with ws.cursor() as cursor:
        cursor.execute("UPDATE hs.runs SET template_hash = 'x'")

    with pytest.raises(SpecificationError) as told:
        c.extend(3)

    assert "'study' was made with other templates" in str(told.value)
    assert "generate 'diabetes-management' with n=40, months=6, seed=7" in str(told.value)


def test_another_version_that_makes_the_same_lives_is_no_obstacle(ws, c):
    with ws.cursor() as cursor:
        cursor.execute("UPDATE hs.runs SET package_version = '0.0.1'")

    assert c.extend(1).specification.months == 4


def test_another_version_that_makes_other_lives_is_refused(ws, c):
    with ws.cursor() as cursor:
        cursor.execute("UPDATE hs.runs SET package_version = '0.0.1'")
        cursor.execute("UPDATE hs.lab_results SET value_numeric = value_numeric + 1")

    with pytest.raises(SpecificationError, match=r"version of healthsim_nb \(0.0.1\)"):
        c.add(1)


def test_what_was_not_simulated_has_no_future(ws, c):
    with ws.cursor() as cursor:
        cursor.execute("UPDATE hs.runs SET template_hash = NULL")
        cursor.execute("UPDATE hs.scenarios SET specification = '{}'")

    with pytest.raises(SpecificationError, match="'study' was not simulated"):
        c.extend(1)


def test_a_row_of_the_users_own_is_never_taken_for_a_simulated_one(ws, c):
    with ws.cursor() as cursor:
        cursor.execute(
            "INSERT INTO hs.runs (run_key, run_id, scenario_id, kind, source_type, source_system, "
            "parameters, package_version, status, created_at) "
            "SELECT 99, 'mine', scenario_id, 'persist', 'loaded', 'me', '{}', '0', 'finished', "
            "created_at FROM hs.runs LIMIT 1"
        )
        cursor.execute(
            "INSERT INTO hs.patients SELECT * REPLACE (99 AS run_key, 41 AS id) "
            "FROM hs.patients LIMIT 1"
        )
    before = everything(ws)

    with pytest.raises(SpecificationError, match="row of your own in patients with id 41"):
        c.add(5)
    assert everything(ws) == before
    assert c.add(1).brief.patients == 41


def test_a_scenario_that_is_gone_is_named(ws, c):
    with ws.cursor() as cursor:
        cursor.execute("DELETE FROM hs.scenarios")

    with pytest.raises(UnknownNameError, match="No scenario named 'study'"):
        c.extend(1)


# Blocks that begin anywhere


def test_blocks_may_begin_with_any_patient(ws):
    spec = ws.understand("general-population", n=300, months=1, seed=7).specification
    parts = simulation.blocks(spec, load(), first=130)
    first = [part["patients"]["id"].to_pylist() for part in parts if "patients" in part]

    assert first == [list(range(128, 300))]


def test_a_relative_who_becomes_a_patient_is_known_as_one(ws):
    c = ws.generate("general-population", n=70, months=4, seed=7)
    strangers = "SELECT count(*) FROM members WHERE patient_id IS NULL"
    before = c.query(strangers).rows[0][0]

    c.add(58)

    assert before > 0
    assert c.query(strangers).rows == [(0,)]
    assert c.signature() == ws.generate("general-population", n=128, months=4, seed=7).signature()
