"""What a scenario would cost: rows, seconds and bytes, from what was measured and nothing else."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import WorkspaceError
from healthsim_nb.operations.generation import origin, save
from healthsim_nb.store.database import open_database
from healthsim_nb.store.desk import inputs
from healthsim_nb.store.registry import by_id as briefed
from healthsim_nb.store.scenarios import Draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Specification

SMALL, LARGE = 100, 400
"""Patients of a trial: two sizes tell what is once and for all, and what each patient adds."""
FOUND = 20
"""Patients that a trial looks for, if they are chosen by what happens to them."""
LONGEST = 36
"""Months that a trial plays at most."""
ENOUGH = 200_000
"""Rows from which a run of the workspace tells its pace, and the file how much a row takes."""
SHELF, PACE = "healthsim_nb", "pace of this machine"


@dataclass(frozen=True)
class Point:
    """What making some patients took."""

    patients: int
    rows: int
    seconds: float
    size: int
    """Bytes of the file."""


@dataclass(frozen=True)
class Cost:
    """What a scenario would take."""

    rows: int
    seconds: float
    size: int | None
    """Bytes in the workspace's file; None: it is in memory."""
    told: str
    """From what that is known."""

    def __repr__(self) -> str:
        """Return it in words."""
        size = "in memory" if self.size is None else f"{self.size / 1e6:,.1f} MB"
        return f"about {self.rows:,} rows, {self.seconds:,.1f} s, {size}\n{self.told}"


def cost(
    database: Database,
    spec: Specification,
    library: Library,
    *,
    clock: Callable[[], datetime],
    tell: Callable[[int], None] | None = None,
) -> Cost:
    """Return what making a scenario would take.

    Rows a patient are those of a run of this very definition, if the workspace has one, else of a
    trial: some hundred patients made in a file of their own. Seconds and bytes a row are those of
    the workspace's largest run and file, else of two such trials. Trials are kept.

    Parameters
    ----------
    tell
        Called now and then; what it raises stops a trial.
    """
    if spec.having:
        return _searched(database, spec, library, clock, tell)
    trial = spec.model_copy(update={"months": min(spec.months, LONGEST)})
    about = origin(spec, library).template_hash or ""
    kind = f"{about} {trial.months} {spec.coverage:d} {spec.notes:d}"
    with database.cursor() as cursor:
        like, own = _like(cursor, spec, about), _largest(cursor)
        kept = inputs.read(cursor, SHELF, PACE)

    def tried(n: int) -> Point:
        return _tried(trial.model_copy(update={"n": n}), library, clock, tell)

    found = dict(kept)
    if own is None and "pace" not in kept:
        points = [tried(SMALL), tried(LARGE)]
        found |= {"pace": [asdict(p) for p in points], kind: asdict(points[-1])}
    if like is None and kind not in found:
        found[kind] = asdict(tried(LARGE))
    if found != kept:
        with suppress(WorkspaceError):
            inputs.write(database, SHELF, PACE, found, now=clock())
    pace = [Point(**p) for p in found.get("pace", ())]
    rows, told = _rows(spec, trial, like, found.get(kind))
    seconds, paced = _seconds(rows, own, pace)
    return Cost(rows, seconds, _size(database, own, rows, pace), f"{told} {paced}")


def _searched(
    database: Database,
    spec: Specification,
    library: Library,
    clock: Callable[[], datetime],
    tell: Callable[[int], None] | None,
) -> Cost:
    """Return what a search takes: how many must be simulated is known once some were found."""
    point = _tried(spec.model_copy(update={"n": min(spec.n, FOUND)}), library, clock, tell)
    times = spec.n / point.patients
    size = None if database.path is None else round(point.size * times)
    told = f"All from finding the first {point.patients:,} such patients."
    return Cost(round(point.rows * times), point.seconds * times, size, told)


