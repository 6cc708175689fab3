"""Where the rows of a query are kept, so that any page of them is near.

``ByKey``: in the table itself, for rows that come by id: a page begins after the last id of the one
before. ``ByPosition``: in a temporary table with a number for each row. ``ByOffset``: nowhere, the
query runs again for each page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.store.room import quoted, said_by_duckdb
from healthsim_nb.store.tree import pattern, write

if TYPE_CHECKING:
    from healthsim_nb.store.pages import Row, Rows
    from healthsim_nb.store.tree import Node

LOWEST, HIGHEST = -(2**63), 2**63 - 1
"""No id is below or above."""
AND = "CONJUNCTION_AND"


class Source:
    """What all kinds of rows share: the cursor and the columns."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, columns: tuple[str, ...], *, zoned: bool
    ) -> None:
        self.cursor, self.columns, self._zoned = cursor, columns, zoned

    def fetch(self, sql: str, most: int | None = None, **parameters: int) -> list[Row]:
        """Return the rows of a query, or its first ones, and leave the cursor free for the next."""
        with said_by_duckdb(own=False):
            if self._zoned:
                # DuckDB itself would need pytz to make a datetime with a zone.
                found = self.cursor.sql(sql, params=parameters or None).to_arrow_table()
                return list(zip(*(c.to_pylist() for c in found.columns), strict=True))[:most]
            result = self.cursor.execute(sql, parameters or None)
            if most is None:
                return result.fetchall()
            rows = result.fetchmany(most + 1)
            if len(rows) > most:
                self.cursor.execute("SELECT NULL").fetchall()
            return rows[:most]


class _Counted:
    """Rows whose number is found once, when it is asked for."""

    def __init__(self, source: Source, counting: str, **parameters: int) -> None:
        self._source, self._counting, self._parameters = source, counting, parameters
        self._count: int | None = None
        self.columns = source.columns

    def total(self) -> int:
        """Return the number of rows."""
        if self._count is None:
            self._count = int(self._source.fetch(self._counting, **self._parameters)[0][0])
        return self._count

    def close(self) -> None:
        """Give back the cursor."""
        self._source.cursor.close()


class ByKey(_Counted):
    """Rows in the order of the key."""

    def __init__(self, source: Source, between: str, path: str, width: int) -> None:
        self._page = f"{between} ORDER BY {path}"
        self._keys = f"SELECT c{width} FROM ({between}) AS t({names(width + 1)})"  # noqa: S608
        counting = f"SELECT count(*) FROM ({between})"  # noqa: S608
        super().__init__(source, counting, after=LOWEST, until=HIGHEST)
        self._befores = {0: LOWEST}

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        before = self._before(start)
        # Any `count` keys after `before` bound the first ones: none of these is above the highest.
        # With a bound at both ends DuckDB reads one row group, and needs no top-n over wide rows.
        some = [] if before is None else self._some(f"LIMIT {count}", before)
        if not some or before is None:
            return []
        rows = self._source.fetch(self._page, count, after=before, until=max(some))
        if len(rows) == count > 1:
            self._befores[start + count - 1] = rows[-2][-1]
        return [row[:-1] for row in rows]

    def _before(self, start: int) -> int | None:
        if start not in self._befores:
            found = self._some(f"ORDER BY 1 LIMIT 1 OFFSET {start - 1}", LOWEST)
            if not found:
                return None
            self._befores[start] = found[0]
        return self._befores[start]

    def _some(self, which: str, after: int) -> list[int]:
        found = self._source.fetch(f"{self._keys} {which}", after=after, until=HIGHEST)
        return [key for (key,) in found]


class ByPosition(_Counted):
    """Rows kept once, numbered, in a temporary table of the cursor."""

    def __init__(self, source: Source, sort: str) -> None:
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
    """Rows that a table cannot hold."""

    def __init__(self, source: Source, sort: str) -> None:
        super().__init__(source, 'SELECT count(*) FROM "the result"')
        self._sort = sort

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        return self._source.fetch(
            f'SELECT * FROM "the result" {self._sort} LIMIT {count} OFFSET {start}'  # noqa: S608
        )


def by_key(source: Source, statement: Node, key: list[str]) -> Rows | None:
    """Return the rows of a statement in the order of its key, if DuckDB can write it down."""
    path, node = ".".join(map(quoted, key)), statement["node"]
    added = pattern(f"SELECT {path} WHERE {path} > $after AND {path} <= $until")
    between = {
        **node,
        "select_list": node["select_list"] + added["select_list"],
        "where_clause": _all(node["where_clause"], added["where_clause"]),
        "modifiers": [],
    }
    text = write(source.cursor, {**statement, "node": between})
    width = len(source.columns)
    return ByKey(source, text, path, width) if text else None


def kept(source: Source, sql: str, sort: str = "") -> Rows:
    """Return the rows of a query in a temporary table, or asked for again if none can hold them."""
    columns = names(len(source.columns))
    # A view takes the text whole, with the semicolon or the comment that it may end in.
    source.cursor.execute(f'CREATE TEMP VIEW "the result" ({columns}) AS {sql}')
    try:
        return ByPosition(source, sort)
    except duckdb.InvalidInputException:
        # DuckDB 1.5 refuses a table with an unnamed struct.
        return ByOffset(source, sort)


def names(width: int) -> str:
    """Return names for that many columns, whatever the user calls them.

    >>> names(3)
    'c0, c1, c2'
    """
    return ", ".join(f"c{i}" for i in range(width))


def _all(*conditions: Node | None) -> Node:
    """Return the condition that all of them hold."""
    flat: list[Node] = []
    for condition in conditions:
        if condition and condition["type"] == AND:
            flat += condition["children"]
        elif condition:
            flat.append(condition)
    return {"class": "CONJUNCTION", "type": AND, "alias": "", "children": flat}
