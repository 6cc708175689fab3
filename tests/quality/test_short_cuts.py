"""Whatever way a question is asked, large tables or small, it finds the same."""

from __future__ import annotations

import sys
from datetime import date

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthsim_nb import quality
from healthsim_nb.quality import once
from healthsim_nb.quality.check import Tables
from healthsim_nb.quality.rule import Rule
from healthsim_nb.schema import scenario_tables

from .conftest import fill

asking = sys.modules["healthsim_nb.quality.check"]
FAULTS = (
    "UPDATE patients SET birth_date = birth_date + 9000 WHERE id % 5 = 0",
    "UPDATE patients SET death_date = DATE '2024-06-01' WHERE id % 7 = 0",
    "UPDATE patients SET gender = 'M', phone = '555' WHERE id % 6 = 0",
    "UPDATE encounters SET patient_id = patient_id + 1 WHERE id % 11 = 0",
    "UPDATE encounters SET class_code = 'IMP', drg_code = '775' WHERE id % 13 = 0",
    "UPDATE encounters SET discharge_time = admission_time - INTERVAL 1 HOUR WHERE id % 17 = 0",
    "UPDATE diagnoses SET code = 'Z00.129', encounter_id = -encounter_id WHERE id % 10 = 0",
    "UPDATE diagnoses SET code = 'I50.9', resolved_date = diagnosed_date WHERE id % 9 = 0",
    "UPDATE diagnoses SET code = 'O80', present_on_admission = 'Y' WHERE id % 19 = 0",
    "UPDATE lab_results SET value_numeric = value_numeric * 9, unit = ' ' WHERE id % 8 = 0",
    "UPDATE lab_results SET order_id = NULL, loinc_code = '2857-1' WHERE id % 15 = 0",
    "UPDATE lab_results SET collected_time = collected_time - INTERVAL 90 DAY WHERE id % 14 = 0",
    "UPDATE vital_signs SET height_cm = 90, encounter_id = NULL WHERE id % 6 = 0",
    "UPDATE medications SET start_date = start_date + 800, name = '' WHERE id % 4 = 0",
    "UPDATE claims SET service_date = service_date - 400, plan_id = 1 WHERE id % 10 = 0",
    "UPDATE claims SET original_claim_id = -1, claim_number = 'X' WHERE id % 50 = 0",
    "UPDATE claims SET place_of_service = '21', total_paid = total_paid + 1 WHERE id % 9 = 0",
    "UPDATE claim_lines SET line_number = 2, service_date = service_date + 3 WHERE id % 7 = 0",
    "UPDATE claim_lines SET claim_id = claim_id + 1, procedure_code = NULL WHERE id % 11 = 0",
    "UPDATE pharmacy_claims SET service_date = service_date - 40, fill_number = 9 WHERE id % 6 = 0",
    "UPDATE prescriptions SET written_date = written_date + 500 WHERE id % 5 = 0",
    "UPDATE accumulators SET balance = balance + 1, claim_id = -1 WHERE id % 8 = 0",
    "UPDATE coverage_spans SET start_date = start_date + 100 WHERE id % 3 = 0",
    "UPDATE orders SET encounter_id = encounter_id + 1 WHERE id % 12 = 0",
    *(
        f"INSERT INTO {table} SELECT * FROM {table} WHERE id % 21 = 0"
        for table in ("diagnoses", "lab_results", "vital_signs", "claim_lines")
    ),
)


@pytest.fixture(scope="module")
def broken(people):
    """Tables in which much is wrong, and how many rows each has."""
    with duckdb.connect() as connection:
        fill(connection, people)
        for fault in FAULTS:
            connection.execute(fault)
        rows = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in scenario_tables()
        }
        yield connection, rows


def counts(broken, rules):
    connection, rows = broken
    tables = Tables(rows, today=date(2025, 1, 1))
    with connection.cursor() as cursor:
        return {o.rule.id: o.found for o in quality.check(cursor, tables, rules)}


def test_large_tables_are_asked_otherwise_and_the_same_is_found(broken, monkeypatch):
    rules = [rule for rule in quality.rules().values() if rule.where and not rule.distinct]
    small = counts(broken, rules)
    monkeypatch.setattr(asking, "FEW", 0)
    monkeypatch.setattr(asking, "SELDOM", 0.001)

    large = counts(broken, rules)

    assert sum(found > 0 for found in small.values()) > 80
    assert large == small


def test_what_costs_less_misses_nothing(broken, monkeypatch):
    rules = [rule for rule in quality.rules().values() if rule.once or rule.suspects]
    cheap = counts(broken, rules)
    monkeypatch.setattr(asking, "_suspected", lambda *_: True)

    exact = counts(broken, rules)

    assert sum(found > 0 for found in cheap.values()) > 8
    assert cheap == exact


ROWS = st.lists(
    st.tuples(st.integers(0, 9), st.none() | st.sampled_from(["a", "b", ""])), max_size=12
)


@settings(max_examples=30, deadline=None)
@given(rows=ROWS, alone=st.booleans())
def test_values_that_occur_twice_are_always_suspected(rows, alone):
    rule = Rule(
        id="x",
        area="x",
        table="diagnoses",
        severity="error",
        protects="Something occurs once.",
        once=("patient_id",) if alone else ("patient_id", "description"),
        source="x",
        confidence=1,
    )
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE diagnoses (id BIGINT, patient_id BIGINT, description TEXT)"
        )
        for number, row in enumerate(rows):
            connection.execute("INSERT INTO diagnoses VALUES (?, ?, ?)", [number, *row])
        twice = bool(connection.execute(rule.sql).fetchall())

        assert once.suspected(connection, rule, len(rows)) == twice


def test_rising_numbers_are_not_sorted_and_a_missing_one_is_suspected(monkeypatch):
    monkeypatch.setattr(np, "sort", None)
    rule = quality.rules()["patients-unique"]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE patients AS SELECT range * 3 AS id FROM range(1000)")

        assert not once.suspected(connection, rule, 1000)

        connection.execute("INSERT INTO patients VALUES (NULL)")

        assert once.suspected(connection, rule, 1001)
        assert once.suspected(connection, rule, once.MOST_ROWS + 1)