def _tried(
    spec: Specification,
    library: Library,
    clock: Callable[[], datetime],
    tell: Callable[[int], None] | None,
) -> Point:
    """Make some patients in a file of their own, and return what that took."""
    (tell or int)(0)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder, "trial.duckdb"), now=clock())
        try:
            began = perf_counter()
            draft = Draft(spec.model_dump_json(), spec.n, "trial", ("trial",))
            owner = save(database, draft, spec, library, clock=clock, workers=1, progress=tell)
            seconds = perf_counter() - began
            with database.cursor() as cursor:
                rows = briefed(cursor, owner.scenario_id, owner.name).rows
                cursor.execute("CHECKPOINT")
                size = _bytes(cursor)
        finally:
            database.close()
    return Point(spec.n, rows, seconds, size)


def _like(cursor: DuckDBPyConnection, spec: Specification, about: str) -> Point | None:
    """Return the largest run of the same definition, for as many months."""
    found = cursor.execute(_RUNS, [about, about]).fetchall()
    for rows, seconds, text in found:
        made = json.loads(text)
        same = all(made.get(w) == getattr(spec, w) for w in ("months", "notes", "coverage"))
        if same and made["n"] >= SMALL:
            return Point(made["n"], rows, seconds, 0)
    return None


def _largest(cursor: DuckDBPyConnection) -> Point | None:
    """Return the workspace's largest run, if it is large enough to tell the pace."""
    found = cursor.execute(_RUNS, [None, None]).fetchone()
    if found is None or found[0] < ENOUGH:
        return None
    return Point(json.loads(found[2])["n"], found[0], found[1], 0)


_RUNS = """
    SELECT row_count, date_diff('microsecond', created_at, finished_at) / 1e6, parameters
    FROM hs.runs
    WHERE kind = 'generate' AND status = 'finished' AND row_count > 0
      AND (?::VARCHAR IS NULL OR template_hash = ?::VARCHAR)
    ORDER BY row_count DESC, run_key LIMIT 20
"""


def _rows(
    spec: Specification, trial: Specification, like: Point | None, kept: dict[str, Any] | None
) -> tuple[int, str]:
    if like is not None:
        told = f"Rows from a run here of {like.patients:,} patients just like these."
        return round(like.rows / like.patients * spec.n), told
    assert kept is not None
    point, longer = Point(**kept), spec.months / trial.months
    told = f"Rows from a trial of {point.patients:,} patients just like these"
    told += f", for {trial.months} months." if longer > 1 else "."
    return round(point.rows / point.patients * spec.n * longer), told


def _seconds(rows: int, own: Point | None, pace: list[Point]) -> tuple[float, str]:
    if own is not None:
        told = f"Time at the pace of the largest run here ({own.rows:,} rows)."
        return rows * own.seconds / own.rows, told
    return _line([(p.rows, p.seconds) for p in pace], rows), (
        f"Time and size at the pace of trials on this machine ({pace[-1].rows:,} rows)."
    )


def _size(database: Database, own: Point | None, rows: int, pace: list[Point]) -> int | None:
    if database.path is None:
        return None
    if own is None:
        return round(_line([(p.rows, p.size) for p in pace], rows))
    with database.cursor() as cursor:
        every = cursor.execute("SELECT sum(row_count) FROM hs.runs").fetchone()
        return round(rows * _bytes(cursor) / (every[0] if every and every[0] else own.rows))


def _line(points: list[tuple[int, float]], at: int) -> float:
    """Return the value of the line through two points, never below the share of the first.

    >>> _line([(100, 2.0), (300, 3.0)], 500), _line([(100, 2.0), (300, 2.0)], 600)
    (4.0, 4.0)
    """
    (x0, y0), (x1, y1) = points[0], points[-1]
    rise = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
    # Two trials that took the same say nothing of the slope.
    return y0 + rise * (at - x0) if rise > 0 else y1 * at / x1


def _bytes(cursor: DuckDBPyConnection) -> int:
    """Return how much of the file is in use."""
    found = cursor.execute(
        "SELECT block_size * used_blocks FROM pragma_database_size() "
        "WHERE database_name = current_database()"
    ).fetchone()
    return int(found[0]) if found else 0
