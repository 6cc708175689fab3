"""The browser of a workspace as the kernel has it."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.notebook.browser import Browser
from healthsim_nb.notebook.remembering import flush

RULE = "SELECT id, birth_date FROM patients WHERE birth_date < DATE '1890-01-01'"


@pytest.fixture(scope="module")
def workspace():
    with hs.open(":memory:") as opened:
        for name, tags in (("alpha", ["class"]), ("beta", []), ("gamma", ["class", "old"])):
            opened.generate("gout", n=20, months=1, coverage=False, name=name, tags=tags)
        opened.add_rule("no-old", RULE, protects="Nobody is older than 134 years.")
        yield opened


@pytest.fixture
def browser(workspace):
    return Browser(workspace)


def ask(of, kind, **said):
    """Return what the browser hears, by kind."""
    return {m["kind"]: m for m in of.answer({"kind": kind, **said})}


def test_it_shows_scenarios_history_and_rules(browser, workspace):
    heard = ask(browser, "begin")

    assert [row["name"] for row in heard["scenarios"]["rows"]] == ["gamma", "beta", "alpha"]
    assert heard["scenarios"]["tags"] == ["class", "old"]
    assert heard["history"]["rows"][0]["code"].startswith("ws.generate(")
    assert len(heard["history"]["runs"]) == 3
    assert len(heard["rules"]["rows"]) == len(workspace.rules())


def test_scenarios_are_searched_and_filtered_by_tag(browser):
    heard = ask(browser, "scenarios", search="ALPH", tag="")["scenarios"]
    assert ([row["name"] for row in heard["rows"]], heard["of"]) == (["alpha"], 3)
    heard = ask(browser, "scenarios", search="", tag="class")["scenarios"]
    assert [row["name"] for row in heard["rows"]] == ["gamma", "alpha"]


def test_a_scenario_opens_with_its_summary(browser):
    heard = ask(browser, "open", name="beta")["card"]

    assert "20" in heard["html"]
    assert "patients" in heard["html"]


def test_the_one_that_is_chosen_is_handed_over(workspace):
    chosen = []
    browser = Browser(workspace, use=chosen.append, used=lambda: chosen[-1])
    heard = ask(browser, "use", name="beta")

    assert [scenario.name for scenario in chosen] == ["beta"]
    assert heard["scenarios"]["used"] == "beta"


def test_it_renames_tags_and_deletes_and_the_history_says_who(browser, workspace):
    workspace.scenario("alpha").clone("copy")
    ask(browser, "change", what="rename", name="copy", value="spare")
    ask(browser, "change", what="tag", name="spare", value="mine")
    heard = ask(browser, "change", what="untag", name="spare", value="class")
    assert heard["scenarios"]["rows"][0]["tags"] == ["mine"]

    refused = ask(browser, "delete", name="spare")
    assert refused["problem"]["text"] == "spare is not deleted unless you confirm it."
    ask(browser, "delete", name="spare", confirm=True)
    assert "spare" not in {brief.name for brief in workspace.scenarios()}
    assert {e.started_by for e in workspace.history("delete")} == {"widget"}


def test_what_cannot_be_is_said(browser):
    heard = ask(browser, "change", what="rename", name="beta", value="gamma")

    assert "gamma" in heard["problem"]["text"]


def test_rules_are_switched_and_ones_own_are_changed(browser, workspace):
    name = workspace.rules()[0].id
    assert ask(browser, "switch", id=name, on=False)["rule"]["row"]["on"] is False
    assert workspace.rule(name).on is False
    ask(browser, "switch", id=name, on=True)

    heard = ask(browser, "edit", id="no-old", confidence="0.5", severity="warning", source="me")
    assert (heard["rule"]["row"]["confidence"], heard["rule"]["row"]["yours"]) == (0.5, True)
    assert workspace.rule("no-old").severity == "warning"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"id": "no-old", "confidence": "high"}, "confidence is a number from 0 to 1, not 'high'."),
        ({"id": "no-old", "confidence": "7"}, "confidence"),
        ({"id": "systolic-above-diastolic", "confidence": "1"}, "systolic-above-diastolic is not"),
    ],
)
def test_a_rule_that_cannot_be_changed_so_says_why(browser, said, sentence):
    assert sentence in ask(browser, "edit", **said)["problem"]["text"]


def test_what_was_chosen_is_there_again(workspace):
    ask(Browser(workspace), "keep", state={"tab": 2, "rules": {"severity": "error"}, "x": 1})
    flush()

    assert Browser(workspace).state == {"tab": 2, "rules": {"severity": "error"}}


def test_where_there_is_no_front_end_the_scenarios_are_listed(browser):
    data, _ = browser._repr_mimebundle_()

    assert "alpha: 20 patients" in data["text/plain"]
    assert "<strong>alpha</strong>" in data["text/html"]


def test_the_magic_shows_it_and_chooses_what_percent_hs_speaks_of(texas):
    shown = texas.run_line_magic("hs", "browse")

    assert repr(shown).startswith("Browser of")
    assert {m["kind"]: m for m in shown.answer({"kind": "begin"})}["scenarios"]["used"] == "texas"
