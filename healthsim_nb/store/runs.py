"""Runs: what made the rows of a scenario, and when."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from healthsim_nb import __version__
from healthsim_nb.errors import RunIdCollisionError, UnknownNameError
from healthsim_nb.store.naming import fold

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    checkpoint_interval: int | None = None


@dataclass(frozen=True)
class RunBrief:
    """A run as it is on record."""

    COLUMNS: ClassVar = ("run", "kind", "status", "scenario", "rows", "checkpoints", "began")
    """What a list of runs shows."""

    run_key: int
    run_id: str
    kind: str
    status: str
    scenario_id: int | None
    scenario: str | None
    """Name of its scenario."""
    parent: str | None
    """Id of the run that it went on from."""
    created_at: datetime
    finished_at: datetime | None
    rows: int | None
    template_hash: str | None
    parameters: str
    package_version: str
    checkpoint_interval: int | None
    checkpoints: tuple[int, ...]
    """Turns of which it has checkpoints."""

    @property
    def patients(self) -> int:
        """How many patients it simulates; 0 if it does not."""
        return int(json.loads(self.parameters).get("n") or 0) if self.template_hash else 0

    def row(self) -> tuple[object, ...]:
        """Return what a list of runs shows of it."""
        turns = ", ".join(map(str, self.checkpoints))
        began = f"{self.created_at:%Y-%m-%d %H:%M}"
        return (self.run_id, self.kind, self.status, self.scenario, self.rows, turns, began)


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
        "source_system, template, template_hash, seed, parameters, package_version, "
        "checkpoint_interval, status, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)",
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
            origin.checkpoint_interval,
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


def note_attrition(
    cursor: DuckDBPyConnection, run_key: int, counts: Mapping[str, Any] | None
) -> None:
    """Record how many were simulated and how many of them kept; None: nobody was chosen."""
    if counts is not None:
        cursor.execute(
            "UPDATE hs.runs SET attrition = ? WHERE run_key = ?", [json.dumps(counts), run_key]
        )


def attrition(cursor: DuckDBPyConnection, scenario: int) -> dict[str, Any] | None:
    """Return the counts of the latest run that chose patients of a scenario, if one did."""
    row = cursor.execute(
        "SELECT attrition FROM hs.runs WHERE scenario_id = ? AND attrition IS NOT NULL "
        "ORDER BY run_key DESC LIMIT 1",
        [scenario],
    ).fetchone()
    return json.loads(row[0]) if row else None


def id_of(cursor: DuckDBPyConnection, run_key: int) -> str:
    """Return the id of a run."""
    row = cursor.execute("SELECT run_id FROM hs.runs WHERE run_key = ?", [run_key]).fetchone()
    assert row is not None
    return str(row[0])


def set_aside(cursor: DuckDBPyConnection, scenario: int) -> None:
    """Keep the runs that can go on when their unfinished scenario is removed."""
    cursor.execute(
        "UPDATE hs.runs SET status = 'interrupted', scenario_id = NULL "
        "WHERE scenario_id = ? AND checkpoint_interval IS NOT NULL",
        [scenario],
    )


def hand_over(cursor: DuckDBPyConnection, run_key: int, scenario: int) -> None:
    """Say of an interrupted run that another has gone on with it, and made this scenario."""
    cursor.execute(
        "UPDATE hs.runs SET status = 'resumed', scenario_id = ? WHERE run_key = ?",
        [scenario, run_key],
    )


def briefs(
    cursor: DuckDBPyConnection, *, scenario: int | None = None, status: str | None = None
) -> list[RunBrief]:
    """Return the runs, newest first; of one scenario or status only, if that is asked for."""
    found = [RunBrief(*(*row[:-1], tuple(row[-1]))) for row in cursor.execute(_BRIEFS).fetchall()]
    return [
        run for run in found if scenario in (None, run.scenario_id) and status in (None, run.status)
    ]


def find(cursor: DuckDBPyConnection, run_id: str) -> RunBrief:
    """Return the run of that id.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    known = {run.run_id: run for run in briefs(cursor)}
    if run_id not in known:
        raise UnknownNameError.of("run", run_id, known)
    return known[run_id]


_BRIEFS = """
    SELECT r.run_key, r.run_id, r.kind, r.status, r.scenario_id, s.name, p.run_id, r.created_at,
           r.finished_at, r.row_count, r.template_hash, r.parameters, r.package_version,
           r.checkpoint_interval, coalesce(turns, [])
    FROM hs.runs AS r
    LEFT JOIN hs.scenarios AS s ON s.id = r.scenario_id
    LEFT JOIN hs.runs AS p ON p.run_key = r.parent_run_key
    LEFT JOIN (SELECT run_key, list(turn ORDER BY turn) AS turns FROM hs.checkpoints GROUP BY ALL)
        AS c ON c.run_key = r.run_key
    ORDER BY r.created_at DESC, r.run_key DESC
"""


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
        raise RunIdCollisionError(
            f"{MOST_A_SECOND} runs of {name!r} began within this second, and there are no more "
            "numbers for another: try again."
        )
    return free[0]


def _one(cursor: DuckDBPyConnection, sql: str) -> int:
    row = cursor.execute(sql).fetchone()
    assert row is not None
    return int(row[0])
