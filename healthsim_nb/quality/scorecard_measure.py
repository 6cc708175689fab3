"""Measures the targets on one scenario: a few tables of one row a patient, then sums."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from healthsim_nb.quality.scorecard_figures import Cell, Figure, bands, figure
from healthsim_nb.quality.scorecard_products import load_products
from healthsim_nb.quality.targets import groups

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from importlib.resources.abc import Traversable

    import duckdb

    from healthsim_nb.quality.targets import Target

People = dict[tuple[int, str], int]
FEWEST = 30
"""People (or stays) below which a figure says nothing."""


def measure(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    span: tuple[date, date],
    wanted: Iterable[Target],
) -> dict[str, Figure]:
    """Return the figure of each target.

    Parameters
    ----------
    cursor
        A cursor on the database; temporary tables ``sc_…`` are made on it.
    scenario
        The scenario's id.
    span
        Its first and last day.
    wanted
        What to measure.
    """
    _prepare(cursor, scenario, span)
    people: dict[tuple[str, str], People] = {}
    found = {}
    for target in wanted:
        everybody = people.get((target.cohort, ""))
        if everybody is None:
            _cohort(cursor, scenario, target.cohort)
            everybody = people[target.cohort, ""] = _count(cursor, target.cohort, "TRUE")
        key = target.cohort, target.measured
        if key not in people:
            people[key] = _count(cursor, *key)
        weights = {cell: everybody[cell] / n for cell, n in people[key].items()}
        found[target.id] = figure(target, _cells(cursor, target), weights)
    return found


def filled(cursor: duckdb.DuckDBPyConnection, scenario: int, tables: Iterable[str]) -> set[str]:
    """Return those of the tables that have rows of the scenario; names are our own."""
    return {
        table
        for table in tables
        if cursor.execute(
            f"SELECT 1 FROM hs.{table} WHERE scenario_id = ? LIMIT 1",  # noqa: S608
            [scenario],
        ).fetchone()
    }


def _prepare(cursor: duckdb.DuckDBPyConnection, scenario: int, span: tuple[date, date]) -> None:
    cursor.execute("CREATE OR REPLACE TEMP TABLE sc_groups (kind TEXT, name TEXT, prefix TEXT)")
    cursor.executemany("INSERT INTO sc_groups VALUES (?, ?, ?)", groups())
    load_products(cursor)
    known: dict[str, int | date] = {"scenario": scenario, "start": span[0], "until": span[1]}
    for step in sorted(_folder().iterdir(), key=lambda f: f.name):
        if step.name.endswith(".sql"):
            _run(cursor, step.read_text(encoding="utf-8"), known)


def _run(
    cursor: duckdb.DuckDBPyConnection, sql: str, known: dict[str, int | date]
) -> duckdb.DuckDBPyConnection:
    """Run a statement with those of the parameters that it names."""
    return cursor.execute(sql, {k: v for k, v in known.items() if f"${k}" in sql})


def _cohort(cursor: duckdb.DuckDBPyConnection, scenario: int, name: str) -> None:
    """Make the table of a cohort."""
    sql = (_folder() / "cohorts" / f"{name}.sql").read_text(encoding="utf-8")
    # A view cannot have parameters; what has none need not be copied.
    kind = "TABLE" if "$scenario" in sql else "VIEW"
    band = " ".join(f"WHEN age >= {first} THEN {first}" for first in reversed(bands()))
    made = f"""
        CREATE OR REPLACE TEMP {kind} sc_cohort_{name} AS
        SELECT *, CASE {band} END AS band FROM ({sql})
    """  # noqa: S608 - our own files
    _run(cursor, made, {"scenario": scenario})


def _count(cursor: duckdb.DuckDBPyConnection, cohort: str, who: str) -> People:
    """Return how many there are of each band and stratum."""
    sql = f"SELECT band, stratum, count(*) FROM sc_cohort_{cohort} WHERE {who} GROUP BY ALL"  # noqa: S608
    return {(band, stratum): n for band, stratum, n in cursor.execute(sql).fetchall()}


def _cells(cursor: duckdb.DuckDBPyConnection, target: Target) -> list[Cell]:
    """Return the sums of a target by band and stratum."""
    sql = f"""
        SELECT band, stratum, count(*), sum(w), sum(y), sum(y * y), sum(y * w), sum(w * w)
        FROM (
            SELECT band, stratum, ({target.value})::DOUBLE AS y, ({target.weight})::DOUBLE AS w
            FROM sc_cohort_{target.cohort} WHERE {target.who}
        )
        WHERE y IS NOT NULL AND w IS NOT NULL
        GROUP BY band, stratum ORDER BY band, stratum
    """  # noqa: S608 - our own files
    return [Cell(*row) for row in cursor.execute(sql).fetchall()]


def _folder() -> Traversable:
    return files(__package__) / "scorecard_sql"
