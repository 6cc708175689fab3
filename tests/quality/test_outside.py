"""Files from elsewhere: what is wrong with them is told with its row and column."""

from __future__ import annotations

import gzip
import json
from datetime import date

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import InputError

HEAD = "id,person_id,mrn,given_name,family_name,birth_date,gender,deceased"
ROW = "1,1,12345678,Ann,Lee,1980-02-29,F,false"
FILLED = ("persons", "patients", "encounters", "diagnoses", "vital_signs", "lab_results")


@pytest.fixture
def given(tmp_path):
    """Write a file and return its path: (name, text) -> path."""

    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def faults(report):
    return {(fault.kind, fault.column, fault.rows) for fault in report.faults}


def test_a_sound_file_is_valid(given):
    report = hs.validate(given("patients.csv", f"{HEAD}\n{ROW}\n"))

    assert report.ok
    assert report.faults == ()
    assert report.counts["passed"] > 4


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "parquet"])
def test_what_we_export_is_valid(people, tmp_path, kind):
    people.export(kind, tmp_path, tables=FILLED)

    report = hs.validate(tmp_path)

    assert report.faults == ()
    assert report.errors == []
    assert {o.rule.table for o in report.outcomes if o.status == "passed"} == set(FILLED)


def test_an_export_with_provenance_and_in_parts_is_valid(people, tmp_path):
    people.export("parquet", tmp_path / "a", tables=["patients"], provenance=True)
    people.export("parquet", tmp_path / "b", tables=["patients"], partition_by="gender")

    for folder in ("a", "b"):
        report = hs.validate(tmp_path / folder)
        assert report.ok, folder
        assert report.outcomes[0].checked in (0, people.counts["patients"])


def test_an_unknown_column_names_the_nearest(given):
    report = hs.validate(given("patients.csv", f"{HEAD},birthdate\n{ROW},x\n"))

    assert not report.ok
    assert faults(report) == {("unknown-column", "birthdate", ())}
    assert "Did you mean 'birth_date'?" in report.to_text()


def test_a_missing_column_and_a_missing_value_are_told(given):
    head = HEAD.replace(",gender", "")
    report = hs.validate(given("patients.csv", f"{head}\n1,1,12345678,Ann,,1980-02-29,false\n"))

    assert faults(report) == {
        ("missing-column", "gender", ()),
        ("missing-value", "family_name", (1,)),
    }


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "1.5"),
        ("id", "one"),
        ("id", "99999999999999999999"),
        ("birth_date", "1981-02-29"),
        ("birth_date", "1981-02-28 10:30:00"),
        ("birth_date", "28.2.1981"),
        ("deceased", "maybe"),
    ],
)
def test_a_value_of_another_type_is_told_with_its_row(given, column, value):
    cells = dict(zip(HEAD.split(","), ROW.split(","), strict=True)) | {"id": "2", "mrn": "22345678"}
    cells |= {"person_id": "2", column: value}
    path = given("patients.csv", f"{HEAD}\n{ROW}\n{','.join(cells.values())}\n")

    report = hs.validate(path)

    assert faults(report) == {("wrong-type", column, (2,))}
    assert repr(value) in report.to_text()


def test_money_with_three_decimals_and_infinite_numbers_are_wrong(given):
    lines = given(
        "claim_lines.ndjson",
        '{"id": 1, "claim_id": 1, "line_number": 1, "service_date": "2024-01-01", "units": 1,'
        ' "charge_amount": 10.125, "allowed_amount": "8.10", "deductible_amount": 0,'
        ' "copay_amount": 0, "coinsurance_amount": 0, "paid_amount": 8.1,'
        ' "patient_responsibility": 0, "procedure_code": "99213", "status": "paid"}\n',
    )
    signs = given(
        "vital_signs.csv",
        "id,patient_id,observation_time,temperature,bmi\n1,1,2024-01-01 10:00,inf,nan\n",
    )

    assert faults(hs.validate(lines)) == {("wrong-type", "charge_amount", (1,))}
    assert {c for _, c, _ in faults(hs.validate(signs))} >= {"temperature", "bmi"}


def test_rules_apply_to_what_is_there(given):
    row = ROW.replace("Ann", "Bob").replace("12345678", "12345678").replace("1,1", "2,2", 1)
    report = hs.validate(given("patients.csv", f"{HEAD}\n{ROW}\n{row}\n"))

    assert [outcome.rule.id for outcome in report.errors] == ["mrn-of-its-own"]
    assert report.errors[0].examples[0]["mrn"] == "12345678"


def test_a_rule_about_a_column_that_is_not_there_does_not_apply(given):
    report = hs.validate(given("patients.csv", f"{HEAD}\n{ROW}\n"), rules=["deceased-with-a-date"])

    assert [outcome.status for outcome in report.outcomes] == ["not applicable"]


