"""Changes of the schema, in order: ``0001_name.sql``, never edited once released, only added to.

``python -m healthsim_nb.store.migrations.difference`` prints what a changed declaration needs.

All that a file has not had run in one transaction, with the record that they ran and the views,
which are made again from the declaration: a change that fails leaves the file as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from healthsim_nb import __version__
from healthsim_nb.errors import WorkspaceError, WorkspaceTooNewError
from healthsim_nb.schema import scenario_tables, tables
from healthsim_nb.schema.ddl import NUMBERED, SCHEMA, view_statements

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection


SEQUENCES = "sequence"
"""Takes the place of the schema among the names of `objects`."""


@dataclass(frozen=True)
class Migration:
    """One change of the schema."""

    version: int
    name: str
    sql: str


@cache
def known() -> tuple[Migration, ...]:
    """Return every change there is, the first first."""
    found = [f for f in files(__package__).iterdir() if f.name.endswith(".sql")]
    parts = [
        (f.name.removesuffix(".sql").partition("_"), f.read_text(encoding="utf-8")) for f in found
    ]
    return tuple(sorted((Migration(int(p[0]), p[2], t) for p, t in parts), key=lambda m: m.version))


def version(cursor: DuckDBPyConnection, name: str, changes: Sequence[Migration] = ()) -> int:
    """Return the last change that a database has had; 0 when it is empty.

    Raises
    ------
    WorkspaceTooNewError
        If it has had a change that is not known here.
    WorkspaceError
        If it is a database of something else.
    """
    rows = cursor.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type <> 'VIEW'"
    ).fetchall()
    if (SCHEMA, "schema_migrations") not in rows:
        _require_room(rows, name)
        return 0
    had = cursor.execute("SELECT max(version) FROM hs.schema_migrations").fetchone()
    last = int(had[0] or 0) if had else 0
    newest = (changes or known())[-1].version
    if last > newest:
        raise WorkspaceTooNewError(
            f"{name} was written by a later version of healthsim_nb (its schema is number {last}, "
            f"this version knows {newest}): pip install --upgrade healthsim-nb."
        )
    return last


def require_current(version: int, name: str) -> None:
    """Refuse a database that would have to be changed first."""
    if version < known()[-1].version:
        raise WorkspaceError(
            f"{name} was written by an earlier version of healthsim_nb and has to be brought up to "
            "date: open it once without read_only."
        )


def migrate(
    cursor: DuckDBPyConnection, have: int, *, now: datetime, changes: Sequence[Migration] = ()
) -> int:
    """Apply the changes that a database has not had and return how many those were."""
    pending = [change for change in changes or known() if change.version > have]
    if not pending:
        return 0
    cursor.begin()
    try:
        fill(cursor, pending, now=now)
        cursor.commit()
    except BaseException:
        cursor.rollback()
        raise
    return len(pending)


def fill(cursor: DuckDBPyConnection, changes: Sequence[Migration] = (), *, now: datetime) -> None:
    """Apply changes, all that there are if none are named, in the transaction of the cursor."""
    for change in changes or known():
        _apply(cursor, change, now)
    for statement in view_statements():
        cursor.execute(statement)


@cache
def objects() -> tuple[tuple[str, str], ...]:
    """Return schema and name of every table, view and sequence that a database should have."""
    return (
        *((SCHEMA, name) for name in tables()),
        *(("main", name) for name in tables()),
        *(("provenance", name) for name in scenario_tables()),
        *((SEQUENCES, f"{name}_seq") for name in NUMBERED),
    )


def _apply(cursor: DuckDBPyConnection, change: Migration, now: datetime) -> None:
    cursor.execute(change.sql)
    cursor.execute(
        "INSERT INTO hs.schema_migrations (version, name, package_version, applied_at) "
        "VALUES (?, ?, ?, ?)",
        [change.version, change.name, __version__, now],
    )


def _require_room(rows: Sequence[tuple[str, str]], name: str) -> None:
    """Refuse a database of something else whose tables would be in the way."""
    taken = sorted(t for s, t in rows if s == SCHEMA or (s == "main" and t in tables()))
    if taken:
        raise WorkspaceError(
            f"{name} is a DuckDB database of something else: it has tables of its own named "
            f"{', '.join(taken[:5])}. Open another file."
        )
