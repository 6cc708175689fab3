"""Goes on with a run from a checkpoint: the end is that of the run that was never stopped.

A run that was interrupted has left no rows, only its folder: its scenario is made now, by a run of
its own that points to the first. A run that ended has its rows: those that are missing are made
again, and what should be closed is closed, which changes nothing where nothing was lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healthsim_nb.engine import run_folder
from healthsim_nb.errors import CheckpointLoadError, RunError
from healthsim_nb.operations import checkpointing, growing
from healthsim_nb.operations.generation import origin, save_blocks
from healthsim_nb.store import runs, scenarios
from healthsim_nb.store.scenarios import Draft
from healthsim_nb.templates import settings
from healthsim_nb.templates.template import Specification

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.engine.manifest import Manifest
    from healthsim_nb.operations.checkpointing import Kept
    from healthsim_nb.store.database import Database
    from healthsim_nb.store.runs import RunBrief
    from healthsim_nb.store.scenarios import Owner
    from healthsim_nb.templates.library import Library


@dataclass(frozen=True)
class Resumption:
    """A run that is to go on."""

    run: RunBrief
    spec: Specification
    about: runs.Origin
    manifest: Manifest | None
    """None: there is none, and all is made from the seed."""
    latest: int | None
    """The turn it goes on from; None: the last there is."""
    recompute: bool
    name: str | None


def prepare(
    database: Database,
    run_id: str,
    library: Library,
    *,
    turn: object,
    recompute: bool,
    name: str | None,
) -> Resumption:
    """Return what is to be resumed.

    Raises
    ------
    UnknownNameError
        If there is no such run.
    RunError
        If it cannot go on: it made nothing, or is going on still.
    CheckpointLoadError
        If its checkpoints are lost, or it has none of that turn.
    """
    with database.cursor() as cursor:
        run = runs.find(cursor, run_id)
    spec = _specification(run)
    about = origin(spec, library)
    if about.template_hash != run.template_hash:
        raise CheckpointLoadError(
            f"{run.run_id} was made with other templates, conditions or codes than are in use "
            f"here, and its lives would not go on as they began. Use healthsim_nb "
            f"{run.package_version} and the library folder that it was made with, or generate the "
            "scenario anew."
        )
    manifest = _manifest(database, run, recompute)
    latest = None if turn is None else _known_turn(run, manifest, settings.whole(turn, "turn"))
    if manifest and not recompute:
        run_folder.require_files(checkpointing.home(database, run.run_id), manifest, latest)
    about = replace(
        about, kind="resume", parent=run.run_key, checkpoint_interval=run.checkpoint_interval
    )
    return Resumption(run, spec, about, manifest, latest, recompute, name)


def forget(database: Database, run_id: str) -> None:
    """Remove a run that was interrupted, with its checkpoints.

    Raises
    ------
    UnknownNameError
        If there is no such run.
    RunError
        If it has rows, or is going on still.
    """
    with database.transaction() as cursor:
        run = runs.find(cursor, run_id)
        if run.status != "interrupted":
            why = f"made rows of {run.scenario!r}: delete that" if run.scenario else "is going on"
            raise RunError(f"{run_id} was not interrupted. It {why}.")
        cursor.execute("DELETE FROM hs.runs WHERE run_key = ?", [run.run_key])
    checkpointing.remove(database, [run_id])


def resume(
    database: Database,
    what: Resumption,
    library: Library,
    *,
    clock: Callable[[], datetime],
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[int, str]:
    """Go on with a run and return the id and name of its scenario."""
    if what.run.scenario_id is not None:
        return _complete(database, what, library, clock, workers, progress)
    draft = _draft(what)
    kept: list[Kept | None] = []

    def keep(cursor: DuckDBPyConnection, owner: Owner) -> None:
        kept.append(
            checkpointing.begin(
                *(cursor, database, owner, draft, what.spec, what.about),
                parent=what.run.run_id,
                source=_source(database, what),
                now=clock(),
            )
        )

    owner = scenarios.create(database, draft, what.about, now=clock(), also=keep)

    def hand_over(cursor: DuckDBPyConnection) -> None:
        runs.hand_over(cursor, what.run.run_key, owner.scenario_id)

    save_blocks(
        *(database, owner, what.spec, library, kept[-1]),
        clock=clock,
        workers=workers,
        tell=progress,
        also=hand_over,
    )
    return owner.scenario_id, owner.name


def _complete(
    database: Database,
    what: Resumption,
    library: Library,
    clock: Callable[[], datetime],
    workers: int | None,
    progress: Callable[[int], None] | None,
) -> tuple[int, str]:
    """Make again what a scenario lacks of what its run has made."""
    assert what.run.scenario_id is not None
    change = growing.again(database, what.run.scenario_id, what.run.scenario or "", what.spec)
    growing.grow(
        database,
        change,
        library,
        clock=clock,
        workers=workers,
        progress=progress,
        about=what.about,
        source=_source(database, what),
    )
    return what.run.scenario_id, change.past.name


def _specification(run: RunBrief) -> Specification:
    if run.status == "running":
        raise RunError(f"{run.run_id} is going on still: wait for it, or stop it first.")
    if run.template_hash is None or run.kind not in ("generate", "resume", "extend"):
        raise RunError(
            f"{run.run_id} cannot be resumed: it was not one that simulates from the first patient "
            f"on (its kind is {run.kind})."
        )
    return Specification.model_validate_json(run.parameters)


def _manifest(database: Database, run: RunBrief, recompute: bool) -> Manifest | None:
    if run.checkpoint_interval is None or database.path is None:
        if not recompute:
            raise CheckpointLoadError(
                f"{run.run_id} kept no checkpoints: make it again from its seed (--recompute, or "
                "recompute=True), or generate with checkpoint_interval next time."
            )
        return None
    try:
        return run_folder.read(checkpointing.home(database, run.run_id))
    except CheckpointLoadError:
        if not recompute:
            raise
    return None


def _known_turn(run: RunBrief, manifest: Manifest | None, turn: int) -> int:
    known = [checkpoint.turn for checkpoint in manifest.checkpoints] if manifest else []
    if manifest and turn not in known:
        there = f"There are {', '.join(map(str, known))}" if known else "There are none yet"
        raise CheckpointLoadError(
            f"{run.run_id} has no checkpoint of turn {turn}. {there}: choose one of them, or leave "
            "the turn out."
        )
    return turn


def _source(database: Database, what: Resumption) -> checkpointing.Source | None:
    if what.manifest is None:
        return None
    folder = checkpointing.home(database, what.run.run_id)
    return checkpointing.Source(folder, what.latest, what.recompute)


def _draft(what: Resumption) -> Draft:
    """Return the scenario that the interrupted run was to make."""
    text = what.spec.model_dump_json()
    if what.manifest is None:
        words = (what.run.run_id.partition("_")[0],)
        return Draft(text, what.spec.n, what.name, words=words, template=what.spec.template)
    asked = what.manifest.run
    return Draft(
        specification=text,
        patients=what.spec.n,
        name=what.name or asked.scenario,
        description=asked.description,
        template=asked.template,
        request=asked.request,
        tags=asked.tags,
    )
