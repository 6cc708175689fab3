"""Rows of the user's own are kept whole, or not at all, and what is wrong is named."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import healthsim_nb as hs
from healthsim_nb.errors import RowError, SpecificationError, UnknownNameError
from healthsim_nb.store.intake.coercing import UnfitError, coerced

ANN = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1950-03-01", "gender": "F"}
BOB = {"given_name": "Bob", "family_name": "Ray", "birth_date": date(1960, 1, 2), "gender": "M"}
NAMES = "SELECT given_name FROM patients ORDER BY id"


class Sex(Enum):
    """A value with a name."""

    FEMALE = "F"


@dataclass
class Dataclass:
    """A patient."""

    given_name: str = "Ann"
    family_name: str = "Lee"
    birth_date: date = date(1950, 3, 1)
    gender: Sex = Sex.FEMALE


class Model(BaseModel):
    """A patient."""

    given_name: str = "Ann"
    family_name: str = "Lee"
    birth_date: date = date(1950, 3, 1)
    gender: str = "F"


class Tuple(NamedTuple):
    """A patient."""

    given_name: str = "Ann"
    family_name: str = "Lee"
    birth_date: str = "1950-03-01"
    gender: str = "F"


ARROW = pa.Table.from_pylist([ANN])
SHAPES = {
    "a dictionary": ANN,
    "dictionaries": [ANN],
    "an iterator": iter([ANN]),
    "dataclasses": [Dataclass()],
    "pydantic": [Model()],
    "named tuples": [Tuple()],
    "pandas": pd.DataFrame([ANN]),
    "pandas with dates": pd.DataFrame([{**ANN, "birth_date": pd.Timestamp("1950-03-01")}]),
    "an Arrow table": ARROW,
    "an Arrow batch": ARROW.to_batches()[0],
    "an Arrow reader": ARROW.to_reader(),
    "dictionaries of Arrow": ARROW.set_column(
        3, "gender", pa.chunked_array([pa.array(["F"]).dictionary_encode()])
    ),
    "large texts": ARROW.set_column(0, "given_name", pa.array(["Ann"], pa.large_string())),
}


@pytest.fixture(scope="module")
def shared():
    with hs.open(":memory:") as ws:
        yield ws


@pytest.fixture
def ws(shared):
    yield shared
    for brief in shared.scenarios():
        shared.scenario(brief.name).delete(confirm=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_come_in_any_shape(ws, shape):
    c = ws.persist({"patients": SHAPES[shape]}, name="mine")

    sql = (
        "SELECT id, person_id, given_name, birth_date, gender, deceased, length(mrn) FROM patients"
    )
    assert c.query(sql).rows == [(1, 1, "Ann", date(1950, 3, 1), "F", False, 8)]
    assert c.query("SELECT id, household_id, given_name FROM persons").rows == [(1, 1, "Ann")]
    assert c.brief.patients == 1
    assert c.brief.rows == 2


def test_polars_frames_come_through_arrow(ws):
    polars = pytest.importorskip("polars")

    c = ws.persist({"patients": polars.DataFrame([ANN])}, name="mine")

    assert c.query(NAMES).rows == [("Ann",)]


def test_a_scenario_without_a_name_is_called_after_its_context(ws, now):
    c = ws.persist({"patients": [ANN]}, context="Diabetes registry of our clinic")
    d = ws.persist({"patients": [ANN]})

    assert c.name.startswith("diabetes-registry-clinic-20")
    assert c.brief.description == "Diabetes registry of our clinic"
    assert d.name.startswith("data-20")


def test_rows_of_a_name_that_exists_are_added_to_it(ws):
    first = ws.persist({"patients": [ANN]}, name="mine", tags=["own"])
    second = ws.persist({"patients": [BOB]}, name="mine")

    assert second.id == first.id
    assert first.query("SELECT id, given_name FROM patients ORDER BY id").rows == [
        (1, "Ann"),
        (2, "Bob"),
    ]
    assert first.brief.patients == 2
    assert first.brief.rows == 4
    assert first.tags == ("own",)
    sources = first.df("patients", provenance=True)["source_type"]
    assert list(sources) == ["loaded", "loaded"]


def test_rows_without_an_id_are_numbered_above_those_that_have_one(ws):
    rows = [{**ANN, "id": 40}, BOB, {**ANN, "id": None}]

    c = ws.persist({"patients": rows}, name="mine")

    assert [r[0] for r in c.query("SELECT id FROM patients ORDER BY id").rows] == [40, 41, 42]
    assert c.query("SELECT count(DISTINCT mrn) FROM patients").rows == [(3,)]


def test_rows_that_join_a_simulated_scenario_leave_room_for_more_of_it(ws):
    c = ws.generate("general-population", n=5, seed=1, months=1, name="mine")

    ws.persist({"patients": [ANN]}, name="mine")
    c.add(n=5)

    assert c.query("SELECT max(id) FROM patients").rows == [(10**17 + 1,)]
    assert c.counts["patients"] == 11


def test_the_same_id_in_two_scenarios_is_two_rows(ws):
    a = ws.persist({"patients": [{**ANN, "id": 7}]}, name="a")
    b = ws.persist({"patients": [{**BOB, "id": 7}]}, name="b")

    assert a.query(NAMES).rows == [("Ann",)]
    assert b.query(NAMES).rows == [("Bob",)]


def visit(**more):
    return {"patient_id": 1, "class_code": "AMB", "admission_time": "2024-05-01 09:30", **more}


def test_tables_of_a_call_may_point_to_each_other_in_any_order(ws):
    c = ws.persist({"encounters": [visit()], "patients": [ANN]}, name="mine")

    assert c.query("SELECT status, admission_time FROM encounters").rows == [
        ("finished", datetime.fromisoformat("2024-05-01 09:30"))
    ]


WRONG = {
    "a day that is none": (
        {"birth_date": "1950-02-30"},
        "patients, row 2, birth_date: '1950-02-30' is not a date such as 2024-01-31.",
    ),
    "a time of day that would be lost": (
        {"birth_date": datetime.fromisoformat("1950-03-01 10:00")},
        "patients, row 2, birth_date: datetime.datetime(1950, 3, 1, 10, 0) is not a date such as "
        "2024-01-31.",
    ),
    "a word for a number": (
        {"id": "first"},
        "patients, row 2, id: 'first' is not a whole number.",
    ),
    "half a number": ({"id": 1.5}, "patients, row 2, id: 1.5 is not a whole number."),
    "a number for a name": (
        {"given_name": 1.0},
        "patients, row 2, given_name: 1.0 is not text.",
    ),
    "a list": ({"given_name": ["A"]}, "patients, row 2, given_name: ['A'] is not text."),
    "nothing where something must be": (
        {"birth_date": None},
        "patients, row 2, birth_date: it is missing, and a row needs it.",
    ),
    "a slip in a name": (
        {"birthdate": "1950-03-01"},
        "patients has no column 'birthdate'. Did you mean 'birth_date'? It has id, person_id",
    ),
    "an id that is there": ({"id": 1}, "patients, row 2, id: 1 is the id of row 1, too."),
    "a person who is nobody": (
        {"person_id": 77},
        "patients, id 2, person_id: there is no row 77 in persons. 1 row of patients refers to",
    ),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("size", [1, 50])
def test_a_row_that_cannot_be_kept_is_named_and_nothing_is_kept(ws, what, size):
    wrong, said = WRONG[what]
    kept = ws.persist({"patients": [{**BOB, "id": 50}]}, name="kept")
    rows = [{**ANN, "id": 1}, {**ANN, "id": 2, **wrong}, {**ANN, "id": 3}]

    for name in ("new", "kept"):
        with pytest.raises(RowError) as caught:
            ws.persist({"providers": [], "patients": rows[:]}, name=name, batch_size=size)
        assert str(caught.value).startswith(said)
        assert caught.value.table == "patients"
        assert caught.value.field == next(iter(wrong))

    assert [b.name for b in ws.scenarios()] == ["kept"]
    assert kept.query(NAMES).rows == [("Bob",)]
    assert kept.brief.rows == 2
    with ws.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM hs.runs").fetchall() == [(1,)]
        assert cursor.execute("SELECT count(*) FROM hs.patients").fetchall() == [(1,)]


def test_an_id_that_the_scenario_has_is_refused(ws):
    ws.persist({"patients": [ANN]}, name="mine")

    with pytest.raises(RowError) as caught:
        ws.persist({"patients": [{**BOB, "id": 5}, {**BOB, "id": 1}]}, name="mine")

    assert str(caught.value) == (
        "patients, row 2, id: 1 exists already in the scenario 'mine'; "
        "leave the id out to have the row numbered."
    )


def test_a_table_or_setting_that_cannot_be_is_refused(ws):
    with pytest.raises(
        UnknownNameError, match=r"No table of a scenario named 'patient'. Did you m"
    ):
        ws.persist({"patient": [ANN]})
    with pytest.raises(SpecificationError, match=r"Rows come by table: ws.persist"):
        ws.persist([ANN])
    with pytest.raises(SpecificationError, match=r"batch_size is a whole number from 1, not 0"):
        ws.persist({"patients": [ANN]}, batch_size=0)
    with pytest.raises(RowError, match=r"Rows of patients are a list of dictionaries.*; got int"):
        ws.persist({"patients": 5})
    with pytest.raises(RowError, match=r"patients, row 1: a row is a dictionary.*; got int"):
        ws.persist({"patients": [5]})
    assert ws.scenarios() == []


def test_a_row_that_lacks_much_is_told_all_that_it_needs(ws):
    with pytest.raises(RowError) as caught:
        ws.persist({"patients": [{"given_name": "Ann"}]})

    assert str(caught.value) == (
        "patients, row 1, family_name: it is missing. "
        "A row of patients needs given_name, family_name, birth_date, gender."
    )


def test_references_that_lead_nowhere_can_be_kept_with_a_warning(ws):
    rows = [visit(patient_id=1), visit(patient_id=99), visit(patient_id=99)]
    data = {"patients": [ANN], "encounters": rows}

    with pytest.raises(RowError, match=r"no row 99 in patients. 2 rows of encounters refer"):
        ws.persist(data)
    with pytest.warns(UserWarning, match="2 rows of encounters refer to patients that are not the"):
        c = ws.persist(data, references="report")

    assert c.counts["encounters"] == 3


def test_what_a_scenario_exports_comes_back_the_same(ws):
    c = ws.generate("diabetes-management", n=30, seed=3, months=3, name="mine")
    tables = {t: c.arrow(t) for t, n in c.counts.items() if n}
    frames = {t: c.df(t) for t in tables}

    again = ws.persist(tables, name="arrow")
    once_more = ws.persist(frames, name="pandas")

    assert again.signature() == c.signature()
    assert once_more.signature() == c.signature()


def test_a_reader_is_read_once_and_part_by_part(ws):
    seen = []

    def rows():
        for i in range(120):
            seen.append(i)
            yield {**ANN, "given_name": f"Ann {i}"}

    c = ws.persist({"patients": rows()}, name="mine", batch_size=7)

    assert c.counts["patients"] == len(seen) == 120
    assert c.query("SELECT given_name FROM patients WHERE id = 120").rows == [("Ann 119",)]


LOSSLESS = [
    (["12"], "INTEGER", [12]),
    ([12.0, None], "BIGINT", [12, None]),
    ([Decimal("3.00")], "BIGINT", [3]),
    ([1, 0, None], "BOOLEAN", [True, False, None]),
    (["true", "FALSE"], "BOOLEAN", [True, False]),
    ([5, "5.5", 5.25, Decimal("1.10")], "DECIMAL(12,2)", ["5.00", "5.50", "5.25", "1.10"]),
    ([0.1, 12.34, 99999.99], "DECIMAL(12,2)", ["0.10", "12.34", "99999.99"]),
    ([" 2024-01-05 "], "DATE", [date(2024, 1, 5)]),
    ([datetime.fromisoformat("2024-01-05 00:00")], "DATE", [date(2024, 1, 5)]),
    (["2024-01-05T09:30:00.5"], "TIMESTAMP", [datetime.fromisoformat("2024-01-05 09:30:00.500")]),
    ([date(2024, 1, 5)], "TIMESTAMP", [datetime.fromisoformat("2024-01-05 00:00")]),
    ([10453], "TEXT", ["10453"]),
    (["", " x "], "TEXT", ["", " x "]),
    ([np.float64(2.5), 3], "DOUBLE", [2.5, 3.0]),
    ([None, None], "DATE", [None, None]),
]


@pytest.mark.parametrize(("values", "kind", "found"), LOSSLESS)
def test_values_become_the_columns_type_where_nothing_is_lost(values, kind, found):
    got = coerced(values, kind).to_pylist()

    assert [str(v) if isinstance(v, Decimal) else v for v in got] == found


LOSSY = [
    ([1, 12.345], "DECIMAL(12,2)"),
    ([1, "12.345"], "DECIMAL(12,2)"),
    ([1, 10**11], "DECIMAL(12,2)"),
    ([1, True], "BIGINT"),
    ([1, 2**31], "INTEGER"),
    ([1, 2], "BOOLEAN"),
    (["yes", "true"][::-1], "BOOLEAN"),
    (["a", 1.5], "TEXT"),
    ([date(2024, 1, 1), datetime.fromisoformat("2024-01-05 09:30")], "DATE"),
    (["2024-01-05", "05/01/2024"], "DATE"),
    ([datetime(2024, 1, 1), datetime(2024, 1, 5, tzinfo=UTC)], "TIMESTAMP"),  # noqa: DTZ001
    (["2024-01-05", "2024-01-05T10:00:00Z"], "TIMESTAMP"),
    ([1, 2**60 + 1], "DOUBLE"),
    ([1, ""], "BIGINT"),
]


@pytest.mark.parametrize(("values", "kind"), LOSSY)
def test_a_value_that_would_lose_something_is_found(values, kind):
    with pytest.raises(UnfitError) as caught:
        coerced(values, kind)

    assert caught.value.place == 1


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), max_size=20), st.booleans())
def test_amounts_are_kept_to_the_cent_or_refused(amounts, as_float):
    values = [float(a) for a in amounts] if as_float else amounts

    assert coerced(values, "DECIMAL(12,2)").to_pylist() == [Decimal(a) for a in amounts]


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=40), st.integers(0, 39))
def test_the_first_wrong_value_is_found_wherever_it_stands(numbers, place):
    place = min(place, len(numbers) - 1)
    texts = [str(n) for n in numbers]
    texts[place:] = ["x"] * (len(texts) - place)

    with pytest.raises(UnfitError) as caught:
        coerced(texts, "BIGINT")

    assert (caught.value.place, caught.value.value) == (place, "x")


def test_persisting_warns_of_nothing_else(ws):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ws.persist({"patients": [ANN]})
