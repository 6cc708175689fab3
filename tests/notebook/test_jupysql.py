"""The adapter to jupysql, on a bare DuckDB connection in place of a workspace."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from healthsim_nb.notebook import jupysql


@pytest.fixture
def database(shell):
    """A table of 1,000 rows that %sql sees, each cursor bound to scenario 3."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE patients AS SELECT range AS id FROM range(1000)")

    def cursor():
        bound = connection.cursor()
        bound.execute("SET VARIABLE scenario = 3")
        return bound

    shell.magics_manager.magics["line"].pop("sql", None)
    jupysql.share(shell, cursor)
    yield connection
    jupysql.leave()
    connection.close()


def test_sql_runs_on_a_cursor_of_the_workspace(shell, database):
    found = shell.run_line_magic(
        "sql", "SELECT count(*) n, getvariable('scenario') s FROM patients"
    )

    assert found.values.tolist() == [[1000, 3]]


def test_a_cell_returns_all_rows_not_only_those_that_are_shown(shell, database):
    assert len(shell.run_cell_magic("sql", "", "SELECT *\nFROM patients")) == 1000


def test_summarize_is_not_cut_short(shell, database):
    database.execute("CREATE TABLE wide AS SELECT 1 a, 2 b, 3 c, 4 d, 5 e")

    assert len(shell.run_line_magic("sql", "SUMMARIZE wide")) == 5


def test_a_data_frame_of_the_notebook_can_be_asked(shell, database):
    shell.user_ns["frame"] = pd.DataFrame({"id": [1, 2, 3]})

    found = shell.run_line_magic("sql", "SELECT count(*) n FROM frame JOIN patients USING (id)")

    assert found.n.tolist() == [3]


def test_a_statement_can_assign_its_result(shell, database):
    shell.run_cell("%sql found << SELECT 1 AS one")

    assert shell.user_ns["found"].one.tolist() == [1]


def test_an_error_is_told_in_the_words_of_duckdb(shell, database, capsys):
    shell.run_cell("%sql SELECT nonsense FROM patients")

    told = capsys.readouterr().err
    assert 'Referenced column "nonsense" not found' in told
    assert "snippets" not in told
    assert "Traceback" not in told


def test_closing_jupysql_leaves_the_workspace_open(shell, database):
    shell.run_line_magic("sql", "SELECT 1")
    shell.run_line_magic("sql", f"--close {jupysql.ALIAS}")

    assert database.execute("SELECT 1").fetchone() == (1,)


def test_a_missing_jupysql_is_one_sentence_that_says_what_still_works(
    shell, database, monkeypatch, capsys
):
    def missing(shell, cursor):
        raise ImportError("No module named 'sql'")

    monkeypatch.setattr(jupysql, "connect", missing)
    shell.run_cell("%sql SELECT 1")

    assert capsys.readouterr().err.strip() == (
        "UsageError: %sql needs jupysql 0.11 (No module named 'sql'). "
        "%hs query and %%hs query work without it."
    )
