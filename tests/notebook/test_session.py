"""Which workspace and which scenario the notebook speaks of."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import SpecificationError, WorkspaceError
from healthsim_nb.notebook.session import Session


@pytest.fixture
def names():
    """The variables of a notebook."""
    return {}


@pytest.fixture
def session(names, tmp_path, monkeypatch):
    """A session in an empty folder."""
    monkeypatch.chdir(tmp_path)
    session = Session(names)
    yield session
    session.close()


def test_nothing_is_opened_before_it_is_needed(session, tmp_path):
    assert session.opened is None
    assert list(tmp_path.iterdir()) == []


def test_the_default_file_is_opened_when_a_workspace_is_needed(session, tmp_path):
    assert session.workspace.name == str(tmp_path / "healthsim.duckdb")


def test_the_workspace_that_the_notebook_opened_last_is_taken(session, names):
    with hs.open(":memory:") as first, hs.open(":memory:") as second:
        names.update(one=first, two=second)
        assert session.workspace is second
        second.close()
        assert session.workspace is first


def test_a_file_opened_by_name_goes_before_the_notebooks_own(session, names):
    with hs.open(":memory:") as own:
        names["ws"] = own
        opened = session.open("study.duckdb")
        assert session.workspace is opened


def test_a_variable_can_be_opened_by_its_name(session, names):
    with hs.open(":memory:") as own:
        names["ws"] = own
        session.open("study.duckdb")
        assert session.open("ws") is own


def test_opening_another_file_leaves_the_notebooks_own_workspace_open(session, names):
    with hs.open(":memory:") as own:
        names["ws"] = own
        assert session.workspace is own
        session.open("study.duckdb")
        assert not own.closed


def test_a_variable_whose_workspace_is_closed_is_refused(session, names):
    names["ws"] = hs.open(":memory:")
    names["ws"].close()

    with pytest.raises(WorkspaceError, match="ws holds a workspace that is closed: open it with"):
        session.open("ws")


def test_closing_lets_another_program_have_the_file(session, tmp_path):
    first = session.open("study.duckdb")
    session.close()

    assert first.closed
    assert session.opened is None


def test_without_a_scenario_there_is_a_sentence_that_says_how_to_make_one(session):
    with pytest.raises(SpecificationError, match="There is no scenario yet: make one with %hs gen"):
        session.scenario()


def test_the_newest_scenario_is_in_use_until_one_is_chosen(session):
    workspace = session.open(":memory:")
    first = workspace.generate("hypertension", n=2, months=1, name="first")
    workspace.generate("hypertension", n=3, months=1, name="second")

    assert session.in_use().name == "second"
    session.use(first)
    assert session.in_use().name == "first"
    with session.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM patients").fetchone() == (2,)
