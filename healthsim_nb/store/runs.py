"""Runs: what made the rows of a scenario, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthsim_nb import __version__
from healthsim_nb.errors import WorkspaceError
from healthsim_nb.store.naming import fold

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

MOST_A_SECOND = 99


@dataclass(frozen=True)
class Origin:
    """What a run is about, besides its scenario."""

    kind: str = "generate"
    source_type: str = "generated"
    source_system: str = "healthsim_nb"
    template: str | None = None
    template_hash: str | None = None
    seed: int | None = None
    parameters: str = "{}"
    """JSON."""
    parent: int | None = None
    """Key of the run that it goes on from."""


def run_id(name: str, patients: int, now: datetime, number: int) -> str:
    """Return the id of a run.

    >>> from datetime import datetime
    >>> run_id("Köln study", 500, datetime(2026, 1, 15, 9, 30), 1)
    'koln-study_500patients_20260115_093000_01'
    """
    words = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-") or "scenario"
    return f"{words}_{patients}patients_{now:%Y%m%d_%H%M%S}_{number:02}"


def begin(
    cursor: DuckDBPyConnection,
    scenario: int,
    name: str,
    *,
    patients: int,
    origin: Origin,
    now: datetime,
) -> int:
    """Record that a run has begun and return its key, the one that its rows carry."""
    key = _one(cursor, "SELECT nextval('hs.runs_seq')")
    cursor.execute(
        "INSERT INTO hs.runs (run_key, run_id, scenario_id, parent_run_key, kind, source_type, "
        "source_system, template, template_hash, seed, parameters, package_version, status, "
        "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)",
        [
            key,
            _free_id(cursor, name, patients, now),
            scenario,
            origin.parent,
            origin.kind,
            origin.source_type,
            origin.source_system,
            origin.template,
            origin.template_hash,
            origin.seed,
            origin.parameters,
            __version__,
            now,
        ],
    )
    return key


def finish(cursor: DuckDBPyConnection, run_key: int, rows: int, *, now: datetime) -> None:
    """Record that a run has ended well."""
    cursor.execute(
        "UPDATE hs.runs SET status = 'finished', finished_at = ?, row_count = ? WHERE run_key = ?",
        [now, rows, run_key],
    )


def _free_id(cursor: DuckDBPyConnection, name: str, patients: int, now: datetime) -> str:
    every = [run_id(name, patients, now, n) for n in range(1, MOST_A_SECOND + 1)]
    taken = {
        r[0]
        for r in cursor.execute(
            "SELECT run_id FROM hs.runs WHERE starts_with(run_id, ?)", [every[0][:-2]]
        ).fetchall()
    }
    free = [one for one in every if one not in taken]
    if not free:
        raise WorkspaceError(
            f"{MOST_A_SECOND} runs of {name!r} began within this second, and there are no more "
            "numbers for another: try again."
        )
    return free[0]


def _one(cursor: DuckDBPyConnection, sql: str) -> int:
    row = cursor.execute(sql).fetchone()
    assert row is not None
    return int(row[0])
