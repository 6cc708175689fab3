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


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("DESCRIBE wide", 5),
        ("SUMMARIZE wide", 5),
        ("SHOW TABLES", 3),
        ("VALUES (1), (2), (3), (4)", 4),
        ("TABLE patients", 1000),
        ("FROM patients", 1000),
        ("(SELECT * FROM patients)", 1000),
        ("-- a comment\nSELECT * FROM patients", 1000),
        ("/* a comment */ SUMMARIZE wide", 5),
        ("WITH these AS (FROM patients) FROM these", 1000),
        ("PIVOT (SELECT id % 3 AS a, id % 7 AS b FROM patients) ON a USING count(*)", 7),
        ("UNPIVOT (SELECT id, 1 AS x, 2 AS y FROM patients LIMIT 5) ON x, y", 10),
        ("PRAGMA table_info(wide)", 5),
        ("CALL pragma_table_info('wide')", 5),
        ("INSERT INTO visits SELECT range FROM range(5) RETURNING id", 5),
        ("EXPLAIN SELECT * FROM patients", 1),
        ("SELECT 1; SELECT * FROM patients", 1000),
    ],
)
def test_no_statement_loses_a_row_on_its_way_into_a_frame(shell, database, statement, rows):
    database.execute("CREATE TABLE wide AS SELECT 1 a, 2 b, 3 c, 4 d, 5 e")
    database.execute("CREATE TABLE visits (id INTEGER)")

    assert len(shell.run_cell_magic("sql", "", statement)) == rows
    inserted = 5 if statement.startswith("INSERT") else 0
    assert database.execute("SELECT count(*) FROM visits").fetchone() == (inserted,)


@pytest.mark.parametrize("statement", ["SELECT * FROM patients", "TABLE patients"])
def test_without_data_frames_no_row_is_lost_either_and_live_html_is_told(
    shell, database, statement, capsys
):
    shell.run_line_magic("sql", "SELECT 1")
    shell.run_line_magic("config", "SqlMagic.autopandas = False")
    warned = capsys.readouterr().err.strip()
    try:
        result = shell.run_line_magic("sql", statement)
        str(result)  # shows ten rows
        assert (len(result), len(result.DataFrame())) == (1000, 1000)
        other = shell.run_line_magic("sql", "SELECT 1 AS one")
        assert len(result.dict()["id"]) == 1000
        assert len(other.DataFrame()) == 1
    finally:
        shell.run_line_magic("config", "SqlMagic.autopandas = True")
    assert warned == jupysql.LIVE
    assert "\n" not in warned


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_moments_with_a_zone_need_no_other_package(shell, database):
    found = shell.run_line_magic("sql", "SELECT TIMESTAMPTZ '2024-01-01 10:00:00+00' AS t")

    assert found.t[0] == pd.Timestamp("2024-01-01T10:00:00Z")


def test_a_struct_a_cast_and_a_time_are_no_parameters(shell, database):
    found = shell.run_line_magic("sql", "SELECT {'a': 1} AS s, '12:30'::TIME AS t, '$x {y}' AS u")

    assert (found.s[0], str(found.t[0]), found.u[0]) == ({"a": 1}, "12:30:00", "$x {y}")


def test_after_an_error_the_next_statement_runs(shell, database, capsys):
    shell.run_cell("%sql SELECT nonsense FROM patients")
    capsys.readouterr()

    assert shell.run_line_magic("sql", "SELECT count(*) AS n FROM patients").n.tolist() == [1000]


def test_a_transaction_of_the_users_own_connection_is_not_committed(shell, database):
    database.execute("BEGIN")
    database.execute("DELETE FROM patients")
    seen = shell.run_line_magic("sql", "SELECT count(*) AS n FROM patients").n.item()
    database.execute("ROLLBACK")

    assert seen == 1000
    assert database.execute("SELECT count(*) FROM patients").fetchone() == (1000,)


def test_the_text_of_a_cell_is_shown_and_not_run(shell, database):
    found = shell.run_line_magic("sql", "SELECT '<img src=x onerror=alert(1)>' AS h")

    assert "<img" not in found._repr_html_()


@pytest.mark.filterwarnings("ignore")
def test_plots_of_jupysql_work_on_the_workspace(shell, database):
    shell.run_line_magic("sql", "SELECT 1")

    drawn = shell.run_line_magic("sqlplot", "boxplot --table patients --column id")

    assert "'id' from 'patients'" in drawn.get_title()
