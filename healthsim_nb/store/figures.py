"""Statistics of large scenarios, kept beside them until rows come or go.

A million patients have a hundred million rows: to go through them takes seconds, to look whether
they are still as many takes none. An UPDATE in the user's own SQL changes no numbers of rows, so
whoever writes one asks for fresh figures.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from healthsim_nb.store.statistics import Figures

LARGE = 5_000_000
"""Rows from which on figures are kept; those of fewer are there in a moment anyway."""


def kept(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    counts: Mapping[str, int],
    work: Callable[[], Figures],
    *,
    fresh: bool,
) -> Figures:
    """Return the figures of a scenario: those that are kept if they still hold, else new ones.

    Parameters
    ----------
    counts
        Rows of each table that has any, as they are now.
    work
        Works the figures out.
    fresh
        True: in any case.
    """
    if sum(counts.values()) < LARGE:
        return work()
    mark = _mark(cursor, scenario, counts)
    found = cursor.execute(
        "SELECT body FROM hs.figures WHERE scenario_id = ? AND mark = ?", [scenario, mark]
    ).fetchall()
    if found and not fresh:
        figures: Figures = json.loads(found[0][0])
        return figures
    figures = work()
    # Nothing is lost where they cannot be kept: read-only, or somebody else keeps them just now.
    with suppress(duckdb.Error):
        cursor.execute(
            "INSERT OR REPLACE INTO hs.figures (scenario_id, mark, body) VALUES (?, ?, ?)",
            [scenario, mark, json.dumps(figures)],
        )
    return figures


def _mark(cursor: duckdb.DuckDBPyConnection, scenario: int, counts: Mapping[str, int]) -> str:
    """Return what the rows are known by: how many, of which runs, and when the last one ended."""
    last = cursor.execute(
        "SELECT max(run_key), max(updated_at) FROM hs.scenarios JOIN hs.runs "
        "ON runs.scenario_id = scenarios.id WHERE scenarios.id = ?",
        [scenario],
    ).fetchall()
    return f"{last[0]} {json.dumps(dict(counts))}"
