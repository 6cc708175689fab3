"""Measures the targets on one scenario: a few tables of one row a patient, then sums."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from healthsim_nb.quality.scorecard_figures import Cell, Figure, bands, figure
from healthsim_nb.quality.scorecard_products import load_products
from healthsim_nb.quality.targets import groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from importlib.resources.abc import Traversable

    import duckdb

    from healthsim_nb.quality.targets import Target

People = dict[tuple[int, str], int]
AT_ONCE = 30
"""Targets whose sums one query makes."""
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
    cohorts: dict[str, list[Target]] = {}
    for target in wanted:
        cohorts.setdefault(target.cohort, []).append(target)
    found = {}
    for cohort, targets in cohorts.items():
        _cohort(cursor, scenario, cohort)
        everybody = _count(cursor, cohort, "TRUE")
        people = {who: _count(cursor, cohort, who) for who in {t.measured for t in targets} - {""}}
        cells = _cells(cursor, cohort, targets)
        for target in targets:
            known = people.get(target.measured, everybody)
            weights = {cell: everybody[cell] / n for cell, n in known.items()}
            found[target.id] = figure(target, cells[target.id], weights)
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
    band = " ".join(f"WHEN age >= {first} THEN {first}" for first in reversed(bands()))
    made = f"""
        CREATE OR REPLACE TEMP TABLE sc_cohort_{name} AS
        SELECT *, CASE {band} END AS band FROM ({sql})
    """  # noqa: S608 - our own files
    _run(cursor, made, {"scenario": scenario})


def _count(cursor: duckdb.DuckDBPyConnection, cohort: str, who: str) -> People:
    """Return how many there are of each band and stratum."""
    sql = f"SELECT band, stratum, count(*) FROM sc_cohort_{cohort} WHERE {who} GROUP BY ALL"  # noqa: S608
    return {(band, stratum): n for band, stratum, n in cursor.execute(sql).fetchall()}


def _cells(
    cursor: duckdb.DuckDBPyConnection, cohort: str, targets: Sequence[Target]
) -> dict[str, list[Cell]]:
    """Return the sums of each target by band and stratum, a scan for many of them."""
    found: dict[str, list[Cell]] = {}
    for first in range(0, len(targets), AT_ONCE):
        part = targets[first : first + AT_ONCE]
        values = ", ".join(_values(i, target) for i, target in enumerate(part))
        sums = ", ".join(_sums(i, target) for i, target in enumerate(part))
        sql = f"""
            SELECT band, stratum, {sums}
            FROM (SELECT band, stratum, {values} FROM sc_cohort_{cohort})
            GROUP BY band, stratum ORDER BY band, stratum
        """  # noqa: S608 - our own files
        rows = cursor.execute(sql).fetchall()
        for i, target in enumerate(part):
            parts = ((band, stratum, sums[6 * i : 6 * i + 6]) for band, stratum, *sums in rows)
            found[target.id] = [
                Cell(band, stratum, *cell) for band, stratum, cell in parts if cell[0]
            ]
    return found


def _values(place: int, target: Target) -> str:
    """Return the value and the weight of those who are meant and have both, as columns."""
    meant = f"({target.who}) AND ({target.value}) IS NOT NULL AND ({target.weight}) IS NOT NULL"
    if target.weight == "1":
        return f"CASE WHEN {target.who} THEN ({target.value})::DOUBLE END AS y{place}"
    return (
        f"CASE WHEN {meant} THEN ({target.value})::DOUBLE END AS y{place}, "
        f"CASE WHEN {meant} THEN ({target.weight})::DOUBLE END AS w{place}"
    )


def _sums(place: int, target: Target) -> str:
    """Return what a cell has: people, then sums of w, y, y squared, y w, w squared."""
    y, w = f"y{place}", f"w{place}"
    if target.weight == "1":
        n = f"count({y})"
        return f"{n}, {n}::DOUBLE, sum({y}), sum({y} * {y}), sum({y}), {n}::DOUBLE"
    return f"count({y}), sum({w}), sum({y}), sum({y} * {y}), sum({y} * {w}), sum({w} * {w})"


def _folder() -> Traversable:
    return files(__package__) / "scorecard_sql"
