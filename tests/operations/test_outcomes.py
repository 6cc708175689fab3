"""Scenarios of people to whom something happened: whole, valid, and able to grow."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import SpecificationError

pytestmark = pytest.mark.slow

PAID = "claims WHERE status = 'paid' AND payer_sequence = 1"
MET = "accumulators WHERE kind = '{}' AND scope = 'individual' AND network_tier = 'in'"
MET += " AND limit_amount > 0 AND balance >= limit_amount"
TWICE = "SELECT patient_id FROM encounters WHERE class_code = '{}' GROUP BY ALL HAVING count(*) > 1"
LISTED = (
    "pharmacy_claims AS c JOIN rx_members AS m ON m.member_id = c.member_id"
    " AND m.plan_id = c.plan_id JOIN formulary_drugs AS f ON f.formulary_id = m.formulary_id"
    " AND f.ndc = c.ndc WHERE c.transaction_code <> 'B2'"
)
PROOFS = {
    "5 people with specialty fills over $2,000": (
        f"SELECT c.patient_id FROM {LISTED} AND f.specialty AND c.status = 'paid'"
        " AND c.total_price > 2000"
    ),
    "5 commercial members with diabetes on GLP-1s with step therapy": (
        f"SELECT c.patient_id FROM {LISTED} AND f.step_therapy AND c.patient_id IN (SELECT"
        " patient_id FROM medications WHERE name SIMILAR TO '.*(glutide|tirzepatide) .*')"
    ),
    "10 adults with fills over $500": (
        "SELECT patient_id FROM pharmacy_claims WHERE status = 'paid' AND total_price > 500"
    ),
    "8 adults whose claim was rejected for prior authorization": (
        "SELECT patient_id FROM pharmacy_claims WHERE status = 'rejected' AND reject_code = '75'"
    ),
    "10 members with claims over $10,000": (
        f"SELECT patient_id FROM {PAID} AND total_allowed > 10000"
    ),
    "8 adults with total cost over $20,000": (
        f"SELECT patient_id FROM {PAID} GROUP BY ALL HAVING sum(total_allowed) > 20000"
    ),
    "10 HDHP members who met their deductible": f"SELECT member_id FROM {MET.format('deductible')}",
    "2 PPO members who hit their out-of-pocket maximum": (
        f"SELECT member_id FROM {MET.format('out-of-pocket')}"
    ),
    "15 adults on metformin": (
        "SELECT patient_id FROM medications WHERE starts_with(lower(name), 'metformin')"
    ),
    "10 adults on a statin but not metformin": (
        "SELECT patient_id FROM medications WHERE name SIMILAR TO '[a-z]*statin .*' EXCEPT"
        " SELECT patient_id FROM medications WHERE starts_with(lower(name), 'metformin')"
    ),
    "5 seniors admitted twice": TWICE.format("IMP"),
    "3 seniors readmitted within 30 days": (
        "SELECT a.patient_id FROM encounters AS a JOIN encounters AS b USING (patient_id)"
        " WHERE a.class_code = 'IMP' AND b.class_code = 'IMP' AND a.id <> b.id"
        " AND b.admission_time BETWEEN a.discharge_time AND a.discharge_time + INTERVAL 30 DAY"
    ),
    "5 adults with at least two ED visits": TWICE.format("EMER"),
    "10 people with no office visits": (
        "SELECT id FROM patients EXCEPT SELECT patient_id FROM encounters"
        " WHERE class_code IN ('AMB', 'VR')"
    ),
}


@pytest.fixture(scope="module")
def ws():
    with hs.open(":memory:") as ws:
        yield ws


@pytest.fixture(scope="module")
def c(ws):
    return ws.generate("25 people with claims over $5,000", months=6, seed=7)


@pytest.mark.parametrize("request_", PROOFS)
def test_everybody_of_the_scenario_has_what_was_asked_for(ws, request_):
    c = ws.generate(request_, seed=3, months=8)

    without = c.query(f"SELECT id FROM patients WHERE id NOT IN ({PROOFS[request_]})")
    assert without.total == 0
    assert c.counts["patients"] == int(request_.split()[0])
    report = c.validate()
    assert report.ok, report.df().to_string()
    c.delete(confirm=True)


def test_the_families_of_those_who_are_found_are_known(ws):
    c = ws.generate("template: general-population\nn: 15\nhaving: [{what: stay}]", months=12)

    assert c.counts["patients"] == 15 < c.counts["persons"]
    assert c.validate().ok


@pytest.mark.parametrize(
    "grow",
    [
        lambda c: c.add(n=3).add(n=7),
        lambda c: c.add(4).extend(1).add(6).extend(2),
    ],
)
def test_more_patients_and_more_months_are_those_of_one_larger_run(ws, grow):
    settings = "months: 4\nhaving: [{what: claim, over: 3000}]\ntemplate: general-population"
    c = ws.generate(f"n: 5\n{settings}", seed=2)

    grow(c)

    whole = ws.generate(f"n: 15\n{settings}", seed=2)
    if c.specification.months > 4:
        assert c.specification.having_within == 4
        whole.extend(3)
    assert c.specification == whole.specification
    assert c.signature() == whole.signature()
    assert c.validate().ok


def test_the_same_specification_finds_the_same_people_of_an_extended_scenario(ws, c):
    longer = c.clone("longer").extend(3)

    again = ws.generate(hs_yaml(longer.specification), name="again")
    assert again.signature() == longer.signature()


def hs_yaml(spec):
    from healthsim_nb.templates.request.understanding import specification_yaml

    return specification_yaml(spec)


def test_how_many_were_simulated_is_on_record(ws, c):
    with ws.cursor() as cursor:
        (found,) = cursor.execute(
            "SELECT attrition FROM hs.runs WHERE scenario_id = ?", [c.id]
        ).fetchone()

    assert '"kept": 25' in found
    assert '"having": ["a paid claim with more than $5,000 allowed"]' in found


def test_a_search_keeps_no_checkpoints(tmp_path):
    with hs.open(tmp_path / "study.duckdb") as ws:
        with pytest.raises(SpecificationError, match="leave checkpoint_interval out"):
            ws.generate("10 people admitted twice", checkpoint_interval=6)
        assert ws.scenarios() == []


def test_a_search_that_is_stopped_leaves_nothing(ws):
    before = [brief.name for brief in ws.scenarios()]

    def stop(done):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ws.generate("25 people with claims over $5,000", months=6, seed=7, progress=stop)
    assert [brief.name for brief in ws.scenarios()] == before


def test_progress_is_told_in_those_who_were_found(ws):
    told = []

    ws.generate("5 people admitted twice", seed=1, months=12, progress=told.append)

    assert told[-1] == 5
    assert told[-1].told.startswith("5 of 5 patients")


def test_a_run_can_be_made_again_from_its_seed(ws, c):
    run = next(run for run in ws.runs() if run.scenario == c.name)
    before = c.signature()

    ws.resume(run.run_id, recompute=True)

    assert c.signature() == before


def test_a_scenario_tells_how_its_people_were_chosen(ws):
    c = ws.generate("8 adults with at least two ED visits and a claim over $500", months=12, seed=3)

    shown = c.attrition()
    assert [step.name for step in shown.steps] == [
        "People simulated",
        "at least 2 emergency visits",
        "a paid claim with more than $500 allowed",
    ]
    assert [step.left for step in shown.steps] == sorted(
        (s.left for s in shown.steps), reverse=True
    )
    assert shown.steps[-1].left == 8
    said = f"kept 8 of {shown.steps[0].left} simulated"
    assert said in c.summary(samples=0).to_text()
    copy = c.clone()
    assert copy.attrition().steps == shown.steps
    assert copy.add(2).attrition().steps[-1].left == 10


def test_a_scenario_of_everybody_needs_criteria_for_an_attrition(ws):
    c = ws.generate("5 adults", months=1)

    assert "simulated" not in c.summary(samples=0).to_text()
    with pytest.raises(SpecificationError, match="An attrition table needs a criterion"):
        c.attrition()


def test_before_it_is_made_a_search_says_among_whom_it_looks_and_what_it_takes(ws):
    said = ws.preview("30 seniors admitted twice")

    assert said.patients > 30
    assert said.among == ("at least 2 hospital stays",)
    assert "among whom 30 are looked for who had at least 2 hospital stays" in said.to_text()
    assert "finding the first 6 such patients" in ws.cost("6 adults with no ED visits").told


def test_children_come_with_their_mothers_who_were_found(ws):
    words = (
        "template: maternal-health\nmonths: 8\nhaving: [{what: stay}, {what: claim, over: 8000}]"
    )
    c = ws.generate(f"n: 6\n{words}", seed=3)

    mothers = c.query("SELECT id FROM patients WHERE mother_id IS NULL")
    others = c.query("SELECT id FROM patients WHERE mother_id IS NOT NULL")
    assert mothers.total == 6
    assert others.total > 0
    assert c.validate().ok
    few = ws.generate(f"n: 4\n{words}", seed=3).add(2)
    assert few.signature() == c.signature()


def test_what_the_record_tells_needs_no_health_plans(ws):
    c = ws.generate("4 adults with at least two ED visits", coverage=False, seed=1, months=12)

    assert c.counts["patients"] == 4
    assert c.counts["claims"] == 0
    assert c.validate().ok
