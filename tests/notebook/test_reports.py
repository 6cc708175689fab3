"""Reports and rules as the notebook shows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from healthsim_nb.notebook import reports
from healthsim_nb.quality.fault import Fault

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def report(made):
    return made.scenario("texas").validate()


def html_of(shell, value):
    shell.display_formatter.active_types = ["text/plain", "text/html"]  # as in a notebook
    data, _ = shell.display_formatter.format(value)
    shell.display_formatter.active_types = ["text/plain"]
    return data["text/html"]


def test_a_report_is_shown_with_its_verdict(texas, report):
    shown = html_of(texas, report)

    assert "<strong>0</strong>" in shown
    assert "errors" in shown
    assert "Rules by area" in shown


def test_what_failed_is_shown_with_examples_source_and_sql_and_is_only_text(texas, report):
    outcome = report.outcomes[0]
    bad = replace(outcome, status="failed", found=7, examples=({"id": 1, "mrn": HOSTILE},))
    fault = Fault("wrong-type", HOSTILE, "id", HOSTILE, 1, (3,))
    shown = html_of(texas, replace(report, name=HOSTILE, outcomes=(bad,), faults=(fault,)))

    assert HOSTILE not in shown
    assert shown.count("&lt;script&gt;") == 4
    assert outcome.rule.protects in shown
    assert "In the files" in shown


def test_magics_check_and_list_and_switch(texas, tmp_path):
    report = texas.run_line_magic("hs", "validate texas --rules vitals")
    assert report.ok
    assert {outcome.rule.area for outcome in report.outcomes} == {"vitals"}
    assert texas.run_line_magic("hs", "validate --json --rules vitals")["ok"] is True
    path = tmp_path / "patients.csv"
    path.write_text("id,mrn\n1,2\n")
    assert not texas.run_line_magic("hs", f"validate {path}").ok

    listed = texas.run_line_magic("hs", "rules vitals")
    one = texas.run_line_magic("hs", "rules systolic-possible")
    assert one.id in listed.ids
    assert "systolic_bp NOT BETWEEN" in html_of(texas, one)
    assert "switched on" in html_of(texas, listed)
    assert not texas.run_line_magic("hs", "rules systolic-possible --off").on
    assert texas.run_line_magic("hs", "rules systolic-possible --on").on


def test_no_rules_are_told_as_such(texas):
    assert "There is no such rule" in reports.rules([])
