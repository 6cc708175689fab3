"""Who is covered: shares as in the United States, families on one plan, time without overlaps."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest


def test_people_begin_with_the_line_of_business_of_their_record(ask) -> None:
    other = """SELECT count(*) FROM coverage_spans AS s JOIN patients AS p ON p.id = s.member_id
        JOIN plans ON plans.id = s.plan_id
        WHERE s.start_date = DATE '2024-01-01' AND s.priority = 1
        AND plans.line_of_business <> p.line_of_business"""

    assert ask(other) == 0
    assert (
        ask("""SELECT count(*) FROM patients WHERE line_of_business <> 'uninsured'
        AND id NOT IN (SELECT member_id FROM coverage_spans)""")
        == 0
    )


def test_members_of_a_family_have_the_plan_of_the_subscriber(ask) -> None:
    apart = """SELECT count(*) FROM coverage_spans AS s JOIN coverage_spans AS h
        ON h.member_id = s.subscriber_id AND s.start_date BETWEEN h.start_date
            AND coalesce(h.end_date, DATE '9999-01-01') AND h.priority = 1
        WHERE s.priority = 1 AND h.plan_id <> s.plan_id"""

    assert ask("SELECT count(*) FROM members WHERE relationship_code = '19'") > 50
    assert ask(apart) == 0


def test_nobody_has_two_plans_that_pay_first(ask) -> None:
    twice = """SELECT count(*) FROM coverage_spans AS a JOIN coverage_spans AS b
        ON a.member_id = b.member_id AND a.priority = b.priority AND a.id < b.id
        WHERE b.start_date <= coalesce(a.end_date, DATE '9999-01-01')"""

    assert ask(twice) == 0


def test_every_change_of_coverage_was_reported(ask) -> None:
    silent = """SELECT count(*) FROM coverage_spans AS s WHERE priority = 1
        AND termination_reason = 'terminated' AND NOT EXISTS (FROM enrollment_events AS e
        WHERE e.member_id = s.member_id AND event_type = 'terminate'
        AND effective_date = s.end_date)"""

    assert ask(silent) == 0
    assert (
        ask("""SELECT count(*) FROM members WHERE id NOT IN
        (SELECT member_id FROM enrollment_events WHERE event_type = 'add')""")
        == 0
    )


def test_people_who_turn_65_come_to_medicare(block) -> None:
    made = block(600, limits=(64, 64), months=12)
    spans, plans = (pa.Table.from_batches([made[t]]) for t in ("coverage_spans", "plans"))
    lines = dict(zip(*(plans[c].to_pylist() for c in ("id", "line_of_business")), strict=True))

    before = [lines[p] for p, d in zip(*columns(spans), strict=True) if d == date(2024, 1, 1)]
    after = [lines[p] for p, d in zip(*columns(spans), strict=True) if d > date(2024, 6, 1)]

    assert before.count("medicare") < 0.3 * len(before)
    assert after.count("medicare") > 0.8 * len(after)


def columns(spans):
    first = spans.filter(pc.equal(spans["priority"], 1))
    return first["plan_id"].to_pylist(), first["start_date"].to_pylist()


@pytest.mark.parametrize("n", [100, 130])
def test_relatives_who_are_no_patients_are_members_all_the_same(n: int, block) -> None:
    made = block(n)
    members, persons = (set(made[t]["id"].to_pylist()) for t in ("members", "persons"))

    assert set(made["members"]["subscriber_id"].to_pylist()) <= members
    assert members <= persons
    assert set(made["claims"]["patient_id"].to_pylist()) <= set(made["patients"]["id"].to_pylist())


def test_a_population_of_uninsured_has_no_claims_at_the_start(block) -> None:
    made = block(200, months=1, line_of_business=["uninsured"])

    assert made["claims"].num_rows == made["members"].num_rows == 0


@pytest.mark.parametrize("start", [date(2023, 7, 15), date(2026, 2, 28), date(1999, 12, 31)])
def test_any_start_makes_coverage(start: date, block) -> None:
    made = block(128, months=3, start=start)

    assert made["members"].num_rows > 80
    assert pc.min(made["claims"]["service_date"]).as_py() >= start


@pytest.mark.parametrize(("n", "months"), [(1, 1), (1, 24), (65, 2)])
def test_few_people_and_few_months_make_whole_tables(n: int, months: int, block) -> None:
    made = block(n, months=months)

    assert made["patients"].num_rows == n
    assert {"claims", "claim_lines", "remittances", "accumulators"} <= made.keys()
