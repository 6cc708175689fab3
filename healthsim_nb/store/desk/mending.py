"""Puts back what a file lacks that it should have: a table, a column, a view, a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.schema import tables
from healthsim_nb.schema.ddl import NUMBERED, create_table, qualified, sequence, view_statements
from healthsim_nb.store.migrations import SEQUENCES, objects
from healthsim_nb.store.migrations.difference import added, shape

if TYPE_CHECKING:
    from collections.abc import Collection

    from duckdb import DuckDBPyConnection

    from healthsim_nb.schema.types import Table


def lacking(cursor: DuckDBPyConnection) -> dict[str, list[str]]:
    """Return what a database lacks, in words, each with the statements that make it."""
    have = shape(cursor)
    found: dict[str, list[str]] = {}
    for name, table in tables().items():
        if name not in have:
            found[f"table {name}"] = [create_table(table)]
        else:
            found |= _columns(table, set(have[name]))
    known = {(schema, name) for schema, name in cursor.execute(_NAMED).fetchall()}
    for name in NUMBERED:
        if (SEQUENCES, f"{name}_seq") not in known:
            found[f"sequence {name}_seq"] = [_sequence(cursor, name, have)]
    for schema, name in objects():
        if schema in ("main", "provenance") and (schema, name) not in known:
            # All views are made again anyway.
            found[f"view {schema}.{name}"] = []
    return found


def mend(cursor: DuckDBPyConnection) -> list[str]:
    """Put back what a database lacks, all of it or nothing, and return what that was."""
    found = lacking(cursor)
    if not found:
        return []
    cursor.begin()
    try:
        for statement in (text for texts in found.values() for text in texts):
            cursor.execute(statement)
        for statement in view_statements():
            cursor.execute(statement)
        cursor.commit()
    except BaseException:
        cursor.rollback()
        raise
    return list(found)


def told(name: str, found: list[str], *, mended: bool) -> str:
    """Return the sentence about what a file lacked."""
    parts = f"{', '.join(found[:5])}{f' and {len(found) - 5} more' if len(found) > 5 else ''}"
    if mended:
        return f"{name} lacked {parts}: made again, with defaults. What else is in it is untouched."
    return f"{name} lacks {parts}: open it once without read_only, and they are made again."


def _columns(table: Table, have: set[str]) -> dict[str, list[str]]:
    missing = [column for column in table.columns if column.name not in have]
    return {f"column {table.name}.{column.name}": added(table, column) for column in missing}


def _sequence(cursor: DuckDBPyConnection, name: str, have: Collection[str]) -> str:
    key = tables()[name].key[0]
    last = 0
    if name in have:
        row = cursor.execute(f"SELECT coalesce(max({key}), 0) FROM {qualified(name)}").fetchone()  # noqa: S608
        last = int(row[0]) if row else 0
    return f"CREATE SEQUENCE {sequence(name)} START {last + 1}"


_NAMED = """
    SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal
    UNION ALL SELECT 'sequence', sequence_name FROM duckdb_sequences() WHERE schema_name = 'hs'
"""
