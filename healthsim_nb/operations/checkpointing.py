"""The checkpoints of one run: its folder beside the database, its manifest, its entries there."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from healthsim_nb import __version__, simulation
from healthsim_nb.engine import checkpoints, run_folder
from healthsim_nb.engine.manifest import RunMetadata, RunResult
from healthsim_nb.errors import CheckpointLoadError, SpecificationError
from healthsim_nb.simulation.playing import Keeping
from healthsim_nb.store import runs
from healthsim_nb.templates import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.simulation import Tables
    from healthsim_nb.store.database import Database
    from healthsim_nb.store.runs import RunBrief
    from healthsim_nb.store.scenarios import Draft, Owner
    from healthsim_nb.templates.template import Specification

GROWING = ("extend", "add", "resume")
"""Kinds of runs that may be put on record only together with their rows."""


@dataclass(frozen=True)
class Source:
    """The checkpoints from which a run goes on."""

    folder: Path
    latest: int | None = None
    """The turn; None: the last there is."""
    recompute: bool = False
    """Whether lost ones are made again."""


@dataclass(frozen=True)
class Kept:
    """What a run keeps on its way."""

    run: RunMetadata
    plan: Keeping
    firsts: list[int]
    """The first patient of each block."""

    @property
    def folder(self) -> Path:
        """Where it is."""
        assert self.plan.folder is not None
        return self.plan.folder

    def watch(self, blocks: Iterator[Tables]) -> Iterator[Tables]:
        """Yield the blocks, and note the checkpoints that each has left."""
        try:
            for block in blocks:
                self.note()
                yield block
        finally:
            getattr(blocks, "close", lambda: None)()
            # Those of a block in which it was stopped, too.
            self.note()

    def finish(
        self, cursor: DuckDBPyConnection, owner: Owner, rows: Mapping[str, int], now: datetime
    ) -> None:
        """Note how the run has ended, in its folder and in the transaction of its rows."""
        spec = self.run.specification
        manifest = run_folder.noted(self.folder, self.run, self.firsts)
        result = RunResult(turn=spec.months, patients=spec.n, rows=dict(rows), finished_at=now)
        run_folder.write(self.folder, run_folder.finished(manifest, result))
        for checkpoint in manifest.checkpoints:
            cursor.execute(
                "INSERT INTO hs.checkpoints (run_key, turn, path, hash, bytes, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [
                    *(owner.run_key, checkpoint.turn),
                    str(Path(checkpoint.blocks[0].path).parent),
                    run_folder.whole_hash(checkpoint),
                    sum(block.bytes for block in checkpoint.blocks),
                    now,
                ],
            )

    def note(self) -> None:
        """Write down which checkpoints there are."""
        run_folder.write(self.folder, run_folder.noted(self.folder, self.run, self.firsts))


def interval(value: object, database: Database, spec: Specification) -> int | None:
    """Return the months between checkpoints as asked for; None for none.

    Raises
    ------
    SpecificationError
        If it is no positive number, there is no folder to keep them in, or patients are chosen by
        what happens to them.
    """
    if value is None:
        return None
    months = settings.whole(value, "checkpoint_interval")
    if months < 1:
        raise SpecificationError(
            f"checkpoint_interval is {months:,}: it is 1 month or more, or None for no checkpoints."
        )
    if spec.having:
        raise SpecificationError(
            "Patients who are chosen by what happens to them are looked for until there are "
            "enough, and a search keeps no checkpoints: leave checkpoint_interval out. The same "
            "words and seed find the same people again."
        )
    if database.path is None:
        raise SpecificationError(
            "A workspace in memory has no folder for checkpoints: open a file, "
            "or leave checkpoint_interval out."
        )
    return months


def home(database: Database, run_id: str) -> Path:
    """Return the folder of a run; the database is in a file."""
    assert database.path is not None
    return database.path.with_name(f"{database.path.name}.runs") / run_id


def remove(database: Database, run_ids: Iterable[str]) -> None:
    """Remove the folders of runs that are gone; other runs keep their own files."""
    if database.path is None:
        return
    for run_id in run_ids:
        # A folder that cannot be removed is only in the way of nobody.
        shutil.rmtree(home(database, run_id), ignore_errors=True)
    with suppress(OSError):
        home(database, "any").parent.rmdir()


def sweep(database: Database) -> list[str]:
    """Remove what programs that were killed left beside the database, and return which runs.

    These are files half written, and folders of runs that are not on record, as a run that grows a
    scenario is only with its rows. Nobody can go on with them. What a run that began a scenario
    has saved stays, should its database come back.
    """
    if database.path is None or database.read_only:
        return []
    above = home(database, "any").parent
    if not above.is_dir():
        return []
    for part in above.glob("*/**/*.part"):
        part.unlink(missing_ok=True)
    with database.cursor() as cursor:
        known = {run.run_id for run in runs.briefs(cursor)}
    left = [folder.name for folder in above.iterdir() if folder.name not in known]
    gone = [name for name in left if _is_nobodys(above / name)]
    remove(database, gone)
    return gone


def _is_nobodys(folder: Path) -> bool:
    """Return whether nobody could go on with what is in a folder, or would want to."""
    with suppress(CheckpointLoadError):
        kind = run_folder.read(folder).run.kind
        return kind in GROWING or not checkpoints.turns(folder)
    return False


def with_turns(database: Database, found: list[RunBrief]) -> list[RunBrief]:
    """Return runs with the checkpoints that are in the folders of those that did not end."""
    if database.path is None:
        return found
    return [_with_turns(database, run) if run.checkpoint_interval else run for run in found]


def _with_turns(database: Database, run: RunBrief) -> RunBrief:
    folder = home(database, run.run_id)
    return replace(run, checkpoints=run.checkpoints or tuple(checkpoints.turns(folder)))


def begin(
    cursor: DuckDBPyConnection,
    database: Database,
    owner: Owner,
    draft: Draft,
    spec: Specification,
    about: runs.Origin,
    *,
    parent: str | None = None,
    source: Source | None = None,
    now: datetime,
) -> Kept | None:
    """Make the folder of a run and return what it keeps; None if it keeps nothing."""
    if about.checkpoint_interval is None:
        return None
    run_id = runs.id_of(cursor, owner.run_key)
    data = fingerprint(spec, about)
    run = RunMetadata(
        run_id=run_id,
        parent=parent,
        kind=about.kind,
        scenario=owner.name,
        description=draft.description,
        request=draft.request,
        template=draft.template,
        tags=draft.tags,
        patients=spec.n,
        specification=spec,
        checkpoint_interval=about.checkpoint_interval,
        data=data,
        package_version=__version__,
        created_at=now,
    )
    plan = Keeping(data, home(database, run_id), about.checkpoint_interval)
    if source is not None:
        plan = replace(plan, source=source.folder, latest=source.latest, recompute=source.recompute)
    kept = Kept(run, plan, simulation.firsts(spec.n))
    kept.note()
    return kept


def fingerprint(spec: Specification, about: runs.Origin) -> str:
    """Return what is equal for checkpoints of which one can go on from the other.

    How many months and patients there are decides nothing about a patient's months.
    """
    deciding = json.dumps([about.template_hash, spec.seed, spec.start.isoformat()])
    return blake2b(deciding.encode(), digest_size=16).hexdigest()
