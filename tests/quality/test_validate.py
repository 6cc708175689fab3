"""``c.validate()``: what it finds, what it says, and what the workspace has switched."""

from __future__ import annotations

import json

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import QueryError, SpecificationError, UnknownNameError
from healthsim_nb.schema.ddl import qualified

YOUNG = "SELECT id, birth_date FROM patients WHERE birth_date > DATE '2020-01-01'"


@pytest.fixture
def ws():
    with hs.open(":memory:") as workspace:
        workspace.generate("healthy-adult", n=60, months=6, name="few")
        yield workspace


def test_what_is_generated_is_valid(people):
    report = people.validate()

    assert report.errors == []
    assert report.ok
    assert report.counts["passed"] > 180
    assert report.counts["switched off"] == 0


def test_rules_of_tables_without_rows_do_not_apply(people):
    report = people.validate(["arm-ratio-positive", "subjects-unique"])

    assert {outcome.status for outcome in report.outcomes} == {"not applicable"}


def test_a_fault_is_an_error_with_examples(ws):
    c = ws.scenario("few")
    with ws.cursor() as cursor:
        cursor.execute(f"UPDATE {qualified('vital_signs')} SET systolic_bp = 900")

    report = c.validate(["systolic-possible"])

    assert not report.ok
    (outcome,) = report.errors
    assert outcome.found == outcome.checked == c.counts["vital_signs"]
    assert len(outcome.examples) == min(5, outcome.found)
    assert set(outcome.examples[0]) == {"id", "systolic_bp"}
    assert "few: not valid: 1 error, 0 warnings, 0 rules passed." in report.to_text()
    assert "systolic_bp 900" in repr(report)


def test_a_report_is_a_frame_and_json(people):
    report = people.validate()

    frame = report.df()

    assert len(frame) == len(report.outcomes)
    assert list(frame.columns[:6]) == ["rule", "severity", "area", "table", "status", "found"]
    assert json.loads(json.dumps(report.to_dict()))["ok"] is True


def test_another_scenario_is_not_looked_at(ws):
    other = ws.generate("healthy-adult", n=20, months=3, name="other")
    with ws.cursor() as cursor:
        table = qualified("vital_signs")
        cursor.execute(f"UPDATE {table} SET spo2 = 300 WHERE scenario_id = {other.id}")

    assert ws.scenario("few").validate(["vitals"]).ok
    assert not other.validate(["vitals"]).ok


def test_progress_is_told_and_can_stop_the_work(people):
    seen = []

    people.validate(["vitals"], progress=lambda done, whole: seen.append((done, whole)))

    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] > 1

    def stop(done, whole):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        people.validate(progress=stop)


def test_a_rule_that_is_switched_off_is_reported_as_such(ws):
    ws.switch_rule("systolic-possible", on=False)

    report = ws.scenario("few").validate(["vitals"])

    assert report.counts["switched off"] == 1
    assert report.to_dict()["off"] == ["systolic-possible"]
    assert "1 switched off" in report.verdict
    assert not ws.rule("systolic-possible").on
    assert ws.switch_rule("systolic-possible", on=True).on
    assert ws.rule("systolic-possible").on


def test_a_rule_of_ones_own_is_kept_and_checked_and_removed(tmp_path):
    with hs.open(tmp_path / "w.duckdb") as ws:
        ws.generate("general-population", n=100, months=3, name="all")
        ws.add_rule("no-young", YOUNG, protects="Nobody is young here.", source="us")
    with hs.open(tmp_path / "w.duckdb") as ws:
        report = ws.scenario("all").validate(["yours"])
        rule = ws.rule("no-young")
        off = ws.switch_rule("no-young", on=False)
        ws.remove_rule("no-young")
        left = list(ws.rules(severity="error"))

    assert [outcome.rule.id for outcome in report.errors] == ["no-young"]
    assert set(report.errors[0].examples[0]) == {"id", "birth_date"}
    assert (rule.table, rule.yours, rule.source) == ("patients", True, "us")
    assert not off.on
    assert "no-young" not in [r.id for r in left]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT id FROM read_csv('x.csv')", "'read_csv' is not allowed"),
        ("DELETE FROM patients", "exactly one SELECT"),
        ("SELECT id FROM hs.patients", "is not allowed in a scenario query"),
        ("SELECT gender FROM patients", "their id, and what is wrong"),
        ("SELECT 1 AS id", "reads at least one table"),
        ("SELECT id FROM patients WHERE ages > 1", "ages"),
    ],
)
def test_a_rule_of_ones_own_goes_through_the_gate(ws, sql, told):
    with pytest.raises((QueryError, SpecificationError), match=told):
        ws.add_rule("mine", sql, protects="Something of my own holds.")

    assert "mine" not in [rule.id for rule in ws.rules("vitals")]
    with pytest.raises(UnknownNameError):
        ws.rule("mine")


def test_a_rule_cannot_take_the_name_of_another(ws):
    with pytest.raises(SpecificationError, match="There is a rule named 'ssn-form' already"):
        ws.add_rule("ssn-form", YOUNG, protects="Nobody is young here.")


def test_a_rule_with_a_wrong_name_is_refused(ws):
    with pytest.raises(SpecificationError, match="Rule 'No Young'"):
        ws.add_rule("No Young", YOUNG, protects="Nobody is young here.")


def test_our_rules_cannot_be_removed(ws):
    with pytest.raises(SpecificationError, match="switch it off"):
        ws.remove_rule("ssn-form")


def test_rules_show_their_source_and_state(ws):
    assert "source: " in repr(ws.rule("ssn-form"))
    assert len(ws.rules("vitals")) > 10
    assert "systolic-possible" in repr(ws.rules("vitals"))
    assert "  on   " in repr(ws.rules("vitals"))
