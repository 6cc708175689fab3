"""A DuckDB cursor as jupysql wants it, which loses no row.

jupysql reads a few rows of a result to look at them, and later asks the same cursor for a frame:
DuckDB then gives the rows that are left, and says nothing. Here what was read counts, and a frame
has every row: a statement that only reads is run again, the rows of another are put together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from healthsim_nb.words import parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

NO_VARIABLE = "assign it in the notebook"
CHANGES = frozenset(
    {"INSERT", "UPDATE", "DELETE", "MERGE_INTO", "CREATE", "DROP", "ALTER", "COPY", "COPY_DATABASE"}
    | {"ATTACH", "DETACH", "SET", "VARIABLE_SET", "LOAD", "TRANSACTION", "VACUUM", "EXECUTE"}
)
"""Kinds of statements that are never run twice."""
NO_ZONES = "pytz"
"""What DuckDB needs for moments with a time zone, and says if it has not got it."""


class SharedCursor:
    """One DuckDB cursor; data frames of the notebook are tables, its variables parameters."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, names: Mapping[str, Any]) -> None:
        self._cursor, self._names = cursor, names
        self._sql = ""
        self._values: tuple[Any, ...] = ()
        self._read: list[tuple[Any, ...]] = []
        self._zoned: list[tuple[Any, ...]] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, sql: str, *values: Any) -> SharedCursor:
        """Run a statement; ``$name`` and ``{name}`` are variables of the notebook, bound."""
        sql, asked = parameters.dollars(sql)
        if asked and not values:
            values = (parameters.values(asked, self._names, NO_VARIABLE),)
        self._sql, self._values, self._read, self._zoned = sql, values, [], None
        self._run()
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, if there is one."""
        rows = self.fetchmany(1)
        return rows[0] if rows else None

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """Return the next rows."""
        if self._zoned is None:
            try:
                rows = self._cursor.fetchmany(size)
            except duckdb.Error as problem:
                rows = self._without_zones(problem)[:size]
        else:
            rows = self._zoned[len(self._read) : len(self._read) + size]
        self._read += rows
        return rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that are left."""
        found: list[tuple[Any, ...]] = []
        while rows := self.fetchmany(100_000):
            found += rows
        return found

    def df(self) -> Any:
        """Return every row as a pandas DataFrame."""
        if self._read and self._changes():
            return self._together()
        self._again()
        try:
            return self._cursor.df()
        except duckdb.Error as problem:
            if NO_ZONES not in str(problem) or self._changes():
                raise
            return self._arrow().to_pandas()

    def pl(self) -> Any:
        """Return every row as a Polars DataFrame."""
        from polars import from_arrow

        return from_arrow(self._arrow())

    def _run(self) -> None:
        """Run the statement; a table that does not exist may be a data frame of the notebook."""
        while True:
            try:
                self._cursor.execute(self._sql, *self._values)
            except duckdb.CatalogException as problem:
                if not self._lend(problem):
                    raise
            else:
                return

    def _again(self) -> None:
        """Begin the result anew if some of it was read."""
        if self._read and not self._changes():
            self._read, self._zoned = [], None
            self._run()

    def _changes(self) -> bool:
        kinds = {statement.type.name for statement in self._cursor.extract_statements(self._sql)}
        return bool(kinds & CHANGES)

    def _together(self) -> Any:
        """Return the rows that were read and those that are left as one DataFrame."""
        import pandas as pd

        columns = [column[0] for column in self._cursor.description]
        return pd.DataFrame.from_records([*self._read, *self._cursor.fetchall()], columns=columns)

    def _without_zones(self, problem: duckdb.Error) -> list[tuple[Any, ...]]:
        """Return the rows by way of Arrow, which needs no other package for time zones."""
        if NO_ZONES not in str(problem) or self._changes():
            raise problem
        columns = [column.to_pylist() for column in self._arrow().columns]
        self._zoned = list(zip(*columns, strict=True))
        return self._zoned

    def _arrow(self) -> pa.Table:
        given = self._values[0] if self._values else None
        if hasattr(self._cursor, "abort"):  # DuckDB 2 lets nothing begin before the result ends
            self._cursor.abort()
        return self._cursor.sql(self._sql, params=given).to_arrow_table()

    def _lend(self, problem: duckdb.Error) -> bool:
        """Register the data frame that a statement speaks of; False: there is none of that name."""
        _, _, rest = str(problem).partition("Table with name ")
        name = rest.partition(" ")[0]
        frame = self._names.get(name)
        if not hasattr(frame, "__dataframe__") and not hasattr(frame, "__arrow_c_stream__"):
            return False
        self._cursor.register(name, frame)
        return True
