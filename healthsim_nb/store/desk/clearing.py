"""Clears a workspace: reset leaves an empty one that works, delete leaves nothing.

Only files that carry the workspace's own name are touched, so that others beside it are safe.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import WorkspaceError
from healthsim_nb.schema.ddl import NUMBERED, sequence
from healthsim_nb.store import migrations
from healthsim_nb.store.backup import LOG
from healthsim_nb.store.desk.outputs import ENDING
from healthsim_nb.store.plain import near
from healthsim_nb.store.room import quoted

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database

RUNS = ".runs"
"""How the folder of a workspace's runs ends."""
FOLDERS = (RUNS, ENDING)
COUNTED = {
    "scenarios": "scenario",
    "runs": "run",
    "notes": "note",
    "outputs": "output",
    "rules": "rule",
    "history_entries": "history entry",
}
MOST_NAMED = 5
PLURALS = {"history entry": "history entries"}


@dataclass(frozen=True)
class Contents:
    """What would be lost."""

    name: str
    counts: dict[str, int]
    """By word: scenario, run, note, …"""
    rows: int
    own: tuple[str, ...]
    """Tables and views of the user's own in the same file."""
    files: tuple[Path, ...]
    """Files and folders of the workspace, the database first; none in memory."""

    def __str__(self) -> str:
        """Return it in words."""
        parts = [
            f"{n:,} {word if n == 1 else PLURALS.get(word, word + 's')}"
            for word, n in self.counts.items()
            if n
        ]
        parts += [f"{self.rows:,} rows"] if self.rows else []
        if self.own:
            more = ", …" if len(self.own) > MOST_NAMED else ""
            parts.append(f"and of your own {', '.join(self.own[:MOST_NAMED])}{more}")
        return f"{near(self.name) if self.files else self.name} ({', '.join(parts) or 'empty'})"


def contents(database: Database) -> Contents:
    """Return what a workspace holds."""
    with database.cursor() as cursor:
        counts = {
            word: _count(cursor, f"SELECT count(*) FROM hs.{table}")  # noqa: S608
            for table, word in COUNTED.items()
        }
        rows = _count(cursor, "SELECT coalesce(sum(row_count), 0) FROM hs.scenarios")
        own = tuple(sorted({name for _, name, _ in _own(cursor)}))
    return Contents(database.name, counts, rows, own, _files(database))


def reset(database: Database, *, now: datetime) -> None:
    """Clear everything in a workspace, and its folders; it is then as a new one.

    Copies of the file from before it was brought up to date stay.

    Raises
    ------
    WorkspaceError
        If it is read-only, or somebody else changes it at this moment; then it is as before.
    """
    try:
        with database.transaction() as cursor:
            go_on = _sequences(cursor)
            for statement in _drops(cursor):
                cursor.execute(statement)
            migrations.fill(cursor, now=now)
            for statement in go_on:
                cursor.execute(statement)
    except duckdb.Error as error:
        raise WorkspaceError(
            f"{database.name} was not reset, and is as it was before. DuckDB says: "
            f"{str(error).strip().splitlines()[0]}"
        ) from error
    for path in _files(database):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
    # The room of what was there is given back now if nobody reads, else at the next opening.
    with suppress(duckdb.Error), database.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def delete(database: Database) -> list[Path]:
    """Close a workspace, remove all its files, and return those.

    Raises
    ------
    WorkspaceError
        If it is in memory or read-only, or a file cannot be removed.
    """
    if database.path is None:
        raise WorkspaceError("A workspace in memory has no files: it ends when it is closed.")
    if database.read_only:
        raise WorkspaceError(
            f"The workspace {database.name} is open read-only: it cannot be deleted."
        )
    path = database.path
    while not database.closed:
        database.close()
    # The log first: it must never be found beside another file of that name.
    files = sorted(_files_of(path), key=lambda file: file != path.with_name(path.name + LOG))
    for file in files:
        try:
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        except OSError as error:
            raise WorkspaceError(
                f"{file} cannot be removed: {error.strerror or error}. What else belongs to the "
                "workspace may be gone."
            ) from error
    return files


def _files(database: Database) -> tuple[Path, ...]:
    return () if database.path is None else tuple(_files_of(database.path))


def _files_of(path: Path) -> list[Path]:
    """Return what belongs to a workspace: database, log, folders, copies of earlier versions."""
    named = [path, path.with_name(path.name + LOG)]
    named += [path.with_name(path.name + ending) for ending in FOLDERS]
    copies = [
        file
        for file in path.parent.iterdir()
        if file.name.removeprefix(".").startswith(f"{path.name}.schema-") and ".bak" in file.name
    ]
    return [file for file in [*named, *sorted(copies)] if file.exists()]


def _own(cursor: DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Return what the user made in the file: (kind, name, statement that drops it)."""
    ours = {*migrations.objects(), *(("hs", name) for _, name in migrations.objects())}
    found = cursor.execute(_OBJECTS).fetchall()
    return [
        (kind, name, f"DROP {kind} {quoted(schema)}.{quoted(name)}")
        for kind, schema, name in found
        if (schema, name) not in ours
    ]


def _drops(cursor: DuckDBPyConnection) -> list[str]:
    own = [drop for _, _, drop in _own(cursor)]
    schemas = cursor.execute(
        "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal "
        "AND database_name = current_database() AND schema_name <> 'main'"
    ).fetchall()
    views = [f"DROP VIEW IF EXISTS main.{quoted(name)}" for schema, name in migrations.objects()
             if schema == "main"]  # fmt: skip
    return [*own, *views, *(f"DROP SCHEMA {quoted(name)} CASCADE" for (name,) in schemas)]


def _sequences(cursor: DuckDBPyConnection) -> list[str]:
    """Return what lets numbers go on: a handle of before must not meet another scenario."""
    return [
        f"CREATE OR REPLACE SEQUENCE {sequence(name)} START {int(last or 0) + 1}"
        for name in NUMBERED
        for (last,) in cursor.execute(
            "SELECT last_value FROM duckdb_sequences() "
            "WHERE schema_name = 'hs' AND sequence_name = ?",
            [f"{name}_seq"],
        ).fetchall()
    ]


# Tables last made first: one that refers to another was made after it.
_OBJECTS = """
    SELECT kind, schema_name, name FROM (
        SELECT 'VIEW' AS kind, schema_name, view_name AS name, 0 AS turn, 0 AS age
        FROM duckdb_views() WHERE NOT internal AND database_name = current_database()
        UNION ALL
        SELECT CASE function_type WHEN 'table_macro' THEN 'MACRO TABLE' ELSE 'MACRO' END,
               schema_name, function_name, 1, 0
        FROM duckdb_functions() WHERE NOT internal AND database_name = current_database()
        AND function_type IN ('macro', 'table_macro')
        UNION ALL
        SELECT 'TABLE', schema_name, table_name, 2, -table_oid
        FROM duckdb_tables() WHERE NOT internal AND NOT temporary
        AND database_name = current_database()
        UNION ALL
        SELECT 'SEQUENCE', schema_name, sequence_name, 3, 0
        FROM duckdb_sequences() WHERE NOT temporary AND database_name = current_database()
        UNION ALL
        SELECT 'TYPE', schema_name, type_name, 4, 0
        FROM duckdb_types() WHERE NOT internal AND database_name = current_database()
        AND schema_name = 'main'
    ) ORDER BY turn, age, name
"""


def _count(cursor: DuckDBPyConnection, sql: str) -> int:
    row = cursor.execute(sql).fetchone()
    return int(row[0]) if row else 0
