"""Money adds up, always: in lines, claims, payments and accumulators."""

from __future__ import annotations

import pytest

CENTS = {
    "a claim is the sum of its lines": """
        SELECT count(*) FROM claims AS c JOIN (
            SELECT claim_id, sum(charge_amount) AS charge, sum(allowed_amount) AS allowed,
                sum(paid_amount) AS paid, sum(patient_responsibility) AS owed,
                sum(other_payer_amount) AS other, sum(adjustment_amount) AS adjusted
            FROM claim_lines GROUP BY claim_id) AS l ON l.claim_id = c.id
        WHERE (charge, allowed, paid, owed, other, adjusted) <> (total_charge, total_allowed,
            total_paid, c.patient_responsibility, other_payer_paid, total_adjustment)""",
    "a charge is paid, owed, paid by another or adjusted": """
        SELECT count(*) FROM claim_lines WHERE charge_amount <> paid_amount
            + patient_responsibility + other_payer_amount + adjustment_amount""",
    "no adjustment is negative": "SELECT count(*) FROM claim_lines WHERE adjustment_amount < 0",
    "what is allowed is paid or shared": """
        SELECT count(*) FROM claim_lines WHERE status = 'paid' AND allowed_amount <> paid_amount
            + deductible_amount + copay_amount + coinsurance_amount""",
    "what is refused pays nothing and says why": """
        SELECT count(*) FROM claim_lines WHERE status = 'denied'
            AND (paid_amount + allowed_amount <> 0 OR carc_code IS NULL OR carc_group IS NULL)""",
    "balances are sums of movements": """
        SELECT count(*) FROM (SELECT balance, sum(amount) OVER (PARTITION BY plan_id, scope, kind,
            network_tier, CASE scope WHEN 'family' THEN subscriber_id ELSE member_id END
            ORDER BY entry_date, id) AS total FROM accumulators) WHERE balance <> total""",
    "no balance is beyond its limit": """
        SELECT count(*) FROM accumulators WHERE balance < 0 OR balance > limit_amount""",
    "accumulators are what was applied": """
        SELECT count(*) FROM (SELECT a.claim_id, sum(amount) AS moved FROM accumulators AS a
            WHERE scope = 'individual' AND kind = 'deductible' GROUP BY 1) AS a
        JOIN (SELECT claim_id, sum(deductible_amount) AS applied FROM claim_lines GROUP BY 1) AS l
            USING (claim_id) JOIN claims AS c ON c.id = claim_id
        WHERE moved <> CASE status WHEN 'reversed' THEN 0 ELSE applied END""",
    "remittances are payments less recoveries": """
        SELECT count(*) FROM (SELECT claim_id, sum(paid_amount) AS paid FROM remittances GROUP BY 1)
            AS r JOIN claims AS c ON c.id = claim_id
        WHERE paid <> total_paid AND status <> 'reversed' OR status = 'reversed' AND paid
            NOT IN (0, total_paid)""",
    "preventive care costs the member nothing": """
        SELECT count(*) FROM claim_lines JOIN claims AS c ON c.id = claim_id
        WHERE procedure_code BETWEEN '99391' AND '99397' AND claim_lines.status = 'paid'
            AND in_network AND deductible_amount + copay_amount + coinsurance_amount > 0""",
}


@pytest.mark.parametrize("rule", CENTS)
def test_in_a_scenario(rule: str, ask) -> None:
    assert ask(CENTS[rule]) == 0


def test_there_is_money_to_add_up(ask) -> None:
    assert ask("SELECT count(*) FROM claim_lines WHERE paid_amount > 0") > 2000
    assert ask("SELECT count(*) FROM claims WHERE status = 'reversed'") > 5
    assert ask("SELECT count(*) FROM accumulators WHERE amount < 0") > 0
    assert ask("SELECT count(*) FROM claims WHERE payer_sequence = 2 AND total_paid > 0") > 20
    assert ask("SELECT count(*) FROM accumulators WHERE scope = 'family'") > 50
