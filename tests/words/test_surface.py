"""What the notebook and the terminal can say is what the API can do."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.cli import COMMANDS
from healthsim_nb.words import NOTEBOOK, TERMINAL, help_on, help_text, words

WORD_OF = {
    "Workspace.add_rule": "rule",
    "Workspace.browser": "browse",
    "Workspace.builder": "build",
    "Workspace.change_note": "note",
    "Workspace.close": "close",
    "Workspace.edit_rule": "rule",
    "Workspace.note": "note",
    "Workspace.notes": "note",
    "Workspace.preview": "build",
    "Workspace.remove_note": "note",
    "Workspace.remove_rule": "rule",
    "Workspace.scenario": "use",
    "Workspace.switch_rule": "rules",
    "Workspace.tables": "dictionary",
    "Scenario.arrow": "table",
    "Scenario.compare_formularies": "formularies",
    "Scenario.df": "table",
    "Scenario.relation": "table",
    "Scenario.save": "write",
    "Scenario.shared_savings": "savings",
    "Scenario.to_yaml": "specification",
}
"""Words that say the same otherwise."""
NO_WORD = {
    "Workspace.choices": "the lists of the builder; help, templates and docs/requests.md tell them",
    "Workspace.cursor": "a connection is an object: %sql has one",
    "Workspace.keep_widget_inputs": "widgets keep by themselves",
    "Workspace.widget_inputs": "widgets ask by themselves",
}


def methods(cls):
    """Return the public methods of a class."""
    return [
        f"{cls.__name__}.{name}"
        for part in cls.__mro__[:-1]
        for name, value in vars(part).items()
        if callable(value) and not name.startswith("_")
    ]


@pytest.mark.parametrize("method", [*methods(hs.Workspace), *methods(hs.Scenario)])
def test_every_verb_of_the_api_is_a_word_of_the_notebook(method):
    name = WORD_OF.get(method, method.partition(".")[2])

    assert method in NO_WORD or name in words(NOTEBOOK)


def test_what_is_said_otherwise_exists():
    known = {*methods(hs.Workspace), *methods(hs.Scenario)}

    assert {*WORD_OF, *NO_WORD} <= known


def test_magics_command_line_and_help_have_the_same_words():
    from healthsim_nb.notebook.magics import HsMagics

    magics = {name.removeprefix("do_") for name in dir(HsMagics) if name.startswith("do_")}
    assert magics == set(words(NOTEBOOK))
    assert set(COMMANDS) == set(words(TERMINAL))
    for where in (NOTEBOOK, TERMINAL):
        told = {line.partition(" ")[0] for line in help_text(where, "%hs").splitlines()}
        assert set(words(where)) <= told


@pytest.mark.parametrize("name", [*words(NOTEBOOK), *words(TERMINAL)])
def test_the_help_of_every_word_has_an_example(name):
    word = words(NOTEBOOK).get(name) or words(TERMINAL)[name]

    assert f"For example: %hs {name}" in help_on(word, "%hs")
