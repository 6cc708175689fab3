"""Writes a scenario into one file."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb import __version__
from healthsim_nb.errors import ExportError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store.migrations import known
from healthsim_nb.store.sharing.manifest import (
    FORMAT,
    NAME,
    PLACE,
    SEAL,
    VERSION,
    Manifest,
    SharedRun,
    SharedTable,
    hash_of,
)
from healthsim_nb.store.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database
    from healthsim_nb.store.registry import Brief

OPTIONS = "FORMAT parquet, COMPRESSION zstd"
EPOCH = (1980, 1, 1, 0, 0, 0)


def share(
    database: Database,
    brief: Brief,
    path: str | Path,
    tell: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a scenario into one file and return that; whole or not at all.

    Parameters
    ----------
    tell
        Called with the tables written and the tables in all.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    target = Path(path).expanduser()
    _check(database, target)
    with tempfile.TemporaryDirectory(prefix="healthsim-") as folder:
        # One transaction: what changes meanwhile is not half in it.
        with database.cursor() as cursor:
            cursor.begin()
            manifest = _write_tables(cursor, brief, Path(folder), tell)
            cursor.rollback()
        partial = target.with_name(f".{target.name}.partial")
        try:
            _pack(Path(folder), manifest, partial)
            partial.replace(target)
        except OSError as error:
            why = error.strerror or str(error)
            raise ExportError(
                f"{brief.name!r} was not shared: {target} cannot be written to: {why}."
            ) from None
        finally:
            partial.unlink(missing_ok=True)
    return target


def _check(database: Database, target: Path) -> None:
    if target.is_dir():
        raise ExportError(f"{target} is a folder: name a file in it, such as {target / 'my.hsz'}.")
    # Only to look at the file of a database from its own process would unlock it.
    if database.path is not None and target.resolve() == database.path:
        raise ExportError(f"{target} is the workspace itself: share into another file.")
    if not target.parent.is_dir():
        raise ExportError(f"{target} cannot be made: there is no folder {target.parent}.")


def _write_tables(
    cursor: DuckDBPyConnection,
    brief: Brief,
    folder: Path,
    tell: Callable[[int, int], None] | None,
) -> Manifest:
    runs = _runs(cursor, brief.id)
    tables = {}
    for place, name in enumerate(scenario_tables()):
        if tell:
            tell(place, len(scenario_tables()))
        path = folder / f"{name}.parquet"
        rows = _write_table(cursor, brief.id, name, list(runs), path)
        if rows:
            with path.open("rb") as file:
                digest = hash_of(file)
            tables[name] = SharedTable(rows=rows, bytes=path.stat().st_size, hash=digest)
    return _manifest(cursor, brief, list(runs.values()), tables)


def _manifest(
    cursor: DuckDBPyConnection, brief: Brief, runs: list[SharedRun], tables: dict[str, SharedTable]
) -> Manifest:
    told = cursor.execute("SELECT specification FROM hs.scenarios WHERE id = ?", [brief.id])
    ((specification,),) = told.fetchall()
    notes = cursor.execute(
        "SELECT patient_id, text FROM hs.notes WHERE scenario_id = ? ORDER BY id", [brief.id]
    ).fetchall()
    return Manifest(
        format=FORMAT,
        version=VERSION,
        schema_version=known()[-1].version,
        package_version=__version__,
        name=brief.name,
        description=brief.description,
        template=brief.template,
        request=brief.request,
        specification=specification,
        patients=brief.patients,
        tags=list(brief.tags),
        notes=[text for patient, text in notes if patient is None],
        patient_notes=[(patient, text) for patient, text in notes if patient is not None],
        runs=runs,
        signature=signature(cursor, brief.id),
        tables=tables,
    )


def _runs(cursor: DuckDBPyConnection, scenario: int) -> dict[int, SharedRun]:
    names = list(SharedRun.model_fields)
    rows = cursor.execute(
        f"SELECT run_key, {', '.join(names)} FROM hs.runs WHERE scenario_id = ? "  # noqa: S608
        "AND status = 'finished' ORDER BY run_key",
        [scenario],
    ).fetchall()
    return {key: SharedRun(**dict(zip(names, rest, strict=True))) for key, *rest in rows}


def _write_table(
    cursor: DuckDBPyConnection, scenario: int, name: str, keys: list[int], path: Path
) -> int:
    """Write a table's rows, each with the place of its run, and return how many those are."""
    columns = ", ".join(c.name for c in scenario_tables()[name].columns)
    place = f"coalesce(list_position({keys}, run_key), 1) - 1"
    where = f"FROM {qualified(name)} WHERE scenario_id = {scenario}"
    if not cursor.execute(f"SELECT count(*) {where}").fetchall()[0][0]:
        return 0
    quoted = str(path).replace("'", "''")
    try:
        done = cursor.execute(
            f"COPY (SELECT ({place})::INTEGER AS {PLACE}, {columns} {where} ORDER BY id) "
            f"TO '{quoted}' ({OPTIONS})"
        ).fetchall()
    except duckdb.IOException as error:
        raise ExportError(f"The scenario was not shared: {str(error).splitlines()[0]}") from None
    return int(done[0][0])


def _pack(folder: Path, manifest: Manifest, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr(zipfile.ZipInfo(NAME, EPOCH), manifest.model_dump_json(indent=1))
        for name in manifest.tables:
            packed.write(folder / f"{name}.parquet", f"{name}.parquet")
        packed.comment = SEAL + b"0" * 32
    with path.open("r+b") as file:
        body = file.seek(0, os.SEEK_END) - 32
        file.seek(0)
        seal = hash_of(file, body)
        file.seek(body)
        file.write(seal.encode())
        file.flush()
        os.fsync(file.fileno())
