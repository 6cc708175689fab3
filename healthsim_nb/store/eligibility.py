"""Whether somebody is covered on a day, as one query."""

from __future__ import annotations

import re
from datetime import date, datetime

from healthsim_nb.errors import SpecificationError

MEMBER_NUMBER, RECORD_NUMBER = re.compile(r"M\d+"), re.compile(r"\d{8}")


def eligibility_query(who: int | str, on: date | str) -> str:
    """Return the query for the plans that somebody has on a day, the one that pays first first.

    Parameters
    ----------
    who
        A member's or patient's id, a member number such as ``M1000000123``, or a medical record
        number of eight digits as text.
    on
        The day.

    Raises
    ------
    SpecificationError
        If neither is understood.
    """
    return (
        "SELECT m.id AS member_id, m.member_number, s.priority, p.name AS plan, p.plan_type, "  # noqa: S608
        "p.line_of_business, p.payer_name, s.start_date, s.end_date, s.subscriber_id, "
        "g.name AS group_name, s.plan_id FROM coverage_spans AS s "
        "JOIN members AS m ON m.id = s.member_id JOIN plans AS p ON p.id = s.plan_id "
        f"LEFT JOIN groups AS g ON g.id = s.group_id WHERE {_whose(who)} AND "
        f"DATE '{_day(on)}' BETWEEN s.start_date AND coalesce(s.end_date, DATE '9999-12-31') "
        "ORDER BY s.priority, s.id"
    )


def _whose(who: int | str) -> str:
    if isinstance(who, int) and not isinstance(who, bool):
        return f"s.member_id = {who}"
    if isinstance(who, str) and MEMBER_NUMBER.fullmatch(who):
        return f"m.member_number = '{who}'"
    if isinstance(who, str) and RECORD_NUMBER.fullmatch(who):
        return f"m.patient_id IN (SELECT id FROM patients WHERE mrn = '{who}')"  # noqa: S608
    raise SpecificationError(
        f"{who!r} is nobody's number: give a member's or patient's id, a member number such as "
        "'M1000000123', or a medical record number of eight digits."
    )


def _day(on: date | str) -> str:
    if isinstance(on, datetime):
        return on.date().isoformat()
    try:
        return (on if isinstance(on, date) else date.fromisoformat(on)).isoformat()
    except (TypeError, ValueError):
        raise SpecificationError(f"{on!r} is no date such as '2024-06-30'.") from None
