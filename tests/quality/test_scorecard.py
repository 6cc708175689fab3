"""The scorecard of a scenario, against plain SQL on the same rows and on planted ones."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import UnknownNameError
from healthsim_nb.quality.scorecard import NOT_HERE, TOO_FEW


@pytest.fixture(scope="module")
def made():
    """A workspace in memory with two scenarios; nobody changes it."""
    with hs.open(":memory:") as workspace:
        workspace.generate("general-population", n=500, seed=3, name="people")
        workspace.generate("general-population", n=64, seed=3, months=6, name="short")
        workspace.generate("50 adults with heart failure", seed=3, months=12, name="ill")
        yield workspace


@pytest.fixture(scope="module")
def card(made):
    return made.scenario("people").scorecard()


@pytest.fixture(scope="module")
def ill(made):
    return made.scenario("ill").scorecard()


def ask(made, sql):
    """Return the one value that plain SQL finds in the scenario."""
    cursor = made.cursor(made.scenario("people"))
    return cursor.execute(sql).fetchone()[0]


def test_every_target_has_a_row_with_a_verdict(card):
    assert len(card.rows) == len(card.df())
    assert {"within", "outside"} <= set(card.df().verdict)
    assert 0 < card.within < 1


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        (
            "emergency",
            """
            SELECT 1000 * (SELECT count(*) FROM encounters WHERE class_code = 'EMER') / sum(
                (least(DATE '2026-01-01', coalesce(death_date, DATE '2026-01-01'))
                    - DATE '2024-01-01') / 365.25)
            FROM patients
            """,
        ),
        (
            "diabetes-20",
            """
            SELECT 100 * avg((id IN (SELECT patient_id FROM diagnoses
                WHERE code LIKE 'E11%' OR code LIKE 'E10%' OR code LIKE 'E13%'))::INT)
            FROM patients
            WHERE NOT deceased AND date_sub('year', birth_date, DATE '2025-12-31') >= 20
            """,
        ),
        (
            "pressure-140-treated",
            """
            WITH last_one AS (
                SELECT v.*, row_number() OVER (
                    PARTITION BY v.patient_id ORDER BY observation_time DESC) AS place
                FROM vital_signs AS v JOIN encounters AS e ON e.id = v.encounter_id
                WHERE e.class_code = 'AMB'
            )
            SELECT 100 * avg((systolic_bp < 140 AND diastolic_bp < 90)::INT)
            FROM last_one JOIN patients AS p ON p.id = patient_id
            WHERE place = 1 AND NOT deceased
                AND date_sub('year', birth_date, DATE '2025-12-31') >= 18
                AND patient_id IN (
                    SELECT patient_id FROM medications
                    WHERE left(indication_code, 3) IN ('I10', 'I11', 'I12', 'I13', 'I15')
                        AND coalesce(end_date, DATE '2026-01-01') >= DATE '2025-12-01'
                )
            """,
        ),
        (
            "deaths",
            """
            SELECT 1000 * count(death_date) / sum(
                (least(DATE '2026-01-01', coalesce(death_date, DATE '2026-01-01'))
                    - DATE '2024-01-01') / 365.25)
            FROM patients
            """,
        ),
        (
            "office-any",
            """
            SELECT 100 * avg((id IN (SELECT patient_id FROM encounters
                WHERE class_code = 'AMB' AND admission_time >= '2025-01-01'))::INT)
            FROM patients
            WHERE NOT deceased AND date_sub('year', birth_date, DATE '2025-12-31') >= 18
            """,
        ),
    ],
)
def test_a_figure_is_what_plain_sql_finds_in_the_records(made, card, name, sql):
    assert card.row(name).scenario == pytest.approx(ask(made, sql), rel=1e-9)


def test_other_scenarios_of_the_file_do_not_count(ill, card):
    assert card.row("women").n == 500
    assert ill.row("women").n == 50


def test_a_planted_fall_in_pressure_moves_the_figures_that_speak_of_it(tmp_path):
    with hs.open(tmp_path / "planted.duckdb") as workspace:
        c = workspace.generate("general-population", n=200, seed=5)
        before = c.scorecard()
        workspace.cursor().execute("UPDATE hs.vital_signs SET systolic_bp = 120, diastolic_bp = 70")
        after = c.scorecard()

    assert after.row("controlling-pressure").scenario == 100
    assert after.row("systolic-mean").scenario == pytest.approx(120)
    assert before.row("systolic-mean").scenario != pytest.approx(120)
    assert after.row("bmi-men").scenario == pytest.approx(before.row("bmi-men").scenario)


def test_what_there_are_no_records_of_is_not_measurable_and_does_not_count(made):
    short = made.scenario("short").scorecard()

    assert short.row("deaths").verdict == NOT_HERE
    assert short.row("deaths").reason == "takes 12 months"
    assert short.row("women").verdict != NOT_HERE
    assert all(r.verdict != NOT_HERE for r in short.judged)


def test_a_few_people_say_nothing(ill):
    row = ill.row("asthma-children")

    assert (row.verdict, row.reason) == (TOO_FEW, "nobody")


def test_a_scenario_of_others_says_that_differences_are_to_be_expected(ill, card):
    assert "whole US population" in ill.to_text()
    assert "whole US population" not in card.to_text()


def test_its_text_has_a_line_a_metric_and_says_first_how_it_stands(card):
    lines = str(card).splitlines()

    assert lines[0].startswith("people: ")
    assert "measures within tolerance of the United States" in lines[0]
    assert sum("Hypertension treated" in line for line in lines) == 4
    assert max(map(len, lines)) < 160


def test_a_target_that_is_not_there_is_told_with_the_nearest(card):
    with pytest.raises(UnknownNameError, match="No target named 'obesty-20'"):
        card.row("obesty-20")


def test_the_database_is_left_as_it_was(made, card):
    names = made.cursor().execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")

    assert card.rows
    assert not [name for (name,) in names.fetchall() if name.startswith("sc_")]


def test_it_works_where_nothing_can_be_written(tmp_path):
    path = tmp_path / "read.duckdb"
    with hs.open(path) as workspace:
        workspace.generate("general-population", n=64, seed=1, name="few")
    with hs.open(path, read_only=True) as workspace:
        found = workspace.scenario("few").scorecard()

    assert found.row("women").n == 64
