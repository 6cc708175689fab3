"""A scenario that becomes longer or larger: what made it so far, and the run that adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.store import registry, runs
from healthsim_nb.store.scenarios import Owner

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Earlier:
    """A run whose rows the scenario has."""

    run_key: int
    template_hash: str | None
    """None: its rows were not simulated."""
    package_version: str


@dataclass(frozen=True)
class Past:
    """A scenario and what made it."""

    scenario_id: int
    name: str
    specification: str
    runs: tuple[Earlier, ...]

    @property
    def simulated(self) -> tuple[Earlier, ...]:
        """Runs whose rows were simulated."""
        return tuple(run for run in self.runs if run.template_hash is not None)

    @property
    def own(self) -> tuple[int, ...]:
        """Keys of the runs whose rows are the user's own."""
        return tuple(run.run_key for run in self.runs if run.template_hash is None)


def past(cursor: DuckDBPyConnection, scenario: int, name: str) -> Past:
    """Return a scenario's past; ``name`` is for the message if it is gone."""
    row = cursor.execute(
        "SELECT name, specification FROM hs.scenarios WHERE id = ? AND status = 'ready'", [scenario]
    ).fetchone()
    if row is None:
        raise UnknownNameError.of("scenario", name, [b.name for b in registry.briefs(cursor)])
    made = cursor.execute(
        "SELECT run_key, template_hash, package_version FROM hs.runs "
        "WHERE scenario_id = ? AND status = 'finished' ORDER BY run_key",
        [scenario],
    ).fetchall()
    return Past(scenario, row[0], row[1], tuple(Earlier(*run) for run in made))


def begin(
    cursor: DuckDBPyConnection,
    past: Past,
    specification: str,
    *,
    patients: int,
    origin: runs.Origin,
    now: datetime,
) -> Owner:
    """Begin the run that adds to a scenario, in the transaction of its rows.

    The scenario is changed first: who else does so now is told at once, not when all is made.
    """
    cursor.execute(
        "UPDATE hs.scenarios SET specification = ?, patients = ?, updated_at = ? WHERE id = ?",
        [specification, patients, now, past.scenario_id],
    )
    key = runs.begin(cursor, past.scenario_id, past.name, patients=patients, origin=origin, now=now)
    return Owner(past.scenario_id, key, past.name)


def last_checkpoint(cursor: DuckDBPyConnection, scenario: int) -> tuple[str, int] | None:
    """Return the run of a scenario that has the latest checkpoint, with its interval."""
    row = cursor.execute(
        "SELECT run_id, checkpoint_interval FROM hs.checkpoints JOIN hs.runs USING (run_key) "
        "WHERE scenario_id = ? AND checkpoint_interval IS NOT NULL "
        "ORDER BY turn DESC, run_key DESC LIMIT 1",
        [scenario],
    ).fetchone()
    return (str(row[0]), int(row[1])) if row else None
