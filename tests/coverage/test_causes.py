"""A claim that is refused has a reason that can be found in the data."""

from __future__ import annotations

import pytest

REFUSED = "FROM claim_lines AS l JOIN claims AS c ON c.id = l.claim_id WHERE l.status = 'denied'"
CAUSES = {
    "27": """EXISTS (FROM coverage_spans AS s WHERE s.member_id = c.member_id AND priority = 1
        AND c.service_date BETWEEN start_date AND coalesce(end_date, DATE '9999-01-01'))""",
    "16": """c.rendering_provider_id IS NOT NULL AND rarc_code = 'N290'
        OR carc_code = '16' AND rarc_code = 'M76' AND l.diagnosis_pointers IS NOT NULL""",
    "252": "c.adjudicated_date - c.received_date < 45",
    "4": "l.modifiers IS NOT NULL",
    "18": """NOT EXISTS (FROM claims AS o WHERE o.id = c.earlier_claim_id
        AND o.encounter_id = c.encounter_id AND o.claim_type = c.claim_type)""",
    "22": """NOT EXISTS (FROM coverage_spans AS s WHERE s.member_id = c.member_id
        AND s.priority = 1 AND s.plan_id <> c.plan_id)""",
    "29": """c.submitted_date - c.service_end_date <= (
        SELECT timely_filing_days FROM plans WHERE id = c.plan_id)""",
    "242": "c.in_network AND c.payer_sequence = 1",
    "197": "c.authorization_id IS NOT NULL",
}
"""By adjustment reason: what would speak against it."""


@pytest.mark.parametrize("code", CAUSES)
def test_no_line_is_refused_without_its_cause(code: str, ask) -> None:
    assert ask(f"SELECT count(*) {REFUSED} AND carc_code = '{code}' AND ({CAUSES[code]})") == 0


def test_lines_are_refused_for_many_reasons(ask) -> None:
    assert ask(f"SELECT count(DISTINCT carc_code) {REFUSED}") >= 7


def test_a_claim_is_decided_in_order_of_time(ask) -> None:
    late = """SELECT count(*) FROM claims WHERE NOT (service_date <= service_end_date
        AND service_end_date <= submitted_date AND submitted_date <= received_date
        AND received_date <= adjudicated_date AND adjudicated_date <= coalesce(paid_date,
        adjudicated_date))"""

    assert ask(late) == 0


def test_a_claim_waits_for_the_appeal_that_it_owes_its_payment_to(ask) -> None:
    paid = """FROM claims AS c JOIN authorizations AS a ON a.id = c.authorization_id
        WHERE c.status = 'paid' AND a.appeal_date IS NOT NULL"""

    assert ask(f"SELECT count(*) {paid}") > 0
    assert ask(f"SELECT count(*) {paid} AND a.appeal_outcome IS DISTINCT FROM 'overturned'") == 0
    assert ask(f"SELECT count(*) {paid} AND c.submitted_date <= a.appeal_date") == 0


def test_the_second_payer_comes_after_the_first(ask) -> None:
    early = """SELECT count(*) FROM claims AS s JOIN claims AS f ON f.id = s.earlier_claim_id
        WHERE s.payer_sequence = 2 AND (s.submitted_date <= f.adjudicated_date
        OR s.other_payer_paid <> f.total_paid OR s.total_paid > f.patient_responsibility)"""

    assert ask(early) == 0
