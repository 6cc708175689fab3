"""A request that speaks of plans or race holds in what is made."""

from __future__ import annotations

import pytest

import healthsim_nb as hs


@pytest.fixture(scope="module")
def ws():
    with hs.open(":memory:") as ws:
        yield ws


@pytest.mark.parametrize(
    ("words", "column", "values"),
    [
        ("PPO members", "p.plan_type", {"PPO"}),
        ("members of a high-deductible plan", "p.plan_type", {"HDHP"}),
        ("marketplace members", "p.market", {"individual"}),
        ("Medicare Advantage members", "p.market", {"medicare-advantage", "dual-advantage"}),
        ("Medicaid children", "p.line_of_business", {"medicaid"}),
    ],
)
def test_everybody_has_such_a_plan_on_the_first_day(ws, words, column, values) -> None:
    c = ws.generate(f"40 {words}", seed=3, months=1)

    found = c.query(
        f"SELECT {column}, count(DISTINCT m.patient_id) FROM coverage_spans AS s"
        " JOIN members AS m ON m.id = s.member_id JOIN plans AS p ON p.id = s.plan_id"
        " JOIN patients AS q ON q.id = m.patient_id"
        " WHERE s.priority = 1 AND s.start_date <= DATE '2024-01-01' GROUP BY ALL"
    ).rows

    assert {kind for kind, _ in found} <= values
    assert sum(n for _, n in found) == 40


def test_a_race_that_is_asked_for_is_everybodys(ws) -> None:
    c = ws.generate("60 Hispanic women with diabetes", seed=3, months=1)

    found = c.query("SELECT DISTINCT ethnicity, gender FROM patients").rows

    assert found == [("hispanic", "F")]


def test_a_race_without_hispanics(ws) -> None:
    c = ws.generate("60 Black adults", seed=3, months=1)

    found = c.query("SELECT DISTINCT race, ethnicity FROM patients").rows

    assert found == [("Black or African American", "not-hispanic")]


def test_a_plan_that_the_payer_has_not_is_refused(ws) -> None:
    with pytest.raises(hs.HealthsimError, match="plans of the kind PPO are commercial"):
        ws.generate("100 Medicare PPO members")
