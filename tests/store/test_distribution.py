"""How something is distributed: counted in DuckDB, and right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import healthsim_nb as hs
from healthsim_nb.errors import QueryError, SpecificationError, UnknownNameError
from healthsim_nb.store.distribution import _edges


@pytest.fixture(scope="module")
def scenario():
    with hs.open(":memory:") as workspace:
        yield workspace.generate("diabetes-management", n=200, months=3, seed=7, name="d")


def test_every_patient_is_in_one_bar(scenario):
    shown = scenario.plot("age", by="sex")

    assert [group.name for group in shown.groups] == ["F", "M"]
    assert shown.n == sum(sum(group.counts) for group in shown.groups) == 200
    ages = scenario.query(
        "SELECT count(*) FROM patients WHERE gender = 'F' "
        f"AND datesub('year', birth_date, DATE '2024-01-01') < {shown.edges[1]:g}"
    ).rows[0][0]
    assert shown.groups[0].counts[0] == ages


def test_a_test_is_each_patients_latest(scenario):
    shown = scenario.plot("a1c")

    expected = scenario.query(
        "SELECT count(*), avg(v) FROM (SELECT arg_max(value_numeric, collected_time) AS v "
        "FROM lab_results WHERE loinc_code = '4548-4' GROUP BY patient_id)"
    ).rows[0]
    assert (shown.n, shown.unit) == (expected[0], "%")
    assert shown.groups[0].mean == pytest.approx(expected[1])
    assert shown.title == "Latest Hemoglobin A1c of each patient"
    assert scenario.plot("4548-4").groups == shown.groups


def test_words_are_counted_the_most_frequent_first(scenario):
    shown = scenario.plot("gender")

    rows = scenario.query("SELECT gender, count(*) FROM patients GROUP BY 1 ORDER BY 2 DESC").rows
    assert list(zip(shown.labels, shown.groups[0].counts, strict=True)) == rows
    assert repr(shown).startswith("Gender: 200 values\n")
    assert list(shown.df()["all"]) == list(shown.groups[0].counts)


def test_who_has_no_claim_has_cost_nothing(scenario):
    assert scenario.plot("cost").n == 200
    assert scenario.plot("claims.total_paid").n == scenario.counts["claims"]


def test_days_are_counted_by_month(scenario):
    assert scenario.plot("encounters.admission_time").labels == ("2024-01", "2024-02", "2024-03")


def test_a_select_of_ones_own_is_counted(scenario):
    shown = scenario.plot("SELECT bmi FROM vital_signs WHERE bmi > 30", bins=5)

    assert shown.n > 0
    assert shown.edges[0] >= 30


@pytest.mark.parametrize(
    ("what", "given", "error", "sentence"),
    [
        ("agee", {}, UnknownNameError, "No measure named 'agee'. Did you mean 'age'?"),
        ("age", {"by": "stat"}, UnknownNameError, "No column of patients named 'stat'. Did you"),
        ("age", {"bins": 0}, SpecificationError, "bins is 0: from 1 to 100."),
        ("SELECT 1 AS x", {"by": "sex"}, SpecificationError, "A SELECT of your own is not split"),
        ("SELECT * FROM hs.patients", {}, QueryError, ""),
        ("patients.mother_id", {}, QueryError, "Mother id: there is no value in this scenario."),
    ],
)
def test_what_cannot_be_counted_is_said(scenario, what, given, error, sentence):
    with pytest.raises(error) as problem:
        scenario.plot(what, **given)
    assert str(problem.value).startswith(sentence)


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3))


@given(st.lists(NUMBERS, min_size=2, max_size=2), st.integers(1, 60), st.booleans())
def test_edges_are_round_and_hold_all_that_lies_close(ends, bins, whole):
    low, high = sorted(map(round, ends)) if whole else sorted(ends)
    edges = _edges(low, high, low, high, bins, whole=whole)

    assert edges[0] <= low
    assert edges[-1] > high or edges[-1] == pytest.approx(high)
    assert list(edges) == sorted(set(edges))
    assert len(edges) <= bins + 3


def test_steps_leave_fewer_and_fewer_and_end_with_who_is_found(scenario):
    found = scenario.attrition(
        {
            "65 and older": "age >= 65",
            "women": "gender = 'F' OR NULL",
            "tested": "SELECT patient_id FROM lab_results WHERE loinc_code = '4548-4'",
        }
    )

    left = [step.left for step in found.steps]
    assert left[0] == 200
    assert left == sorted(left, reverse=True)
    assert scenario.query(found.sql).total == left[-1]
    assert found.steps[2].lost == left[1] - left[2]
    assert found.steps[2].of_before == pytest.approx(left[2] / left[1])
    assert repr(found).splitlines()[2].startswith("All patients  200")
    assert list(found.df()["left"]) == left


@pytest.mark.parametrize(
    ("criteria", "sentence"),
    [
        ({}, "An attrition table needs a criterion"),
        ({"old": "agee > 5"}, 'old: Binder Error: Referenced column "agee" not found'),
        ({"fine": "age > 5", "other": "SELECT 1; DROP TABLE x"}, "other: "),
        ({"sly": "id IN (SELECT id FROM hs.patients)"}, "sly: "),
    ],
)
def test_a_criterion_that_cannot_be_is_named(scenario, criteria, sentence):
    with pytest.raises(hs.HealthsimError) as problem:
        scenario.attrition(criteria)
    assert str(problem.value).startswith(sentence)
