"""Reads a shared scenario into a workspace: checked first, whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import ShareError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store import runs, scenarios
from healthsim_nb.store.cloning import close_runs, drop
from healthsim_nb.store.migrations import known
from healthsim_nb.store.scenarios import Draft, Owner
from healthsim_nb.store.sharing.checking import checked, unpack
from healthsim_nb.store.sharing.manifest import PLACE, Manifest, SharedRun
from healthsim_nb.store.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database


def receive(
    database: Database,
    path: str | Path,
    name: str | None = None,
    *,
    now: datetime,
    tell: Callable[[int, int], None] | None = None,
) -> Owner:
    """Read a shared scenario; if anything is wrong with it, the workspace is as before.

    Parameters
    ----------
    tell
        Called with the tables read and the tables in all.

    Raises
    ------
    ShareError
        If the file is not what it says.
    SpecificationError
        If the name is taken.
    """
    file = Path(path).expanduser()
    manifest = checked(file)
    with tempfile.TemporaryDirectory(prefix="healthsim-") as text:
        folder = Path(text)
        unpack(file, manifest, folder)
        if manifest.schema_version < known()[-1].version:
            _upgrade(manifest, folder, file)
        return _save(database, manifest, folder, file, name, now, tell)


def _save(
    database: Database,
    manifest: Manifest,
    folder: Path,
    file: Path,
    name: str | None,
    now: datetime,
    tell: Callable[[int, int], None] | None,
) -> Owner:
    draft = Draft(
        manifest.specification,
        manifest.patients,
        name=name or manifest.name,
        description=manifest.description,
        template=manifest.template,
        request=manifest.request,
        tags=tuple(manifest.tags),
    )
    first, *others = map(_origin, manifest.runs)
    owner = scenarios.create(database, draft, first, now=now)
    try:
        with database.loading(), database.transaction() as cursor:
            keys = [owner.run_key, *(_begin(cursor, owner, o, manifest, now) for o in others)]
            counts = {}
            for place, table in enumerate(scenario_tables()):
                if tell:
                    tell(place, len(scenario_tables()))
                counts[table] = _insert(cursor, owner, table, keys, folder)
            _add_notes(cursor, owner, manifest, now)
            scenarios.finish(cursor, owner, counts, now=now)
            close_runs(cursor, owner, now)
            _require_signature(cursor, owner, manifest, file)
    except BaseException as error:
        drop(database, owner)
        if isinstance(error, duckdb.Error) and not isinstance(error, duckdb.InterruptException):
            said = str(error).strip().partition("\n")[0]
            raise ShareError(
                f"{file} holds rows that no scenario can have, and the workspace is as it was "
                f"before. DuckDB says: {said}"
            ) from error
        raise
    return owner


def _require_signature(
    cursor: DuckDBPyConnection, owner: Owner, manifest: Manifest, file: Path
) -> None:
    # A later schema has other columns, and so another signature.
    same = manifest.schema_version == known()[-1].version
    if same and signature(cursor, owner.scenario_id) != manifest.signature:
        raise ShareError(f"{file} holds other rows than its manifest says.")


def _origin(run: SharedRun) -> runs.Origin:
    return runs.Origin(
        "import",
        run.source_type,
        run.source_system,
        run.template,
        run.template_hash,
        run.seed,
        run.parameters,
    )


def _begin(
    cursor: DuckDBPyConnection, owner: Owner, origin: runs.Origin, manifest: Manifest, now: datetime
) -> int:
    return runs.begin(
        cursor, owner.scenario_id, owner.name, patients=manifest.patients, origin=origin, now=now
    )


def _insert(
    cursor: DuckDBPyConnection, owner: Owner, name: str, keys: list[int], folder: Path
) -> int:
    path = folder / f"{name}.parquet"
    if not path.exists():
        return 0
    columns = ", ".join(c.name for c in scenario_tables()[name].columns)
    done = cursor.execute(
        f"INSERT INTO {qualified(name)} (scenario_id, run_key, {columns}) "  # noqa: S608
        f"SELECT {owner.scenario_id}, {keys}[{PLACE} + 1], {columns} FROM read_parquet($path)",
        {"path": str(path)},
    ).fetchall()
    return int(done[0][0])


def _add_notes(cursor: DuckDBPyConnection, owner: Owner, manifest: Manifest, now: datetime) -> None:
    of_it: list[tuple[int | None, str]] = [(None, text) for text in manifest.notes]
    for patient, text in [*of_it, *manifest.patient_notes]:
        cursor.execute(
            "INSERT INTO hs.notes (id, scenario_id, patient_id, text, created_at, updated_at) "
            "VALUES ((SELECT coalesce(max(id), 0) + 1 FROM hs.notes), ?, ?, ?, ?, ?)",
            [owner.scenario_id, patient, text, now, now],
        )


def _upgrade(manifest: Manifest, folder: Path, file: Path) -> None:
    """Bring tables of an earlier schema up to date, by the same migrations as a workspace."""
    have = manifest.schema_version
    try:
        with duckdb.connect(str(folder / "old.duckdb")) as old:
            for change in known()[:have]:
                old.execute(change.sql)
            for name in manifest.tables:
                source = str(folder / f"{name}.parquet").replace("'", "''")
                old.execute(
                    f"INSERT INTO {qualified(name)} BY NAME SELECT 1 AS scenario_id, "  # noqa: S608
                    f"{PLACE} AS run_key, * EXCLUDE ({PLACE}) FROM read_parquet('{source}')"
                )
                Path(folder / f"{name}.parquet").unlink()
            for change in known()[have:]:
                old.execute(change.sql)
            for name in scenario_tables():
                target = str(folder / f"{name}.parquet").replace("'", "''")
                old.execute(
                    f"COPY (SELECT run_key AS {PLACE}, * EXCLUDE (scenario_id, run_key) "  # noqa: S608
                    f"FROM {qualified(name)} ORDER BY id) TO '{target}' (FORMAT parquet)"
                )
    except duckdb.Error as error:
        said = str(error).strip().partition("\n")[0]
        raise ShareError(
            f"{file} is of an earlier version and cannot be brought up to date. DuckDB says: {said}"
        ) from error
