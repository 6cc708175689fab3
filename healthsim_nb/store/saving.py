"""Writes what a query finds to one file, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import ExportError, QueryError, UnknownNameError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.store import gate, order
from healthsim_nb.store.room import enter, said_by_duckdb
from healthsim_nb.store.tree import write

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.store.given import Given

OPTIONS = {
    "csv": "FORMAT csv, HEADER",
    "json": "FORMAT json, ARRAY true",
    "ndjson": "FORMAT json",
    "parquet": "FORMAT parquet",
}
"""Of COPY, by the file's ending."""


def save(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    sql: str,
    path: Path,
    *,
    given: Given = gate.NOTHING,
) -> Path:
    """Write the rows of a query, in the order in which its pages show them.

    Parameters
    ----------
    cursor
        A new cursor on the database; closed at the end.
    scenario
        The scenario's id.
    sql
        One SELECT on the scenario's tables.
    path
        The file; its ending says which kind: csv, json, ndjson or parquet.
    given
        Values by name, for ``$name`` in the SELECT.

    Raises
    ------
    UnknownNameError
        If the ending is none of these.
    QueryError
        If the query is not allowed, or fails.
    ExportError
        If the file cannot be written; then one of before is as it was.
    """
    kind = path.suffix.lstrip(".").lower()
    if kind not in OPTIONS:
        raise UnknownNameError.of("kind of file", kind or path.name, OPTIONS)
    partial = path.with_name(f".{path.name}.partial")
    target = str(partial).replace("'", "''")
    try:
        with said_by_duckdb():
            source = _source(cursor, scenario, sql, given)
        if not path.parent.is_dir():
            raise ExportError(f"Nothing was written: there is no folder {path.parent}.")
        cursor.execute(f"COPY ({source}) TO '{target}' ({OPTIONS[kind]})").fetchall()
        return partial.replace(path)
    except duckdb.InterruptException:
        raise
    except (duckdb.IOException, OSError) as error:
        why = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise ExportError(f"Nothing was written, because {path} cannot be: {why}.") from None
    except duckdb.Error as error:
        raise QueryError(str(error).split("\n\nLINE ")[0]) from None
    finally:
        cursor.close()
        partial.unlink(missing_ok=True)


def _source(cursor: duckdb.DuckDBPyConnection, scenario: int, sql: str, given: Given) -> str:
    """Return the query with an order that leaves nothing open, in the scenario's room."""
    asked = gate.check(cursor, sql, scenario_tables(), given)
    enter(cursor, scenario, asked.tables)
    width = len(cursor.sql(asked.sql).columns)
    ordered = write(cursor, order.total(cursor, asked, order.key_of(asked), width))
    if ordered:
        return ordered
    # A view takes the text whole, with the semicolon or the comment that it may end in.
    cursor.execute(f'CREATE TEMP VIEW "the result" AS {asked.sql}').fetchall()
    sort = "" if order.settled(asked.statement["node"]) else "ORDER BY ALL"
    return f'SELECT * FROM "the result" {sort}'  # noqa: S608 - our own view
