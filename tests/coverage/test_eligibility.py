"""Who is covered on a day is one call."""

from __future__ import annotations

from datetime import date

import pytest

from healthsim_nb.errors import SpecificationError


def test_a_member_has_one_plan_that_pays_first(scenario) -> None:
    member = scenario.query("SELECT id, member_number FROM members ORDER BY id LIMIT 1").rows[0]

    by_id = scenario.eligibility(member[0], "2024-03-01")
    by_number = scenario.eligibility(member[1], date(2024, 3, 1))

    assert by_id.rows == by_number.rows
    assert by_id.rows[0][by_id.columns.index("priority")] == 1


def test_a_patient_is_found_by_the_record_number(scenario) -> None:
    mrn, patient = scenario.query(
        "SELECT mrn, p.id FROM patients AS p JOIN members AS m ON m.patient_id = p.id ORDER BY p.id"
    ).rows[0]

    assert scenario.eligibility(mrn, "2024-01-15").rows == (
        scenario.eligibility(patient, "2024-01-15").rows
    )


def test_before_and_after_coverage_there_is_none(scenario) -> None:
    member, end = scenario.query(
        "SELECT id, coverage_end FROM members WHERE coverage_end IS NOT NULL ORDER BY id"
    ).rows[0]

    assert scenario.eligibility(member, "1990-01-01").total == 0
    assert scenario.eligibility(member, end).total > 0
    assert scenario.eligibility(member, "2090-01-01").total == 0


@pytest.mark.parametrize(("who", "on"), [("nobody", "2024-01-01"), (1.5, "2024-01-01")])
def test_what_is_nobodys_number_is_told(who, on, scenario) -> None:
    with pytest.raises(SpecificationError, match="is nobody's number: give a member's"):
        scenario.eligibility(who, on)


def test_what_is_no_date_is_told(scenario) -> None:
    with pytest.raises(SpecificationError, match="is no date such as"):
        scenario.eligibility(1, "31.12.2024")
