"""DuckDB's own parse tree of a query, as plain dictionaries, and back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import duckdb

from healthsim_nb.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = dict[str, Any]
_patterns: dict[str, Node] = {}
_answers: dict[tuple[str, str], str] = {}
KEPT = 64
"""Answers of DuckDB's parser that are kept: a page is often asked for again."""
LONGEST = 100_000
"""Characters of a query; a longer one is data, and belongs into a table."""


def parse(cursor: duckdb.DuckDBPyConnection, sql: str) -> Node:
    """Return the tree of the one SELECT that ``sql`` consists of.

    Raises
    ------
    QueryError
        If it does not parse (DuckDB's own message), is no SELECT, or more or less than one.
    """
    if not isinstance(sql, str) or "\0" in sql or len(sql) > LONGEST:
        raise QueryError(f"A query is text of at most {LONGEST:,} characters without NUL.")
    answer = _serialize(cursor, sql)
    if answer["error"]:
        raise QueryError(_refusal(cursor, sql, answer))
    statements: list[Node] = answer["statements"]
    if len(statements) != 1:
        raise QueryError(
            f"A scenario query is exactly one SELECT; this text holds {len(statements)}."
        )
    return statements[0]


def write(cursor: duckdb.DuckDBPyConnection, statement: Node) -> str | None:
    """Return the tree as SQL, written by DuckDB itself; nothing if that would read as another tree.

    DuckDB 1.5 writes ``1e3`` as ``1000.0``, which is a decimal; struct literals become calls.
    """
    tree = json.dumps({"error": False, "statements": [statement]})
    text = str(_answer(cursor, "SELECT json_deserialize_sql($1::JSON)", tree))
    read = parse(cursor, text)["node"]
    return text if _bare(read) == _bare(statement["node"]) else None


def pattern(cursor: duckdb.DuckDBPyConnection, sql: str) -> Node:
    """Return the node of a query of ours, to take parts from: each DuckDB writes them its way."""
    if sql not in _patterns:
        _patterns[sql] = parse(cursor, sql)["node"]
    return _patterns[sql]


def walk(node: object) -> Iterator[Node]:
    """Yield every dictionary of a tree, the outer ones first."""
    waiting = [node]
    while waiting:
        top = waiting.pop()
        if isinstance(top, dict):
            yield top
            waiting.extend(top.values())
        elif isinstance(top, list):
            waiting.extend(top)


def fold(name: str) -> str:
    """Return a name as DuckDB compares it: ASCII letters without regard to case."""
    return "".join(c.lower() if c.isascii() else c for c in name)


def _serialize(cursor: duckdb.DuckDBPyConnection, sql: str) -> Node:
    try:
        text = _answer(cursor, "SELECT json_serialize_sql($1::VARCHAR)", sql)
        answer: Node = json.loads(text)
    except RecursionError:
        raise QueryError("The query is nested too deeply.") from None
    return answer


def _answer(cursor: duckdb.DuckDBPyConnection, question: str, text: str) -> str:
    """Return what DuckDB's parser makes of a text; the latest answers are kept."""
    key = (question, text)
    found = _answers.get(key)
    if found is None:
        found = _answers[key] = cursor.execute(question, [text]).fetchall()[0][0]
        for oldest in list(_answers)[:-KEPT]:
            _answers.pop(oldest, None)
    return found


def _refusal(cursor: duckdb.DuckDBPyConnection, sql: str, answer: Node) -> str:
    if answer["error_type"] == "not implemented":
        hint = (
            " PIVOT needs its values: PIVOT … ON column IN (…)."
            if "pivot" in sql.casefold()
            else ""
        )
        return f"A scenario query is exactly one SELECT; this statement is another kind.{hint}"
    try:
        # Parses only; asked for the message with its caret.
        cursor.extract_statements(sql)
    except duckdb.Error as error:
        return str(error)
    return f"This query cannot be checked, so it does not run: {answer['error_message']}"


def _bare(tree: Node) -> str:
    """Return the tree as text without the places where its parts stood."""
    return re.sub(r'"query_location(_length)?": \d+,? ?', "", json.dumps(tree))
