"""What is exported comes back through persist value for value, in every format."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import RowError

HARD = [
    *("", " ", "a,b", 'say "hi"', "two\nlines", "two\r\nlines", "tab\t", "Zoë 東京 😀", "null"),
    *("NULL", "0123", "1e5", "\\N", "'", "true", "-", "2024-01-01", ";|", '"', '""', "x" * 5000),
]


@pytest.fixture(scope="module")
def ws():
    with hs.open(":memory:") as ws:
        ws.generate("general-population", n=30, seed=5, months=4, name="mine")
        day = date(1950, 1, 1)
        patients = [
            {"given_name": text, "family_name": "x", "birth_date": day, "gender": "F",
             "email": None if i % 2 else text, "id": 10**17 + i}
            for i, text in enumerate(HARD, start=1)
        ]  # fmt: skip
        visits = [
            {"patient_id": 10**17 + 1, "class_code": "AMB", "admission_time": moment}
            for moment in (
                datetime.fromisoformat("2024-01-01 00:00"),
                datetime.fromisoformat("1900-12-31 23:59:59.999999"),
            )
        ]
        lines = [
            {"value_numeric": v, "value_text": t, "patient_id": 10**17 + 1, "loinc_code": "1-8",
             "test_name": "x", "collected_time": "2024-01-01"}
            for v, t in ((0.1, None), (1e-7, ""), (123456789.123456, "a"), (None, "b"), (-0.0, "c"))
        ]  # fmt: skip
        plan = {
            "plan_code": "A", "name": "x", "plan_type": "HMO", "line_of_business": "commercial",
            "payer_name": "x", "payer_id": "1", "plan_year": 2024, "deductible_individual": "0.10",
            "deductible_family": Decimal("9999999999.99"), "oop_max_individual": 1,
            "hsa_eligible": 0, "oop_max_family": 2.5, "coinsurance_rate": 0.2,
            "requires_referral": True,
        }  # fmt: skip
        data = {"patients": patients, "encounters": visits, "lab_results": lines}
        ws.persist({**data, "plans": [plan]}, name="mine")
        yield ws


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "parquet"])
def test_every_value_of_every_type_comes_back(ws, kind, tmp_path):
    c = ws.scenario("mine")
    c.export(kind, tmp_path)

    again = ws.persist(tmp_path, name=f"from {kind}")

    assert again.counts == c.counts
    assert again.signature() == c.signature()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_where_rows_are_from_is_left_out_when_they_come_back(ws, kind, tmp_path):
    c = ws.scenario("mine")
    c.export(kind, tmp_path, tables=["patients", "persons"], provenance=True)

    with pytest.warns(UserWarning, match="refer"):
        again = ws.persist(str(tmp_path), name=f"again {kind}", references="report")

    assert again.df("patients").equals(c.df("patients"))


def test_tables_that_were_parted_come_back(ws, tmp_path):
    c = ws.scenario("mine")
    c.export("parquet", tmp_path, tables=["persons", "facilities", "providers", "patients"],
             partition_by="gender")  # fmt: skip

    again = ws.persist(tmp_path, name="parted")

    assert again.df("patients").equals(c.df("patients"))
    assert again.df("providers").equals(c.df("providers"))


def test_one_file_is_rows_of_one_table(ws, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("given_name,family_name,birth_date,gender\nAnn,Lee,1950-01-01,F\n")

    c = ws.persist({"patients": file}, name="one")

    assert c.query("SELECT given_name, birth_date FROM patients").rows == [
        ("Ann", date(1950, 1, 1))
    ]
    with pytest.raises(RowError, match=r"people.csv is not named after a table: say which one"):
        ws.persist(file)


def test_a_file_that_is_wrong_is_told_with_row_and_field(ws, tmp_path):
    file = tmp_path / "patients.csv"
    file.write_text("given_name,family_name,birth_date,gender\nAnn,Lee,1950,F\n")

    with pytest.raises(RowError) as caught:
        ws.persist(file)

    assert str(caught.value) == (
        "patients, row 1, birth_date: '1950' is not a date such as 2024-01-31."
    )


def test_what_is_no_folder_of_rows_is_refused(ws, tmp_path):
    with pytest.raises(RowError, match=r"does not exist: name a folder or file with rows"):
        ws.persist(tmp_path / "nowhere")
    with pytest.raises(RowError, match=r"holds no file named after a table, such as patients.csv"):
        ws.persist(tmp_path)
    (tmp_path / "patients.csv").write_text("id\n")
    (tmp_path / "patients.json").write_text("[]")
    with pytest.raises(RowError, match=r"holds patients twice: patients.csv and patients.json"):
        ws.persist(tmp_path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "patients.parquet").write_text("nothing")
    with pytest.raises(RowError, match=r"patients.parquet cannot be read as rows of patients"):
        ws.persist(tmp_path / "broken")
