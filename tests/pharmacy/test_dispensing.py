"""What is prescribed, filled, refused and paid in a simulated population."""

from __future__ import annotations

import pytest

import healthsim_nb as hs


@pytest.fixture(scope="module")
def scenario():
    with hs.open(":memory:") as ws:
        yield ws.generate("general-population", n=450, months=18, seed=4)


def none(scenario, sql: str) -> bool:
    return not scenario.query(sql, page_size=5).rows


def one(scenario, sql: str):
    return scenario.query(sql).rows[0][0]


def test_everybody_who_takes_a_drug_at_home_has_a_prescription_for_it(scenario) -> None:
    assert one(scenario, "SELECT count(*) FROM prescriptions") > 500
    assert none(
        scenario,
        """SELECT 1 FROM prescriptions p JOIN medications m ON m.id = p.medication_id
        WHERE m.patient_id <> p.patient_id OR m.rxnorm_code <> p.rxnorm_code
        OR p.written_date < m.start_date OR p.written_date > m.end_date""",
    )


def test_what_is_given_into_a_vein_is_not_prescribed(scenario) -> None:
    sql = "SELECT 1 FROM medications WHERE route = 'intravenous'"
    assert not none(scenario, sql)
    assert none(scenario, f"{sql} AND id IN (SELECT medication_id FROM prescriptions)")


def test_a_stimulant_is_never_refilled(scenario) -> None:
    sql = """FROM prescriptions p JOIN medications m ON m.id = p.medication_id
        WHERE p.drug_name LIKE '%methylphenidate%' OR p.drug_name LIKE '%oxycodone%'"""
    assert one(scenario, f"SELECT count(*) {sql}") > 0
    assert one(scenario, f"SELECT max(p.refills_authorized) {sql}") == 0


def test_who_prescribes_a_controlled_drug_has_a_dea_number(scenario) -> None:
    assert none(
        scenario,
        """SELECT 1 FROM prescriptions p JOIN providers d ON d.id = p.prescriber_id
        WHERE d.dea_number IS NULL""",
    )


def test_fills_are_within_life_coverage_and_prescription(scenario) -> None:
    assert one(scenario, "SELECT count(*) FROM pharmacy_claims WHERE status = 'paid'") > 2000
    assert none(
        scenario,
        """SELECT 1 FROM pharmacy_claims c JOIN prescriptions p ON p.id = c.prescription_id
        JOIN patients a ON a.id = c.patient_id WHERE c.status = 'paid' AND (c.service_date >
        a.death_date OR c.service_date NOT BETWEEN p.written_date AND p.expiration_date
        OR c.fill_number > p.refills_authorized)""",
    )


def test_patient_plan_and_programs_pay_the_price(scenario) -> None:
    assert none(
        scenario,
        """SELECT 1 FROM pharmacy_claims WHERE patient_pay + plan_paid + program_paid <> total_price
        OR ingredient_cost + dispensing_fee <> total_price
        OR status = 'paid' AND least(patient_pay, plan_paid, program_paid) < 0""",
    )


def test_a_rejected_claim_says_why_and_what_would_help_and_may_be_paid_later(scenario) -> None:
    assert none(
        scenario,
        """SELECT 1 FROM pharmacy_claims WHERE (status = 'rejected') <> (reject_code IS NOT NULL)
        OR (reject_code IS NULL) <> (resolution IS NULL)""",
    )
    resolved = """SELECT count(*) FROM pharmacy_claims r JOIN pharmacy_claims c
        ON c.original_claim_id = r.id WHERE r.reject_code = '79' AND c.status = 'paid'"""
    assert one(scenario, resolved) > 10


def test_a_slip_is_refused_and_mended_on_the_same_day(scenario) -> None:
    sql = "FROM pharmacy_claims s WHERE s.reject_code IN ('07', '52', '06', '25', '09', '77')"
    assert one(scenario, f"SELECT count(*) {sql} AND original_claim_id IS NULL") > 5
    assert none(
        scenario,
        f"""SELECT 1 {sql} AND NOT EXISTS (SELECT 1 FROM pharmacy_claims c WHERE
        c.original_claim_id = s.id AND c.service_date = s.service_date
        AND c.service_time > s.service_time)""",
    )


def test_ninety_days_that_the_plan_does_not_pay_become_thirty(scenario) -> None:
    sql = """FROM pharmacy_claims s JOIN pharmacy_claims c ON c.original_claim_id = s.id
        WHERE s.reject_code = '76' AND s.days_supply > 45"""
    assert one(scenario, f"SELECT count(*) {sql}") > 5
    assert none(
        scenario,
        f"""SELECT 1 {sql} AND (s.days_supply <> 3 * c.days_supply
        OR s.quantity_dispensed <> 3 * c.quantity_dispensed)""",
    )


def test_a_reversal_takes_back_what_its_claim_paid(scenario) -> None:
    pairs = "FROM pharmacy_claims b JOIN pharmacy_claims c ON c.id = b.original_claim_id WHERE "
    assert one(scenario, f"SELECT count(*) {pairs} b.transaction_code = 'B2'") > 10
    assert none(
        scenario,
        f"""SELECT 1 {pairs} b.transaction_code = 'B2' AND (c.status <> 'reversed'
        OR b.plan_paid <> -c.plan_paid OR b.service_time <= c.service_time)""",
    )


def test_nobody_pays_more_under_part_d_than_its_limit(scenario) -> None:
    most = """SELECT max(paid) FROM (SELECT sum(patient_pay) AS paid FROM pharmacy_claims c
        JOIN rx_members m ON m.member_id = c.member_id AND m.plan_id = c.plan_id
        WHERE m.benefit_type = 'part-d' AND c.status = 'paid' AND year(service_date) = 2025
        GROUP BY c.member_id, m.id)"""
    assert 0 < one(scenario, most) <= 2000


def test_part_d_pays_what_medicare_negotiated_and_the_maker_no_discount() -> None:
    with hs.open(":memory:") as ws:
        c = ws.generate(
            "120 Medicare members with atrial fibrillation", start="2026-01-01", months=3, seed=3
        )
        sql = """SELECT max(ingredient_cost - 3.85 * quantity_dispensed), count(*), count(program)
            FILTER (WHERE program LIKE '%discount%') FROM pharmacy_claims c JOIN prescriptions p
            ON p.id = c.prescription_id JOIN rx_members m ON m.member_id = c.member_id AND
            m.plan_id = c.plan_id WHERE m.benefit_type = 'part-d' AND c.status = 'paid'
            AND drug_name LIKE '%apixaban%'"""
        dearer, fills, discounts = c.query(sql).rows[0]
    assert fills > 20
    assert dearer <= 0.005
    assert discounts == 0


def test_without_coverage_there_are_prescriptions_and_no_claims() -> None:
    with hs.open(":memory:") as ws:
        counts = ws.generate("general-population", n=100, months=3, coverage=False).counts
    assert counts["prescriptions"] > 0
    assert counts["pharmacy_claims"] == counts["rx_members"] == 0
