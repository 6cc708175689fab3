"""The cohort builder as the kernel has it: what it is told, and what it answers."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.notebook.builder import Builder
from healthsim_nb.notebook.builder.making import STOPPED
from healthsim_nb.notebook.remembering import flush
from healthsim_nb.notebook.widgets.latest import Latest

SMALL = {"n": 60, "months": 1, "coverage": False}


@pytest.fixture
def workspace():
    with hs.open(":memory:") as opened:
        yield opened


@pytest.fixture
def builder(workspace, monkeypatch):
    monkeypatch.setattr("healthsim_nb.notebook.builder.PAUSE", 60)
    made = Builder(workspace, "diabetes-management")
    made.heard = []
    monkeypatch.setattr(made, "_tell", made.heard.append)
    made._making._tell = made.heard.append
    yield made
    made.close()


def heard(builder, kind):
    """Return what the browser was told last of that kind."""
    builder._looks.wait()
    return [m for m in builder.heard if m["kind"] == kind][-1]


def change(builder, field, **what):
    builder.answer({"kind": "change", "field": field, "state": {**builder.state, **what}})


def test_it_begins_with_a_template_and_shows_who_they_will_be(builder):
    builder.answer({"kind": "begin"})

    chosen = heard(builder, "choices")["choices"]
    assert {c["id"] for c in chosen["templates"]} == set(hs.templates())
    assert heard(builder, "state")["state"]["have"] == ["type-2-diabetes"]
    assert heard(builder, "preview")["preview"]["patients"] == 100
    assert heard(builder, "code")["code"]["magic"] == "%hs generate diabetes-management"


@pytest.mark.parametrize(
    "what",
    [
        {"n": 500, "seed": 7, "months": 12, "start": "2020-01-01"},
        {"mix": {"well-controlled": 0.25, "moderate": 0.25, "poor": 0.2, "severe": 0.3}},
        {"ages": [65, 85], "states": ["TX", "OH"], "payers": ["medicare"], "race": ["asian"]},
        {"have": ["type-2-diabetes", "gout"], "without": ["heart-failure"], "sex": {"F": 100}},
        {"have": [], "without": ["chronic"], "coverage": False},
        {"sex": {"F": 60.0, "M": 40.0}, "name": "it's mine"},
    ],
)
def test_the_code_says_the_same_as_the_form(builder, workspace, shell, what):
    change(builder, "n", **what)

    said = heard(builder, "code")["code"]
    wanted = workspace.understand(said["yaml"]).specification
    for word in ("n", "seed", "months", "coverage"):
        assert getattr(wanted, word) == builder.state[word]
    assert set(wanted.have) == set(builder.state["have"])
    assert wanted.mix == pytest.approx(builder.state["mix"])
    assert list(wanted.population.limits) == builder.state["ages"]
    ws = Recorder(workspace)
    eval(said["python"], {"ws": ws})  # noqa: S307 - our own code
    assert ws.specification == wanted
    head, _, cell = said["magic"].partition("\n")
    shell.user_ns["ws"] = workspace
    from healthsim_nb.words import NOTEBOOK, find, parse, run_settings

    line = head.replace("%", "").removeprefix("hs generate")
    given = run_settings(parse(find("generate", NOTEBOOK), line, cell or None))
    ws.generate(given.pop("what"), **given)
    assert ws.specification == wanted
    assert ws.name == (builder.state["name"] or None)


class Recorder:
    """A workspace that only listens."""

    def __init__(self, workspace):
        self.workspace = workspace

    def generate(self, what, name=None, tags=(), checkpoint_interval=None, **settings):
        self.name = name
        self.specification = self.workspace.understand(what, **settings).specification


@pytest.mark.parametrize(
    ("field", "what", "sentence"),
    [
        ("n", {"n": 0}, "n is 0: a scenario needs at least 1 patient."),
        ("months", {"months": "many"}, "months must be a whole number, not 'many'."),
        ("start", {"start": "x"}, "start must be a date such as '2024-01-31', not 'x'."),
        ("ages", {"ages": [90, 20]}, "This cannot be: nobody is at least 90 and at most 20."),
        ("mix", {"mix": {"poor": 0.5, "severe": 0.2, "well-controlled": 0, "moderate": 0}}, "The"),
        (
            "sex",
            {"have": ["pregnancy"], "sex": {"M": 100}},
            "This cannot be: only women have 'pregnancy', and men are asked for.",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_in_the_words_of_the_specification(
    builder, field, what, sentence
):
    change(builder, field, **what)

    told = heard(builder, "problems")["problems"]
    assert list(told) == [field]
    assert told[field].startswith(sentence)


def test_people_that_nobody_is_like_are_told_of_when_they_are_looked_for(builder):
    change(builder, "ages", have=[], ages=[2, 4], payers=["medicare"])

    builder._looks.wait()
    told = heard(builder, "problems")["problems"]["ages"]
    assert told.endswith("contradict each other: nobody in the United States fits them.")


def test_a_sentence_fills_the_form(builder):
    builder.answer({"kind": "fill", "what": "200 Medicare members with gout, 65 to 85, in Texas"})

    state = heard(builder, "state")["state"]
    assert (state["n"], state["ages"], state["states"]) == (200, [65, 85], ["TX"])
    assert state["payers"] == ["medicare"]
    assert state["have"] == ["gout"]
    assert heard(builder, "code")["code"]["python"].startswith('ws.generate("200 Medicare')


def test_a_condition_with_levels_brings_its_mix(builder):
    change(builder, "have", have=["hypertension"])

    state = heard(builder, "state")["state"]
    assert state["mix_of"] == "hypertension"
    assert sum(state["mix"].values()) == pytest.approx(1)
    change(builder, "have", have=["appendicitis"])
    assert heard(builder, "state")["state"]["mix"] == {}


def test_a_sentence_that_is_not_understood_leaves_the_form_and_says_so(builder):
    before = dict(builder.state)
    builder.answer({"kind": "fill", "what": "diabetis-managment"})

    assert "diabetes-management" in heard(builder, "problems")["problems"]["what"]
    assert builder.state == before


def test_generate_makes_it_and_hands_it_over(builder, workspace):
    change(builder, "n", **SMALL, name="mine")
    builder.answer({"kind": "generate"})
    builder._making.wait()

    assert heard(builder, "ended")["made"] == "mine"
    assert builder.scenario.brief.patients == 60
    assert workspace.history("generate")[0].started_by == "widget"


def test_cancel_stops_it_and_nothing_is_kept(builder, workspace):
    change(builder, "n", **SMALL)
    builder._making.stop()
    tell = builder._making._progress
    with pytest.raises(KeyboardInterrupt):
        tell(1)
    builder.answer({"kind": "generate"})
    builder.answer({"kind": "cancel"})
    builder._making.wait()

    assert heard(builder, "ended")["told"] == STOPPED
    assert workspace.scenarios() == []


def test_what_is_entered_is_there_again(workspace):
    first = Builder(workspace)
    first.state = {**first.state}
    first._memory.keep({**first.state, "n": 77, "states": ["OH"]})
    flush()

    again = Builder(workspace)

    assert (again.state["n"], again.state["states"]) == (77, ["OH"])
    assert Builder(workspace, name="other").state["n"] == 100
    assert Builder(workspace, "gout").state["n"] == 100


def test_a_template_that_is_gone_does_not_spoil_the_form(workspace):
    first = Builder(workspace)
    first._memory.keep({**first.state, "what": "no-such-template"})
    flush()

    assert Builder(workspace).state["what"] == "diabetes-management"


def test_where_there_is_no_front_end_it_says_what_is_entered_and_the_code(workspace):
    shown, _ = Builder(workspace, "50 people with gout")._repr_mimebundle_()

    assert "ws.generate" in shown["text/plain"]
    assert "50 people with gout" in shown["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in shown


def test_a_page_made_of_the_notebook_shows_the_code_and_no_empty_box(workspace):
    nbconvert, nbformat = pytest.importorskip("nbconvert"), pytest.importorskip("nbformat")
    data, _ = Builder(workspace, "50 people with gout")._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=data)
    cell = nbformat.v4.new_code_cell("%hs build", outputs=[output])

    page, _ = nbconvert.HTMLExporter(template_name="basic").from_notebook_node(
        nbformat.v4.new_notebook(cells=[cell])
    )

    assert "In all: 50 patients" in page
    assert "widget-view" not in page


def test_the_magic_uses_what_it_makes(texas):
    shown = texas.run_line_magic("hs", "build 30 people with gout")

    assert shown.state["n"] == 30
    assert repr(shown).startswith("Cohort builder of")


def test_of_what_is_asked_while_it_works_only_the_newest_is_done():
    done, latest = [], Latest()
    latest.ask(lambda check: done.append(1), pause=5)
    latest.ask(lambda check: done.append(2), pause=5)
    latest.ask(lambda check: done.append(3))
    latest.wait()

    assert done == [3]
