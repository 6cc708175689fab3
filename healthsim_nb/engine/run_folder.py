"""The folder of a run: its manifest and its checkpoints."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from pydantic import ValidationError

from healthsim_nb.engine import checkpoints, safe_files
from healthsim_nb.engine.manifest import (
    FORMAT,
    BlockFile,
    Checkpoint,
    Manifest,
    RunMetadata,
    RunResult,
)
from healthsim_nb.errors import CheckpointLoadError, CheckpointSaveError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MANIFEST = "manifest.json"


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a run, and its folder if need be.

    Raises
    ------
    CheckpointSaveError
        If it cannot be written.
    """
    text = manifest.model_dump_json(indent=1, exclude_none=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        safe_files.write(folder / MANIFEST, f"{text}\n".encode())
    except OSError as error:
        raise CheckpointSaveError(
            f"The manifest of the run could not be written to {folder}: {error.strerror or error}. "
            "Make room there or allow writing, or do without checkpoints."
        ) from error


def read(folder: Path) -> Manifest:
    """Return the manifest of a run.

    Raises
    ------
    CheckpointLoadError
        If it is missing, damaged or of a later version.
    """
    path = folder / MANIFEST
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise CheckpointLoadError(
            f"{path} cannot be read: {why}. Put it back, or {checkpoints.REMEDY}."
        ) from error
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("format",):
            raise CheckpointLoadError(
                f"{path} was written by a later version of healthsim_nb (this one knows format "
                f"{FORMAT}): pip install --upgrade healthsim-nb, or {checkpoints.REMEDY}."
            ) from None
        where = ".".join(map(str, first["loc"]))
        raise CheckpointLoadError(
            f"{path} is damaged ({f'{where}: ' if where else ''}{first['msg']}): put a whole copy "
            f"back, or {checkpoints.REMEDY}."
        ) from None


def noted(folder: Path, run: RunMetadata, blocks: Sequence[int]) -> Manifest:
    """Return the manifest of the checkpoints that are there.

    Parameters
    ----------
    blocks
        The first patient of each block that the run has.
    """
    by_turn: dict[int, list[BlockFile]] = {}
    for first in blocks:
        for turn, path in checkpoints.found(folder, first).items():
            by_turn.setdefault(turn, []).append(_file(folder, path, turn, first))
    found = tuple(Checkpoint(turn=turn, blocks=tuple(by_turn[turn])) for turn in sorted(by_turn))
    whole = [c.turn for c in found if len(c.blocks) == len(blocks)]
    return Manifest(run=run, checkpoints=found, last=max(whole, default=0))


def finished(manifest: Manifest, result: RunResult) -> Manifest:
    """Return the manifest of a run that has ended."""
    return Manifest(**{**dict(manifest), "result": result})


def require_files(folder: Path, manifest: Manifest, latest: int | None) -> None:
    """Refuse to go on where a checkpoint that was noted is gone."""
    for checkpoint in manifest.checkpoints:
        for block in checkpoint.blocks:
            missing = not (folder / block.path).is_file()
            if missing and (latest is None or checkpoint.turn <= latest):
                raise CheckpointLoadError(
                    f"The checkpoint {folder / block.path} is missing: put it back, "
                    f"or {checkpoints.REMEDY}."
                )


def whole_hash(checkpoint: Checkpoint) -> str:
    """Return the hash of all files of a checkpoint."""
    return sha256("".join(b.hash for b in checkpoint.blocks).encode()).hexdigest()[:32]


def _file(folder: Path, path: Path, turn: int, first: int) -> BlockFile:
    name = checkpoints.NAME.fullmatch(path.name)
    assert name is not None
    return BlockFile(
        path=path.relative_to(folder).as_posix(),
        turn=turn,
        first=first,
        hash=name[2],
        bytes=max(path.stat().st_size, 1),
    )
