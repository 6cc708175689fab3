from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from healthsim_nb.errors import QueryError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.store.gate import check
from healthsim_nb.store.query import query

HERE = Path(__file__).parent
ORDINARY = (HERE / "ordinary.sql").read_text(encoding="utf-8").split(";\n")
HOSTILE = [
    line.partition("|")[2].strip()
    for line in (HERE / "hostile.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
TABLES = ["patients", "encounters", "claims", "lab_results"]
COLUMNS = {
    "patients": ["id", "mrn", "gender", "birth_date", "deceased", "middle_name"],
    "encounters": ["id", "patient_id", "class_code", "admission_time", "drg_code"],
    "claims": ["id", "patient_id", "status", "total_paid", "service_date"],
    "lab_results": ["id", "patient_id", "test_name", "value_numeric", "unit"],
}
FORBIDDEN_TABLES = [
    "hs.{}",
    "main.{}",
    "memory.hs.{}",
    "mine",
    "my_view",
    "duckdb_tables",
    "'/etc/passwd'",
    "read_text('/etc/passwd')",
    "query_table('hs.{}')",
    "query('FROM hs.{}')",
    "information_schema.tables",
    "duckdb_settings()",
    "(FROM hs.{})",
    "(SUMMARIZE hs.{})",
]
FORBIDDEN_VALUES = [
    "getvariable('scenario')",
    "current_setting('threads')",
    "getenv('HOME')",
    "nextval('hs.runs_seq')",
    "my_macro(1)",
    "(SELECT max(mrn) FROM hs.patients)",
    "(SELECT content FROM read_text('/etc/passwd'))",
    "$1",
    "memory.lower('x')",
    "NULL::mood",
]


@st.composite
def conditions(draw, alias, table):
    column = draw(st.sampled_from(COLUMNS[table]))
    name = f"{alias}.{column}"
    return draw(
        st.sampled_from(
            [
                f"{name} IS NOT NULL",
                f"{alias}.id % 3 = {draw(st.integers(0, 2))}",
                f"{alias}.id BETWEEN {draw(st.integers(0, 50))} AND 90",
                f"length({name}::VARCHAR) > 3",
                f"{name}::VARCHAR LIKE '%1%'",
                f"TRY_CAST({name} AS VARCHAR) IS NOT NULL",
                f"{alias}.id IN (SELECT id FROM {draw(st.sampled_from(TABLES))} WHERE id < 40)",
                f"NOT EXISTS (SELECT 1 FROM claims c WHERE c.id = {alias}.id AND c.id > 30)",
                f"coalesce({name}::VARCHAR, '') <> 'SECRET'",
            ]
        )
    )


@st.composite
def queries(draw):
    """Return a query that plain DuckDB answers the same way each time."""
    table = draw(st.sampled_from(TABLES))
    shown = [
        f"a.{c}" for c in draw(st.lists(st.sampled_from(COLUMNS[table]), min_size=1, max_size=3))
    ]
    source, end = f"{table} a", ""
    if draw(st.booleans()):
        other = draw(st.sampled_from(TABLES))
        kind = draw(st.sampled_from(["", "LEFT ", "FULL "]))
        source += f" {kind}JOIN {other} b ON a.id = b.id + {draw(st.integers(0, 2))}"
        shown.append(f"b.{draw(st.sampled_from(COLUMNS[other]))}")
    if draw(st.booleans()):
        shown = [*shown[:1], "count(*)", "max(a.id)"]
        end = f" GROUP BY {shown[0]}"
    where = " AND ".join(draw(st.lists(conditions("a", table), max_size=3)))
    sql = f"SELECT {', '.join(shown)} FROM {source}{f' WHERE {where}' if where else ''}{end}"
    wrapped = draw(
        st.sampled_from(["{}", "WITH w AS ({}) SELECT * FROM w", "SELECT * FROM ({}) d"])
    )
    sql = wrapped.format(sql)
    if draw(st.booleans()):
        sql += f" ORDER BY {draw(st.integers(1, len(shown)))} {draw(st.sampled_from(['', 'DESC']))}"
    return sql + draw(st.sampled_from(["", ";", " -- end", "\n", " /* ; */ ;"]))


FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(sql=queries(), size=st.sampled_from([3, 20, 500]))
def test_made_queries_give_what_duckdb_gives_on_that_scenario_alone(database, alone, sql, size):
    page = query(database.cursor(), 1, sql, page_size=size)
    rows = list(page.rows)
    while page.has_more and len(rows) < 200:
        page = page.next()
        rows += page.rows

    expected = Counter(map(repr, alone.execute(sql).fetchall()))
    assert page.total == expected.total()
    assert not Counter(map(repr, rows)) - expected
    assert page.has_more or Counter(map(repr, rows)) == expected


def parsed(sql):
    try:
        return sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.ParseError:
        return None


PARSED = [tree for tree in map(parsed, ORDINARY) if tree is not None]


def places(tree, kind):
    """Return the places of nodes of a kind where other text can stand."""
    nodes = enumerate(tree.find_all(kind))
    return [i for i, node in nodes if not isinstance(node.parent, exp.TableAlias | exp.CTE)]


def replaced(tree, kind, place, sql):
    """Return the query with one node replaced by SQL text, if it can be."""
    tree = tree.copy()
    node = list(tree.find_all(kind))[place]
    alias = node.args.get("alias") if kind is exp.Table else None
    node.replace(exp.Var(this="\u2603"))
    text = tree.sql("duckdb")
    if "\u2603" not in text:
        return None
    return text.replace("\u2603", f"{sql} {alias.sql('duckdb') if alias else ''}")


def refusal(database, sql):
    try:
        check(database.cursor(), sql, scenario_tables())
    except QueryError as refused:
        return str(refused)
    return None


def tried(database, kinds, forbidden):
    """Put each forbidden text into each place of each query; return queries with what was said."""
    turns = itertools.cycle(forbidden)
    for tree in PARSED:
        if refusal(database, tree.sql("duckdb")):
            continue
        for kind in kinds:
            for place in places(tree, kind):
                sql = replaced(tree, kind, place, next(turns).format("patients"))
                said = refusal(database, sql or "")
                # A place where there is no room for it says nothing about the gate.
                if sql and not (said or "").startswith("Parser Error"):
                    yield sql, said


def test_a_forbidden_table_is_refused_wherever_it_stands(database):
    found = list(tried(database, [exp.Table], FORBIDDEN_TABLES))

    assert [sql for sql, said in found if said is None] == []
    assert len(found) > 150


def test_a_forbidden_value_is_refused_wherever_it_stands(database):
    found = list(tried(database, [exp.Literal, exp.Column, exp.Func, exp.Binary], FORBIDDEN_VALUES))

    assert [sql for sql, said in found if said is None] == []
    assert len(found) > 700


PIECES = [piece for sql in ORDINARY + HOSTILE for piece in re.findall(r"'[^']*'|\w+|[^\w\s]", sql)]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.sampled_from(ORDINARY + HOSTILE),
    second=st.sampled_from(ORDINARY + HOSTILE),
    cuts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    extra=st.lists(st.sampled_from(PIECES), max_size=3),
)
def test_whatever_is_typed_nothing_of_another_scenario_is_seen(
    database, first, second, cuts, extra
):
    head = first[: int(cuts[0] * len(first))]
    tail = second[int(cuts[1] * len(second)) :]
    for sql in (f"{head} {' '.join(extra)} {tail}", f"{head}{tail}", f"{first} {' '.join(extra)}"):
        try:
            page = query(database.cursor(), 1, sql, page_size=50)
        except QueryError as refused:
            seen = str(refused).replace(sql, "")
        else:
            seen = repr(page.rows)
        written = "SECRET" in sql
        assert written or "SECRET" not in seen

    assert database.execute("SELECT count(*) FROM hs.patients").fetchone() == (260,)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM patients WHERE mrn::INTEGER > 0",
        "SELECT mrn::INTEGER FROM patients",
        "SELECT sum(mrn::INTEGER) FROM patients",
        "SELECT * FROM patients a JOIN patients b ON a.mrn::INTEGER = b.id",
        "SELECT * FROM patients WHERE id > 5 AND mrn::DATE > current_date",
        "SELECT strptime(mrn, '%Y') FROM patients",
        "SELECT regexp_matches('x', mrn || '(') FROM patients",
        "SELECT mrn::INTEGER FROM patients ORDER BY 1",
        "SELECT max(mrn::INTEGER) OVER () FROM patients",
        "SELECT printf(mrn || '%d %d', 1) FROM patients",
        "SELECT json_extract(mrn, mrn) FROM patients",
        "SELECT (mrn || '-')::TIMESTAMP FROM encounters e JOIN patients p ON p.id = e.patient_id",
        "SELECT * FROM patients WHERE (SELECT max(q.mrn::INTEGER) FROM patients q) > id",
        "SELECT * FROM patients p WHERE EXISTS (FROM patients q WHERE q.mrn::INTEGER = p.id)",
        "SELECT [x::INTEGER FOR x IN list(mrn)] FROM patients",
    ],
)
def test_a_value_that_fails_is_never_one_of_another_scenario(database, sql):
    with pytest.raises(QueryError) as refused:
        query(database.cursor(), 1, sql)

    assert "SECRET" not in str(refused.value)
