"""Checkpoints: the state of some patients at a turn, and what they lived through to get there.

What a resume needs
-------------------
Every value is a pure function of the seed and of whom it is for, so a run could always be made
again from nothing; a checkpoint only spares the turns before it. Two things of them are not to be
had without playing them: the state at turn k, and what was recorded up to then, from which the rows
of all turns are rendered in one go. The first is saved whole (its columns are nearly empty, and LZ4
shrinks them eightfold); the second in parts, each file the turns since the one before, so that
everything is written once. The rest is not saved: who the patients are, the compiled plan and every
drawn number come from the specification.

Rows are not saved either. They are loaded in one transaction, so that a scenario is there whole or
not at all; a run that died has no rows in the database, only its folder, and goes on from the last
checkpoint of each block.

One file is one block at one turn. Its name carries the hash of its content, so that it proves
itself even if the program died before it could note it in the manifest.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from healthsim_nb.engine import safe_files
from healthsim_nb.engine.arrays import Arrays, pack, unpack
from healthsim_nb.errors import CheckpointLoadError, CheckpointSaveError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = 1
"""A later format is refused, not guessed at."""
NAME = re.compile(r"patients-(\d+)\.([0-9a-f]{32})\.arrow")
FOLDER = re.compile(r"turn-(\d{4})")
REMEDY = "recompute it from the seed (--recompute, or recompute=True)"


@dataclass(frozen=True)
class Stamp:
    """What a checkpoint is of."""

    data: str
    """Fingerprint of all that decides the values."""
    version: str
    """Version of the package: its code decides values, too."""
    first: int
    """The first patient, from 0."""
    count: int
    """How many patients."""
    turn: int
    """Months done."""
    since: int
    """Months done when the checkpoint before was written; 0: none was."""


def folder_of(folder: Path, turn: int) -> Path:
    """Return where the checkpoints of a turn are."""
    return folder / f"turn-{turn:04}"


def turns(folder: Path) -> list[int]:
    """Return the turns of which a folder has a checkpoint of any block."""
    names = {path.parent.name for path in folder.glob("turn-*/patients-*.arrow")}
    return sorted(int(m[1]) for name in names if (m := FOLDER.fullmatch(name)))


def found(folder: Path, first: int) -> dict[int, Path]:
    """Return the files of the block that begins with a patient, by turn."""
    paths = folder.glob(f"turn-*/patients-{first:08}.*.arrow")
    by_turn = {int(m[1]): p for p in sorted(paths) if (m := FOLDER.fullmatch(p.parent.name))}
    return dict(sorted(by_turn.items()))


def save(folder: Path, stamp: Stamp, arrays: Mapping[str, NDArray[Any]]) -> Path:
    """Write a checkpoint and return its file.

    Raises
    ------
    CheckpointSaveError
        If it cannot be written.
    """
    content = pack(arrays, {"format": FORMAT, **asdict(stamp)})
    place = folder_of(folder, stamp.turn)
    path = place / f"patients-{stamp.first:08}.{digest(content)}.arrow"
    try:
        place.mkdir(parents=True, exist_ok=True)
        for old in place.glob(f"patients-{stamp.first:08}.*.arrow"):
            if old != path:
                old.unlink()
        safe_files.write(path, content)
    except OSError as error:
        raise CheckpointSaveError(
            f"The checkpoint of turn {stamp.turn} could not be written to {folder}: "
            f"{error.strerror or error}. Earlier ones are whole: make room there or allow writing, "
            "then resume the run."
        ) from error
    return path


def load(path: Path, wanted: Stamp) -> tuple[Arrays, Stamp]:
    """Return the arrays of a checkpoint and its stamp.

    Parameters
    ----------
    wanted
        What it must be of; ``since`` is not compared.

    Raises
    ------
    CheckpointLoadError
        If it is damaged, of something else, or of another version.
    """
    arrays, about = _read(path)
    number = about.pop("format", None)
    if not isinstance(number, int) or number > FORMAT:
        raise CheckpointLoadError(
            f"{path} was written by a later version of healthsim_nb (format {number}, this version "
            f"knows {FORMAT}): pip install --upgrade healthsim-nb, or {REMEDY}."
        )
    stamp = Stamp(**about)
    if stamp.version != wanted.version:
        raise CheckpointLoadError(
            f"{path} was written by healthsim_nb {stamp.version}, this is {wanted.version}, "
            f"which may tell other lives: {REMEDY}."
        )
    if stamp.data != wanted.data:
        raise CheckpointLoadError(
            f"{path} is a checkpoint of other data: of another run, or of templates that have "
            f"changed since. Put the right file back, or {REMEDY}."
        )
    if (stamp.first, stamp.count, stamp.turn) != (wanted.first, wanted.count, wanted.turn):
        raise CheckpointLoadError(
            f"{path} is of turn {stamp.turn} and patients {stamp.first:,} to "
            f"{stamp.first + stamp.count - 1:,}, not what its place says: {REMEDY}."
        )
    return arrays, stamp


def _read(path: Path) -> tuple[Arrays, dict[str, Any]]:
    name = NAME.fullmatch(path.name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointLoadError(
            f"The checkpoint {path} cannot be read: {error.strerror or error}. "
            f"Put it back or allow reading, or {REMEDY}."
        ) from error
    if name is None or name[2] != digest(content):
        raise CheckpointLoadError(
            f"The checkpoint {path} is damaged: its content is not what was written. "
            f"Put a whole copy back, or {REMEDY}."
        )
    try:
        return unpack(content)
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointLoadError(
            f"{path} is no checkpoint of ours ({error}): {REMEDY}."
        ) from error


def digest(content: Any) -> str:  # noqa: ANN401 - whatever has bytes
    """Return the hash of a content, as it stands in names and manifests."""
    return sha256(content).hexdigest()[:32]
