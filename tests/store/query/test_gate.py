from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from healthsim_nb.errors import QueryError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.store.allowed import allowed
from healthsim_nb.store.gate import check

HERE = Path(__file__).parent


def hostile():
    lines = (HERE / "hostile.txt").read_text(encoding="utf-8").splitlines()
    return [line.partition("|")[::2] for line in lines if not line.startswith("#")]


def ordinary():
    text = (HERE / "ordinary.sql").read_text(encoding="utf-8")
    return [part.strip() for part in text.split(";\n") if part.strip()]


def all_rows(page):
    rows = list(page.rows)
    while page.has_more:
        page = page.next()
        rows += page.rows
    assert len(rows) == page.total
    return rows


@pytest.mark.parametrize(("reason", "sql"), hostile())
def test_a_hostile_query_is_refused_for_the_right_reason(database, reason, sql):
    frame = {"s": ["SECRET"]}

    with pytest.raises(QueryError) as refused:
        check(database.cursor(), sql.strip(), scenario_tables())

    assert frame
    said = str(refused.value).casefold()
    assert any(words.strip().casefold() in said for words in reason.split(" / "))
    assert "SECRET" not in str(refused.value)


def comparable(row):
    return repr(row)


@pytest.mark.parametrize("sql", ordinary())
def test_an_ordinary_query_gives_what_duckdb_gives(ask, alone, sql):
    if "c -> c" in sql and alone.execute("SELECT version()").fetchone()[0] >= "v2":
        pytest.skip("DuckDB 2 has no arrow lambdas")
    expected = alone.execute(sql)

    page = ask(sql, page_size=37)

    rows = all_rows(page)
    assert "SECRET" not in repr(rows)
    assert list(page.columns) == [d[0] for d in expected.description]
    assert Counter(map(comparable, rows)) == Counter(map(comparable, expected.fetchall()))


def test_there_are_enough_examples_of_both_kinds():
    assert len(hostile()) >= 80
    assert len(ordinary()) >= 80


def test_no_function_that_reads_or_acts_is_on_the_list():
    banned = ("read_", "pg_", "duckdb_", "pragma_", "current_s", "getv", "getenv", "query", "glob")

    assert not [name for name in allowed() | allowed("table") if name.startswith(banned)]


def test_every_listed_function_exists_in_some_tested_duckdb(alone):
    names = {
        n.lower()
        for (n,) in alone.execute("SELECT function_name FROM duckdb_functions()").fetchall()
    }
    missing = (allowed() | allowed("table")) - names

    assert len(missing) < 40, sorted(missing)


def test_a_node_that_is_not_known_is_refused_by_its_name(database, monkeypatch):
    from healthsim_nb.store import gate

    statement = {
        "node": {"type": "SELECT_NODE", "cte_map": {"map": []}, "x": {"type": "NEW_THING"}}
    }
    monkeypatch.setattr(gate, "parse", lambda *_: statement)

    with pytest.raises(QueryError, match="NEW_THING is not known to be safe"):
        check(database.cursor(), "", scenario_tables())


def test_an_expression_that_is_not_known_is_refused_by_its_name(database, monkeypatch):
    from healthsim_nb.store import gate

    monkeypatch.setattr(
        gate, "parse", lambda *_: {"node": [{"class": "MAGIC", "type": "FUNCTION"}]}
    )

    with pytest.raises(QueryError, match="MAGIC is not known to be safe"):
        check(database.cursor(), "", scenario_tables())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "+".join(["1"] * 700),
        "SELECT " + "(SELECT " * 400 + "1" + ")" * 400,
        "SELECT * FROM " + "(SELECT * FROM " * 400 + "patients" + ")" * 400,
    ],
)
def test_a_query_that_is_nested_too_deeply_is_refused(database, sql):
    with pytest.raises(QueryError, match=r"nested too deeply|depth limit"):
        check(database.cursor(), sql, scenario_tables())


@pytest.mark.parametrize("sql", [None, 5, ["SELECT 1"], "SELECT 1\0", b"SELECT 1"])
def test_what_is_no_text_is_refused(database, sql):
    with pytest.raises(QueryError, match="A query is text of at most"):
        check(database.cursor(), sql, scenario_tables())


def test_a_query_of_megabytes_is_refused(database):
    with pytest.raises(QueryError, match="at most 100,000 characters"):
        check(database.cursor(), "SELECT '" + "x" * 200_000 + "'", scenario_tables())


def test_the_tables_that_are_read_are_told_once_each(database):
    asked = check(
        database.cursor(),
        "WITH claims AS (SELECT 1) SELECT * FROM Patients p, patients q, claims, encounters",
        scenario_tables(),
    )

    assert asked.tables == ("encounters", "patients")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            "getvariable('scenario')",
            "The function 'getvariable' is not allowed in a scenario query: it reads or does more "
            "than its arguments say. Allowed are DuckDB's functions that compute from them alone.",
        ),
        ("medain(id)", "DuckDB has no function 'medain', so it is not allowed in a scenario query. "
                       "Did you mean 'median'?"),
        ("soundex(mrn)", "DuckDB has no function 'soundex', so it is not allowed in a scenario "
                         "query."),
    ],
)  # fmt: skip
def test_a_refused_function_is_told_from_a_slip_of_the_pen(database, call, said):
    with pytest.raises(QueryError) as refused:
        check(database.cursor(), f"SELECT {call} FROM patients", scenario_tables())

    assert str(refused.value) == said
