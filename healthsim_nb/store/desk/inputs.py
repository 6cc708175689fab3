"""What was entered into widgets, under the notebook's and the widget's name."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import duckdb

from healthsim_nb.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database


def read(cursor: DuckDBPyConnection, notebook: str, widget: str) -> dict[str, Any]:
    """Return what was entered into a widget, by field; what cannot be read is left out."""
    rows = cursor.execute(
        "SELECT field, value FROM hs.widget_state WHERE notebook = ? AND widget = ? ORDER BY field",
        [notebook, widget],
    ).fetchall()
    found: dict[str, Any] = {}
    for field, value in rows:
        with suppress(ValueError):
            found[field] = json.loads(value)
    return found


def write(
    database: Database, notebook: str, widget: str, values: Mapping[str, Any], *, now: datetime
) -> None:
    """Keep what is in a widget now: fields that are not there any more are forgotten.

    Raises
    ------
    WorkspaceError
        If it cannot be kept.
    """
    rows = [(field, json.dumps(value)) for field, value in values.items()]
    try:
        _write(database, notebook, widget, rows, now)
    except duckdb.Error as error:
        raise WorkspaceError(f"{widget} of {notebook} was not kept: {error}") from error


def _write(
    database: Database, notebook: str, widget: str, rows: list[tuple[str, str]], now: datetime
) -> None:
    with database.transaction() as cursor:
        cursor.execute(
            "DELETE FROM hs.widget_state WHERE notebook = ? AND widget = ? "
            "AND NOT list_contains(?, field)",
            [notebook, widget, [field for field, _ in rows]],
        )
        for field, value in rows:
            cursor.execute(
                "INSERT INTO hs.widget_state (notebook, widget, field, value, updated_at) "
                "VALUES (?, ?, ?, ?, ?) ON CONFLICT (notebook, widget, field) "
                "DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
                [notebook, widget, field, value, now],
            )
