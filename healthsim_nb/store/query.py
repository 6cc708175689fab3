"""Runs a user's query on one scenario, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.schema import scenario_tables
from healthsim_nb.store import gate, order
from healthsim_nb.store.pages import PAGE_SIZE, Page, Row, Rows, checked, turn
from healthsim_nb.store.room import enter, quoted, said_by_duckdb
from healthsim_nb.store.tree import faithful, parse, render

if TYPE_CHECKING:
    from healthsim_nb.store.tree import Node

EVERY = {"after": -(2**63)}
"""Parameters with which no row is left out."""
ZONED = "WITH TIME ZONE"


def query(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    sql: str,
    *,
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
    page, page_size
        Which page, from 1, and how many rows it has.

    Raises
    ------
    QueryError
        If the query is not allowed, or fails; where DuckDB refuses, the text is DuckDB's own.
    """
    checked(page, page_size)
    with said_by_duckdb():
        asked = gate.check(cursor, sql, scenario_tables())
        enter(cursor, scenario, asked.tables)
        columns, zoned = _shape(cursor, sql)
    with said_by_duckdb(own=False):
        return turn(_rows(cursor, asked, columns, zoned), page, page_size)


def _shape(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[tuple[str, ...], bool]:
    """Return the names of the columns, and whether one of them holds moments with a zone."""
    try:
        shown = cursor.sql(sql)
    except duckdb.Error:
        # The same refusal again, this time with the line and the caret.
        cursor.execute(sql)
        raise
    return tuple(shown.columns), any(ZONED in str(kind) for kind in shown.types)


def _rows(
    cursor: duckdb.DuckDBPyConnection, asked: gate.Query, columns: tuple[str, ...], zoned: bool
) -> Rows:
    width, node = len(columns), asked.statement["node"]
    if not faithful(cursor, asked.statement):
        sort = "" if order.settled(node) else f"ORDER BY {_names(width)}"
        return _kept(_Source(cursor, columns, zoned), asked.sql, sort)
    key = order.key_of(asked)
    if key and order.unlimited(node) and order.row_by_row(node) and order.by_key(node, key):
        return ByKey(_Source(cursor, columns, zoned), asked.statement, key)
    ordered = render(cursor, order.total(cursor, asked, key, width))
    return _kept(_Source(cursor, columns, zoned), ordered)


def _kept(source: _Source, sql: str, sort: str = "") -> Rows:
    """Return the rows in a temporary table, or asked for again if a table cannot hold them."""
    names = _names(len(source.columns))
    # A view takes the text whole, with the semicolon or the comment that it may end in.
    source.cursor.execute(f'CREATE TEMP VIEW "the result" ({names}) AS {sql}')
    try:
        return ByPosition(source, sort)
    except duckdb.InvalidInputException:
        # DuckDB 1.5 refuses a table with an unnamed struct.
        return ByOffset(source, sort)


class _Source:
    """What all kinds of rows share: the cursor, the columns and the count."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, columns: tuple[str, ...], zoned: bool
    ) -> None:
        self.cursor, self.columns, self._zoned = cursor, columns, zoned

    def fetch(self, sql: str, parameters: dict[str, int] | None = None) -> list[Row]:
        """Return all rows of a query, so that the cursor is free for the next."""
        with said_by_duckdb(own=False):
            if not self._zoned:
                return self.cursor.execute(sql, parameters).fetchall()
            # DuckDB itself would need pytz to make a datetime with a zone.
            found = self.cursor.sql(sql, params=parameters).to_arrow_table()
            return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


class _Counted:
    """Rows whose number is found once."""

    def __init__(
        self, source: _Source, counting: str, parameters: dict[str, int] | None = None
    ) -> None:
        self._source, self._counting, self._parameters = source, counting, parameters
        self._count: int | None = None
        self.columns = source.columns

    def total(self) -> int:
        """Return the number of rows."""
        if self._count is None:
            self._count = int(self._source.fetch(self._counting, self._parameters)[0][0])
        return self._count

    def close(self) -> None:
        """Give back the cursor."""
        self._source.cursor.close()


class ByKey(_Counted):
    """Rows in the order of the key: a page begins after the last key of the one before."""

    def __init__(self, source: _Source, statement: Node, key: list[str]) -> None:
        path = ".".join(map(quoted, key))
        added = parse(source.cursor, f"SELECT {path} WHERE {path} > $after ORDER BY {path}")["node"]
        node = statement["node"]
        paged = {
            **node,
            "select_list": node["select_list"] + added["select_list"],
            "where_clause": _both(node["where_clause"], added["where_clause"]),
            "modifiers": added["modifiers"],
        }
        self._page = render(source.cursor, {**statement, "node": paged})
        names = _names(len(source.columns) + 1)
        last = names.rpartition(", ")[2]
        self._keys = f"SELECT {last} FROM ({self._page}) AS paged({names})"  # noqa: S608
        super().__init__(source, f"SELECT count(*) FROM ({self._keys})", EVERY)  # noqa: S608
        self._befores = {0: EVERY["after"]}

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        before = self._befores.get(start)
        if before is None:
            found = self._source.fetch(f"{self._keys} LIMIT 1 OFFSET {start - 1}", EVERY)
            if not found:
                return []
            before = self._befores[start] = found[0][0]
        rows = self._source.fetch(f"{self._page} LIMIT {count}", {"after": before})
        if len(rows) == count > 1:
            self._befores[start + count - 1] = rows[-2][-1]
        return [row[:-1] for row in rows]


class ByPosition(_Counted):
    """Rows kept once, numbered, in a temporary table of the cursor; any page is then near."""

    def __init__(self, source: _Source, sort: str) -> None:
        source.cursor.execute(
            'CREATE TEMP TABLE "the rows" AS '  # noqa: S608
            f'SELECT row_number() OVER ({sort}) AS p, * FROM "the result"'
        )
        super().__init__(source, 'SELECT count(*) FROM "the rows"')

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        return self._source.fetch(
            'SELECT * EXCLUDE (p) FROM "the rows" '  # noqa: S608
            f"WHERE p BETWEEN {start + 1} AND {start + count} ORDER BY p"
        )


class ByOffset(_Counted):
    """Rows that cannot be kept: the query runs again for each page."""

    def __init__(self, source: _Source, sort: str) -> None:
        super().__init__(source, 'SELECT count(*) FROM "the result"')
        self._sort = sort

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        return self._source.fetch(
            f'SELECT * FROM "the result" {self._sort} LIMIT {count} OFFSET {start}'  # noqa: S608
        )


def _names(width: int) -> str:
    return ", ".join(f"c{i}" for i in range(width))


def _both(first: Node | None, second: Node) -> Node:
    """Return the condition that both hold."""
    if first is None:
        return second
    kind = "CONJUNCTION_AND"
    return {"class": "CONJUNCTION", "type": kind, "alias": "", "children": [first, second]}
