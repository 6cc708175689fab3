"""Whoever is paid as a member of a network has a contract with it."""

from __future__ import annotations


def test_claims_in_the_network_have_a_contract_and_others_none(ask) -> None:
    wrong = """SELECT count(*) FROM claims AS c JOIN plans AS p ON p.id = c.plan_id
        WHERE c.in_network <> CASE c.claim_type
        WHEN 'professional' THEN EXISTS (FROM network_providers AS n
            WHERE n.network_id = p.network_id AND n.provider_id = c.billing_provider_id)
        ELSE EXISTS (FROM network_facilities AS n
            WHERE n.network_id = p.network_id AND n.facility_id = c.facility_id) END"""

    assert ask("SELECT count(*) FROM claims WHERE NOT in_network") > 0
    assert ask(wrong) == 0


def test_a_contract_names_who_is_on_record(ask) -> None:
    unknown = """SELECT (SELECT count(*) FROM network_providers WHERE provider_id NOT IN
        (SELECT id FROM providers)) + (SELECT count(*) FROM network_facilities
        WHERE facility_id NOT IN (SELECT id FROM facilities))"""

    assert ask("SELECT count(*) FROM network_providers") > 0
    assert ask(unknown) == 0


def test_a_contract_is_written_once(ask) -> None:
    again = """SELECT count(*) - count(DISTINCT (network_id, provider_id)) FROM network_providers"""

    assert ask(again) == 0
