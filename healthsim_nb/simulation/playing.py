"""Plays the turns of one block, from the first day or from a checkpoint, and saves new ones."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from healthsim_nb import __version__
from healthsim_nb.clinical.state import State
from healthsim_nb.clinical.turn import first_day, play
from healthsim_nb.engine import checkpoints
from healthsim_nb.engine.recorder import Recorder
from healthsim_nb.errors import CheckpointLoadError, CheckpointSaveError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.clinical.state import Bodies
    from healthsim_nb.engine.arrays import Arrays


@dataclass(frozen=True)
class Keeping:
    """How a run keeps checkpoints, and from which it goes on."""

    data: str
    """Fingerprint of all that decides the values."""
    folder: Path | None = None
    """Where its checkpoints are put; None: none are."""
    every: int = 1
    """Months from one to the next; the last is always saved."""
    source: Path | None = None
    """Where the checkpoints are from which it goes on; None: it begins on the first day."""
    latest: int | None = None
    """None: it goes on from the latest; else from that of this turn, or before if there is none."""
    recompute: bool = False
    """Whether lost or damaged checkpoints are made again; else they are an error."""

    def stops(self, turn: int, turns: int) -> list[int]:
        """Return the turns to which it plays, one after the other."""
        if self.folder is None:
            return [turns] if turn < turns else []
        regular = range(turn - turn % self.every + self.every, turns, self.every)
        return [*regular, turns] if turn < turns else []


def lives(
    plan: Plan, bodies: Bodies, first: int, keeping: Keeping | None
) -> tuple[State, Recorder]:
    """Return the state of some patients on the last day, and all that happened to them.

    Parameters
    ----------
    first
        The first of the patients, from 0.
    keeping
        What is saved, and from where it goes on; None: nothing, and from the first day.
    """
    if keeping is None:
        state, out = first_day(plan, bodies), Recorder()
        play(plan, bodies, state, 0, plan.turns, out)
        return state, out
    stamp = checkpoints.Stamp(keeping.data, __version__, first, len(bodies.sex), 0, 0)
    state, out, turn = _taken_up(plan, bodies, stamp, keeping)
    for stop in keeping.stops(turn, plan.turns):
        play(plan, bodies, state, turn, stop, out)
        if keeping.folder is not None:
            mark = replace(stamp, turn=stop, since=turn)
            checkpoints.save(keeping.folder, mark, _arrays(state, out))
        turn = stop
    return state, out


def _taken_up(
    plan: Plan, bodies: Bodies, stamp: checkpoints.Stamp, keeping: Keeping
) -> tuple[State, Recorder, int]:
    try:
        loaded = _loaded(stamp, keeping, plan.turns)
    except CheckpointLoadError:
        if not keeping.recompute:
            raise
        loaded = None
    return loaded or (first_day(plan, bodies), Recorder(), 0)


def _loaded(
    stamp: checkpoints.Stamp, keeping: Keeping, turns: int
) -> tuple[State, Recorder, int] | None:
    """Return what a checkpoint holds, with all those before it; None if there is none."""
    if keeping.source is None:
        return None
    paths = checkpoints.found(keeping.source, stamp.first)
    most = turns if keeping.latest is None else min(turns, keeping.latest)
    turn = max((t for t in paths if t <= most), default=0)
    if not turn:
        return None
    parts, used, at = [], [], turn
    while at:
        if at not in paths:
            raise CheckpointLoadError(
                f"{keeping.source} lacks the checkpoint of turn {at} on which that of turn {turn} "
                f"builds: put it back, or {checkpoints.REMEDY}."
            )
        arrays, found = checkpoints.load(paths[at], replace(stamp, turn=at))
        parts.append(arrays)
        used.append(paths[at])
        at = found.since
    state, out = _state(parts[0], used[0]), Recorder()
    for arrays in reversed(parts):
        out.put(_recorded(arrays))
    if keeping.folder is not None and keeping.folder != keeping.source:
        for path in used:
            _share(path, keeping.folder)
    return state, out, turn


def _arrays(state: State, out: Recorder) -> dict[str, NDArray[Any]]:
    """Return the state, and what came since the last checkpoint, as named arrays."""
    found = {f"state.{f.name}": getattr(state, f.name) for f in fields(state)}
    for kind, columns in out.take().items():
        found |= {f"out.{kind}.{name}": column for name, column in columns.items()}
    return found


def _state(arrays: Arrays, path: Path) -> State:
    columns = {
        name.removeprefix("state."): array
        for name, array in arrays.items()
        if name.startswith("state.")
    }
    if set(columns) != {f.name for f in fields(State)}:
        raise CheckpointLoadError(
            f"{path} holds other columns than this version needs: {checkpoints.REMEDY}."
        )
    return State(**columns)


def _recorded(arrays: Arrays) -> dict[str, dict[str, NDArray[Any]]]:
    found: dict[str, dict[str, NDArray[Any]]] = {}
    for name, array in arrays.items():
        whose, _, rest = name.partition(".")
        if whose == "out":
            kind, _, column = rest.rpartition(".")
            found.setdefault(kind, {})[column] = array
    return found


def _share(path: Path, folder: Path) -> None:
    """Put a checkpoint into another run's folder, too, without a second copy if it can be."""
    target = folder / path.parent.name / path.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            try:
                os.link(path, target)
            except OSError:
                shutil.copyfile(path, target)
    except OSError as error:
        raise CheckpointSaveError(
            f"The checkpoint {path} could not be put into {folder}: {error.strerror or error}. "
            "Make room there or allow writing, then resume the run."
        ) from error
