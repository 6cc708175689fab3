"""The rows of any query, kept in a temporary table so that every page is near.

Rows that a table cannot hold are asked for again for each page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.store.room import said_by_duckdb

if TYPE_CHECKING:
    from healthsim_nb.store.pages import Row, Rows
    from healthsim_nb.store.room import Room


ZONED = "WITH TIME ZONE"


class Source:
    """What all kinds of rows share: the cursor with its room, and the columns with their types."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        room: Room,
        columns: tuple[str, ...],
        types: tuple[str, ...],
    ) -> None:
        self.cursor, self.room = cursor, room
        self.columns, self.types = columns, types
        self._zoned = any(ZONED in kind for kind in types)

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
            rows = result.fetchmany(most)
            if result.fetchmany(1):
                self.run("SELECT NULL")
            return rows

    def run(self, sql: str) -> None:
        """Run a statement to its end: DuckDB 2 lets nothing begin before."""
        self.cursor.execute(sql).fetchall()


class Counted:
    """Rows whose number is found once, when it is asked for."""

    def __init__(self, source: Source, counting: str, **parameters: int) -> None:
        self.source, self.columns, self.types = source, source.columns, source.types
        self._counting, self._parameters = counting, parameters
        self._count: int | None = None

    def total(self) -> int:
        """Return the number of rows."""
        if self._count is None:
            self._count = int(self.source.fetch(self._counting, **self._parameters)[0][0])
        return self._count

    def prepare(self) -> None:
        """Do now what a jump to any page needs, so that none waits for it."""

    def close(self) -> None:
        """Give back the cursor."""
        self.source.cursor.close()


class ByPosition(Counted):
    """Rows kept once, numbered, in a temporary table of the cursor."""

    def __init__(self, source: Source, sort: str) -> None:
        source.run(
            'CREATE TEMP TABLE "the rows" AS '  # noqa: S608
            f'SELECT row_number() OVER ({sort}) AS p, * FROM "the result"'
        )
        super().__init__(source, 'SELECT count(*) FROM "the rows"')

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        return self.source.fetch(
            'SELECT * EXCLUDE (p) FROM "the rows" '  # noqa: S608
            f"WHERE p BETWEEN {start + 1} AND {start + count} ORDER BY p"
        )


class ByOffset(Counted):
    """Rows that a table cannot hold."""

    def __init__(self, source: Source, sort: str) -> None:
        super().__init__(source, 'SELECT count(*) FROM "the result"')
        self._sort = sort

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        return self.source.fetch(
            f'SELECT * FROM "the result" {self._sort} LIMIT {count} OFFSET {start}'  # noqa: S608
        )


def kept(source: Source, sql: str, sort: str = "") -> Rows:
    """Return the rows of a query in a temporary table, or asked for again if none can hold them."""
    columns = names(len(source.columns))
    # A view takes the text whole, with the semicolon or the comment that it may end in.
    source.run(f'CREATE TEMP VIEW "the result" ({columns}) AS {sql}')
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
