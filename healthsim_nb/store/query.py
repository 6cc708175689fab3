"""Runs a user's query on one scenario, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.schema import scenario_tables
from healthsim_nb.store import gate, order
from healthsim_nb.store.keyed import keyed
from healthsim_nb.store.pages import PAGE_SIZE, Page, Rows, checked, turn
from healthsim_nb.store.room import enter, said_by_duckdb
from healthsim_nb.store.rows import Source, kept, names
from healthsim_nb.store.tree import write

if TYPE_CHECKING:
    from healthsim_nb.store.given import Given


def query(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    sql: str,
    *,
    given: Given = gate.NOTHING,
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> Page:
    """Return a page of what a query finds in a scenario.

    Parameters
    ----------
    cursor
        A new cursor on the database. The page keeps it, for its neighbours; nobody else may use it.
    scenario
        The scenario's id.
    sql
        One SELECT on the scenario's tables.
    given
        Values by name, for ``$name`` in the SELECT.
    page, page_size
        Which page, from 1, and how many rows it has.

    Raises
    ------
    QueryError
        If the query is not allowed, or fails; where DuckDB refuses, the text is DuckDB's own.
    """
    checked(page, page_size)
    with said_by_duckdb():
        asked = gate.check(cursor, sql, scenario_tables(), given)
        room = enter(cursor, scenario, asked.tables)
        columns, types = _shape(cursor, asked.sql)
    with said_by_duckdb(own=False):
        return turn(_rows(asked, Source(cursor, room, columns, types)), page, page_size)


def _shape(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the columns, and DuckDB's names of their types."""
    try:
        shown = cursor.sql(sql)
    except duckdb.Error:
        # The same refusal again, this time with the line and the caret.
        cursor.execute(sql)
        raise
    return tuple(shown.columns), tuple(map(str, shown.types))


def _rows(asked: gate.Query, source: Source) -> Rows:
    node, key, width = asked.statement["node"], order.key_of(asked), len(source.columns)
    if key and order.unlimited(node) and order.row_by_row(node):
        found = keyed(source, asked, key)
        if found:
            return found
    ordered = write(source.cursor, order.total(source.cursor, asked, key, width))
    if ordered:
        return kept(source, ordered)
    return kept(source, asked.sql, "" if order.settled(node) else f"ORDER BY {names(width)}")