def test_rows_that_cannot_be_read_are_told(given):
    path = given("patients.csv", f'{HEAD}\n{ROW}\n3,3\n4,4,"quoted" wrong,A,B\n')
    lines = given("patients.ndjson", '{"id": 1}\n{"id": \n5\n[1]\n')

    assert ("broken-row", None) in {(f.kind, f.column) for f in hs.validate(path).faults}
    broken = next(f for f in hs.validate(lines).faults if f.kind == "broken-row")
    assert (broken.count, broken.rows) == (3, (2, 3, 4))


def test_nested_values_are_wrong_where_text_is_meant(given):
    row = dict(zip(HEAD.split(","), ROW.split(","), strict=True)) | {"given_name": {"a": [1]}}

    report = hs.validate(given("patients.json", json.dumps([row])))

    assert ("wrong-type", "given_name", (1,)) in faults(report)


def test_one_json_file_may_have_several_tables(given):
    row = dict(zip(HEAD.split(","), ROW.split(","), strict=True))
    both = {"patients": [row], "allergies": [], "more": 1}

    report = hs.validate(given("bundle.json", json.dumps(both)))

    assert report.ok
    assert report.counts["passed"] > 4


@pytest.mark.parametrize("zipped", [False, True])
def test_lines_of_json_may_begin_with_a_byte_order_mark_and_end_in_crlf(tmp_path, zipped):
    row = dict(zip(HEAD.split(","), ROW.split(","), strict=True))
    other = row | {"id": 2, "person_id": 2, "mrn": "22345678"}
    text = "".join(f"{json.dumps(one)}\r\n" for one in (row, other)).encode("utf-8-sig")
    path = tmp_path / f"patients.ndjson{'.gz' if zipped else ''}"
    path.write_bytes(gzip.compress(text) if zipped else text)

    report = hs.validate(path)

    assert report.ok
    assert report.outcomes[0].checked in (0, 2)


def test_what_lies_in_the_future_is_told_by_the_day_that_is_said_or_the_clock(given):
    path = given("patients.csv", f"{HEAD}\n{ROW.replace('1980-02-29', '2099-02-28')}\n")

    assert [o.rule.id for o in hs.validate(path).errors] == ["birth-in-the-future"]
    assert hs.validate(path, today=date(2099, 2, 28)).ok


def test_a_zipped_file_with_other_delimiters_is_read(tmp_path):
    path = tmp_path / "patients.csv.gz"
    path.write_bytes(gzip.compress(f"{HEAD}\n{ROW}\n".replace(",", ";").encode("utf-8-sig")))

    assert hs.validate(path).ok


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("patients.csv", "", "is empty"),
        ("patients.txt", "x", "does not say its format"),
        ("patient.csv", "id\n1\n", "Did you mean 'patients'"),
        ("patients.csv", "a,b\n1,2\n", "has no column of patients: it has a, b"),
        ("patients.json", '{"id": ', "cannot be read"),
        ("patients.parquet", "PAR1 not really", "cannot be read"),
        ("patients.csv.gz", "not zipped", "cannot be read"),
        ("patients.json", "[" * 20_000, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused(given, name, text, told):
    with pytest.raises(InputError, match=told):
        hs.validate(given(name, text))


def test_a_folder_without_tables_and_a_lost_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="has no file of a canonical table"):
        hs.validate(tmp_path)
    with pytest.raises(InputError, match="There is no file or folder"):
        hs.validate(tmp_path / "nothing.csv")


def test_a_table_that_is_there_twice_is_refused(given, tmp_path):
    given("patients.csv", f"{HEAD}\n{ROW}\n")
    given("patients.json", "[]")

    with pytest.raises(InputError, match="has patients more than once"):
        hs.validate(tmp_path)


def test_a_misspelt_file_in_a_folder_is_told(given, tmp_path):
    given("patients.csv", f"{HEAD}\n{ROW}\n")
    given("encounter.csv", "id\n1\n")
    given("README.md", "about")

    report = hs.validate(tmp_path)

    assert [(f.kind, f.table) for f in report.faults] == [("unknown-table", "encounter.csv")]


@pytest.mark.parametrize("name", ["it's [odd] *.csv", "a'; DROP TABLE x; --.csv", "ß 数.csv"])
def test_odd_names_of_files_are_only_names(given, name):
    report = hs.validate(given(name, f"{HEAD}\n{ROW}\n"), table="patients")

    assert report.ok


@pytest.mark.parametrize(
    "cell",
    [
        "'; DROP TABLE patients; --",
        '"; SELECT 1',
        "{{7*7}}",
        "\\x00",
        "=1+1",
        "a\tb",
        chr(0x1D4B3) * 50,
    ],
)
def test_hostile_text_is_only_text(given, cell):
    quoted = '"' + cell.replace('"', '""') + '"'
    head = HEAD.replace("given_name", f"given_name,{quoted.replace(',', ';')}")
    row = ROW.replace("Ann", f"{quoted},x")

    report = hs.validate(given("patients.csv", f"{head}\n{row}\n"))

    assert {f.kind for f in report.faults} == {"unknown-column"}
    assert [outcome.rule.id for outcome in report.errors] == []
