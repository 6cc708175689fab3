"""Shared savings: whose patients, what they should have cost, who gets the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

import healthsim_nb as hs
from healthsim_nb.quality.shared_savings import Attributed, Terms, settle

TERMS = Terms()


def member(n: int, state: str, score: float, paid: float, *, met: int = 6) -> Attributed:
    return Attributed(n, n, state, 7, 3, 1.0, score, paid, 10, met)


@pytest.fixture(scope="module")
def scenario():
    with hs.open(":memory:") as ws:
        yield ws.generate(
            "150 people of 66 to 90 with original Medicare", seed=4, start="2023-01-01"
        )


def test_a_settlement_by_hand() -> None:
    # Risk 1.0 and 0.5 at 10,000 dollars make 15,000; 12,000 were paid; half of 3,000 is shared,
    # which is just the most there is: 10 % of 15,000.
    people = [member(1, "TX", 1.0, 9000), member(2, "TX", 0.5, 3000)]

    (found,) = settle(people, 10_000, "state", TERMS)

    assert (found.benchmark, found.actual, found.savings) == (15_000, 12_000, 3_000)
    assert (found.savings_rate, found.quality, found.earned) == (0.2, 0.6, 1_500)


def test_a_part_of_a_year_counts_as_a_part() -> None:
    half = replace(member(1, "TX", 1.2, 5000), years=0.5)

    (found,) = settle([half], 10_000, "state", TERMS)

    assert (found.benchmark, found.savings, found.earned) == (6_000, 1_000, 500)


@pytest.mark.parametrize(
    ("paid", "met", "earned"),
    [
        (9_810, 6, 0),  # 1.9 % may be chance
        (9_700, 6, 150),
        (9_700, 3, 0),  # too few measures are met
        (12_000, 6, 0),  # it bears no losses
        (1_000, 6, 1_000),  # the cap
    ],
)
def test_what_is_earned_depends_on_the_terms(paid, met, earned) -> None:
    (found,) = settle([member(1, "TX", 1.0, paid, met=met)], 10_000, "state", TERMS)

    assert found.earned == earned


def test_losses_are_owed_where_that_is_agreed() -> None:
    (found,) = settle([member(1, "TX", 1.0, 10_600)], 10_000, "all", replace(TERMS, loss_rate=0.4))

    assert found.earned == -240


def test_members_of_nobody_belong_to_no_organization() -> None:
    nobody = replace(member(2, "TX", 1.0, 5000), provider_id=None, visits=None)

    (found,) = settle([member(1, "TX", 1.0, 9000), nobody], 10_000, "all", TERMS)

    assert found.members == 1


def test_members_are_the_patients_of_whom_they_see_most(scenario) -> None:
    found = scenario.shared_savings(2024)
    attributed = {a.patient_id: a.visits for a in found.attribution if a.provider_id}
    most = scenario.query(
        "SELECT patient_id, max(n) FROM (SELECT patient_id, provider_id, count(*) AS n"
        " FROM encounters AS e JOIN providers AS d ON d.id = e.provider_id"
        " WHERE class_code IN ('AMB', 'VR') AND year(admission_time) = 2024 AND d.specialty IN"
        " ('family-medicine', 'internal-medicine', 'pediatrics', 'family-nurse-practitioner')"
        " GROUP BY ALL) GROUP BY patient_id",
        page_size=500,
    ).rows

    assert attributed
    assert {who: n for who, n in most if who in attributed} == attributed


def test_what_is_paid_and_expected_is_the_same_in_the_whole_market(scenario) -> None:
    found = scenario.shared_savings(2024)
    paid = scenario.query(
        "SELECT sum(c.total_paid) FROM claims AS c JOIN plans AS p ON p.id = c.plan_id"
        " WHERE p.market = 'original-medicare' AND payer_sequence = 1 AND status = 'paid'"
        " AND year(service_date) = 2024 AND member_id IN (SELECT member_id FROM risk_scores"
        " WHERE score_year = 2024)"
    ).rows[0][0]

    assert sum(a.paid for a in found.attribution) == pytest.approx(float(paid))
    assert found.unit_cost * sum(a.risk for a in found.attribution) == pytest.approx(float(paid))


def test_a_settlement_is_a_table_and_a_text(scenario) -> None:
    found = scenario.shared_savings(by="provider")

    assert list(found.df()["earned"]) == [s.earned for s in found.settlements]
    assert len(found.attribution_df()) == len(found.attribution)
    assert "Benchmark:" in repr(found)


def test_a_year_without_risk_scores_is_refused(scenario) -> None:
    with pytest.raises(hs.HealthsimError, match="has a risk score of 2031"):
        scenario.shared_savings(2031)


def test_an_unknown_organization_is_refused(scenario) -> None:
    with pytest.raises(hs.HealthsimError, match="it can be state, provider, all"):
        scenario.shared_savings(by="county")
