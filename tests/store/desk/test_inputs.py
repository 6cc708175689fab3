"""What was entered into widgets is kept by notebook and widget."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import WorkspaceError


def test_inputs_are_kept_under_the_names_of_notebook_and_widget(tmp_path):
    with hs.open(tmp_path / "study.duckdb") as ws:
        ws.keep_widget_inputs("a.ipynb", "cohort", {"n": 500, "mix": {"poor": 0.4}, "tags": ["x"]})
        ws.keep_widget_inputs("a.ipynb", "grid", {"page": 3})
        ws.keep_widget_inputs("b.ipynb", "cohort", {"n": 1})
    with hs.open(tmp_path / "study.duckdb") as ws:
        assert ws.widget_inputs("a.ipynb", "cohort") == {
            "n": 500,
            "mix": {"poor": 0.4},
            "tags": ["x"],
        }
        assert ws.widget_inputs("b.ipynb", "cohort") == {"n": 1}
        assert ws.widget_inputs("c.ipynb", "cohort") == {}


def test_a_field_that_is_gone_is_forgotten():
    with hs.open(":memory:") as ws:
        ws.keep_widget_inputs("a", "w", {"n": 1, "text": "x"})
        ws.keep_widget_inputs("a", "w", {"n": 2})
        assert ws.widget_inputs("a", "w") == {"n": 2}
        ws.keep_widget_inputs("a", "w", {})
        assert ws.widget_inputs("a", "w") == {}


def test_what_cannot_be_read_is_left_out():
    with hs.open(":memory:") as ws:
        ws.keep_widget_inputs("a", "w", {"n": 1, "page": 2})
        with ws.cursor() as cursor:
            cursor.execute("UPDATE hs.widget_state SET value = '{' WHERE field = 'n'")

        assert ws.widget_inputs("a", "w") == {"page": 2}


def test_a_workspace_that_is_only_read_keeps_none(tmp_path):
    hs.open(tmp_path / "study.duckdb").close()
    with (
        hs.open(tmp_path / "study.duckdb", read_only=True) as ws,
        pytest.raises(WorkspaceError, match="open read-only"),
    ):
        ws.keep_widget_inputs("a", "w", {"n": 1})
