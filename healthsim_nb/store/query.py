"""Runs a user's query on one scenario, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.schema import scenario_tables
from healthsim_nb.store import gate, order
from healthsim_nb.store.pages import PAGE_SIZE, Page, Row, Rows, checked, turn
from healthsim_nb.store.room import enter, quoted, said_by_duckdb
from healthsim_nb.store.tree import parse, render

if TYPE_CHECKING:
    import duckdb

    from healthsim_nb.store.tree import Node

FIRST_KEY = -(2**63)
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
        shown = cursor.sql(sql)
        columns, zoned = tuple(shown.columns), any(ZONED in str(t) for t in shown.types)
        del shown
    with said_by_duckdb(own=False):
        return turn(_rows(cursor, asked, columns, zoned), page, page_size)


def _rows(
    cursor: duckdb.DuckDBPyConnection, asked: gate.Query, columns: tuple[str, ...], zoned: bool
) -> Rows:
    node, key = asked.statement["node"], order.key_of(asked)
    unlimited = not any("LIMIT" in m["type"] for m in node["modifiers"])
    if key and unlimited and order.row_by_row(node) and order.by_key(node, key):
        return ByKey(cursor, asked.statement, columns, key, zoned)
    ordered = order.total(cursor, asked, key, len(columns))
    return ByPosition(cursor, render(cursor, ordered), columns, zoned)


class _OnCursor:
    """What both kinds of rows share: the cursor, the columns and the count."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, columns: tuple[str, ...], zoned: bool
    ) -> None:
        self.columns = columns
        self._cursor, self._zoned = cursor, zoned
        self._count: int | None = None

    def close(self) -> None:
        """Give back the cursor."""
        self._cursor.close()

    def _fetch(self, sql: str, parameters: dict[str, Any] | None = None) -> list[Row]:
        with said_by_duckdb(own=False):
            if not self._zoned:
                return self._cursor.execute(sql, parameters).fetchall()
            # DuckDB itself would need pytz to make a datetime with a zone.
            found = self._cursor.sql(sql, params=parameters).to_arrow_table()
            return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def _number(self, sql: str) -> int:
        with said_by_duckdb(own=False):
            return int(self._cursor.execute(sql).fetchall()[0][0])


class ByKey(_OnCursor):
    """Rows in the order of the key: a page begins after the last key of the one before."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        statement: Node,
        columns: tuple[str, ...],
        key: list[str],
        zoned: bool,
    ) -> None:
        super().__init__(cursor, columns, zoned)
        path = ".".join(map(quoted, key))
        added = parse(cursor, f"SELECT {path} WHERE {path} > $after ORDER BY {path}")["node"]
        node = {**statement["node"], "modifiers": added["modifiers"]}
        keys = {**node, "select_list": added["select_list"]}
        both = node["select_list"] + added["select_list"]
        after = _both(node["where_clause"], added["where_clause"])
        page = {**node, "select_list": both, "where_clause": after}
        self._page = render(cursor, {**statement, "node": page})
        self._keys = render(cursor, {**statement, "node": keys})
        self._befores = {0: FIRST_KEY}

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        before = self._befores.get(start)
        if before is None:
            found = self._fetch(f"{self._keys} LIMIT 1 OFFSET {start - 1}")
            if not found:
                return []
            before = self._befores[start] = found[0][0]
        rows = self._fetch(f"{self._page} LIMIT {count}", {"after": before})
        if len(rows) == count > 1:
            self._befores[start + count - 1] = rows[-2][-1]
        return [row[:-1] for row in rows]

    def total(self) -> int:
        """Return the number of rows."""
        if self._count is None:
            self._count = self._number(f"SELECT count(*) FROM ({self._keys})")  # noqa: S608
        return self._count


class ByPosition(_OnCursor):
    """Rows kept once, numbered, in a temporary table of the cursor; any page is then near."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, sql: str, columns: tuple[str, ...], zoned: bool
    ) -> None:
        super().__init__(cursor, columns, zoned)
        self._names = ", ".join(f"c{i}" for i in range(len(columns)))
        cursor.execute(
            f'CREATE TEMP TABLE "the rows" AS SELECT row_number() OVER () AS p, {self._names} '  # noqa: S608
            f"FROM ({sql}) AS result({self._names})"
        )

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        return self._fetch(
            f'SELECT {self._names} FROM "the rows" '  # noqa: S608
            f"WHERE p BETWEEN {start + 1} AND {start + count} ORDER BY p"
        )

    def total(self) -> int:
        """Return the number of rows."""
        if self._count is None:
            self._count = self._number('SELECT count(*) FROM "the rows"')
        return self._count


def _both(first: Node | None, second: Node) -> Node:
    """Return the condition that both hold."""
    if first is None:
        return second
    kind = "CONJUNCTION_AND"
    return {"class": "CONJUNCTION", "type": kind, "alias": "", "children": [first, second]}
