"""What a reader chose in a widget is there again when the notebook is opened again."""

from __future__ import annotations

import json
from time import monotonic, sleep

import pytest

import healthsim_nb as hs
from healthsim_nb.notebook import remembering
from healthsim_nb.notebook.grid import grid
from healthsim_nb.notebook.remembering import Memory, notebook_name

CHOICE = {
    "page": 2,
    "page_size": 10,
    "sort": [["family_name", True]],
    "filters": {"gender": "F"},
    "text": "e",
    "shown": ["id", "family_name", "gender"],
}
ANN = {"given_name": "Ann", "birth_date": "1950-01-01", "gender": "F"}


@pytest.fixture
def ws(tmp_path):
    with hs.open(tmp_path / "study.duckdb") as ws:
        people = [{**ANN, "family_name": f"Lee{i}"} for i in range(30)]
        ws.persist({"patients": people}, name="clinic")
        yield ws


@pytest.fixture
def clinic(ws):
    return ws.scenario("clinic")


def ask(shown, state):
    """Ask a grid for a page, as the browser does."""
    return list(shown.answer({"kind": "page", "number": 1, "state": state}))


def test_what_was_chosen_in_a_grid_is_there_again(clinic):
    first = grid(clinic, "patients")
    ask(first, CHOICE)
    first.close()

    again = grid(clinic, "patients")

    assert again.state == CHOICE
    rows = ask(again, again.state)[0][0]["rows"]
    assert len(rows) == 10
    assert [name for _, name, _ in rows] == sorted((n for _, n, _ in rows), reverse=True)
    assert grid(clinic, "encounters").state == {"page": 1, "page_size": 20}
    assert grid(clinic, "patients", name="another").state == {"page": 1, "page_size": 20}


def test_another_notebook_has_choices_of_its_own(clinic, monkeypatch):
    first = grid(clinic)
    ask(first, CHOICE)
    first.close()
    monkeypatch.setenv("JPY_SESSION_NAME", "/notebooks/07-other.ipynb")

    assert notebook_name() == "07-other.ipynb"
    assert grid(clinic).state == {"page": 1, "page_size": 20}


def test_many_changes_in_a_row_are_written_once_and_the_last_stays(ws, monkeypatch):
    written = []
    real = hs.Workspace.keep_widget_inputs

    def keep(self, notebook, widget, values):
        real(self, notebook, widget, values)
        written.append(values)

    monkeypatch.setattr(hs.Workspace, "keep_widget_inputs", keep)
    monkeypatch.setattr(remembering, "PAUSE", 0.05)
    memory = Memory(ws, "cohort", "a.ipynb")
    for n in range(20):
        memory.keep({"n": n})
    until = monotonic() + 5
    while not written and monotonic() < until:
        sleep(0.01)

    assert written == [{"n": 19}]
    assert ws.widget_inputs("a.ipynb", "cohort") == {"n": 19}
    memory.flush()
    assert len(written) == 1


@pytest.mark.parametrize(
    ("kept", "state"),
    [
        ({"page": 99}, {"page": 1, "page_size": 20}),
        ({"page": "x", "page_size": -1, "sort": 5}, {"page": 1, "page_size": 20}),
        ({"sort": [["gone", True]], "shown": ["gone"]}, {"page": 1, "page_size": 20}),
        ({"filters": {"birth_date": "> x"}}, {"page": 1, "page_size": 20}),
        (
            {"filters": {"gender": "F", "gone": "x"}, "shown": ["gone", "id"]},
            {"page": 1, "page_size": 20, "filters": {"gender": "F"}, "shown": ["id"]},
        ),
    ],
)
def test_what_cannot_be_shown_any_more_gives_way_to_defaults(ws, clinic, kept, state):
    ws.keep_widget_inputs(notebook_name(), "grid of clinic: patients", kept)

    assert grid(clinic).state == state


def test_a_grid_works_on_where_nothing_can_be_kept(ws, clinic, tmp_path):
    ws.close()
    with hs.open(tmp_path / "study.duckdb", read_only=True) as ws:
        shown = grid(ws.scenario("clinic"))
        assert len(ask(shown, CHOICE)[0][0]["rows"]) == 10
        shown.close()


def test_what_is_still_to_be_written_is_written_when_the_session_closes(shell, ws):
    shell.user_ns["ws"] = ws
    memory = Memory(ws, "cohort", "a.ipynb")
    memory.keep({"n": 5})

    shell.run_line_magic("hs", "open ws")
    shell.run_line_magic("hs", "close")

    with hs.open(ws.name) as again:
        assert again.widget_inputs("a.ipynb", "cohort") == json.loads('{"n": 5}')
