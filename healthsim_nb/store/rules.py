"""The workspace's own rules, and which of ours it has switched off: the state table ``rules``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from healthsim_nb.store.database import Database

COLUMNS = "id, sql, table_name, severity, protects, source, confidence, enabled"


@dataclass(frozen=True)
class Saved:
    """A row of the table: a rule of the workspace, or a switch of one of ours."""

    id: str
    sql: str | None
    """Nothing: it is one of ours, and only switched."""
    table: str | None
    severity: str | None
    protects: str | None
    source: str | None
    confidence: float | None
    on: bool


def saved(cursor: duckdb.DuckDBPyConnection) -> list[Saved]:
    """Return every row, the oldest first."""
    rows = cursor.execute(f"SELECT {COLUMNS} FROM hs.rules ORDER BY created_at, id")  # noqa: S608
    return [Saved(*row) for row in rows.fetchall()]


def write(database: Database, rule: Saved, *, now: datetime) -> None:
    """Add a row, or put it in the place of the one of that id."""
    with database.transaction() as cursor:
        values = (rule.sql, rule.table, rule.severity, rule.protects, rule.source, rule.confidence)
        cursor.execute(
            "INSERT INTO hs.rules (id, sql, table_name, severity, protects, source, confidence, "
            "enabled, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) "
            "ON CONFLICT (id) DO UPDATE SET sql = excluded.sql, table_name = excluded.table_name, "
            "severity = excluded.severity, protects = excluded.protects, source = excluded.source, "
            "confidence = excluded.confidence, enabled = excluded.enabled, "
            "updated_at = excluded.updated_at",
            [rule.id, *values, rule.on, now],
        )


def switch(database: Database, name: str, *, on: bool, now: datetime) -> None:
    """Switch a row on or off."""
    with database.transaction() as cursor:
        cursor.execute(
            "UPDATE hs.rules SET enabled = ?, updated_at = ? WHERE id = ?", [on, now, name]
        )


def remove(database: Database, name: str) -> None:
    """Remove a row."""
    with database.transaction() as cursor:
        cursor.execute("DELETE FROM hs.rules WHERE id = ?", [name])
