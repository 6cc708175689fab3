"""Looks at a shared file before anything of it comes near the workspace."""

from __future__ import annotations

import json
import os
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from healthsim_nb.errors import ShareError
from healthsim_nb.schema import tables
from healthsim_nb.store.migrations import known
from healthsim_nb.store.sharing.manifest import (
    CHUNK,
    NAME,
    PLACE,
    SEAL,
    VERSION,
    Manifest,
    hash_of,
)

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

LARGEST_MANIFEST = 16_000_000
SWOLLEN = 1000
"""How many times its size a Parquet file may unfold to; ours unfold to less than twenty."""
CROWDED = 20
"""How many rows a byte of a Parquet file may hold; one of ours takes several bytes."""
TAIL = len(SEAL) + 32


def checked(path: Path) -> Manifest:
    """Return the manifest of a shared file that is what it says, byte by byte.

    Raises
    ------
    ShareError
        If it is not: another kind of file, changed, of a later version, with files too many.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ShareError(f"{path} {what}: name a file that c.share() has written.")
    try:
        with path.open("rb") as file:
            _require_seal(file, path)
        with zipfile.ZipFile(path) as packed:
            manifest = _manifest(packed, path)
            _require_entries(packed, manifest, path)
    except zipfile.BadZipFile:
        raise _foreign(path) from None
    except OSError as error:
        raise ShareError(f"{path} cannot be read: {error.strerror or error}.") from None
    return manifest


def unpack(path: Path, manifest: Manifest, folder: Path) -> None:
    """Copy the tables into a folder, and look into each."""
    with zipfile.ZipFile(path) as packed:
        for name, table in manifest.tables.items():
            target = folder / f"{name}.parquet"
            with packed.open(f"{name}.parquet") as source, target.open("wb") as copy:
                while chunk := source.read(CHUNK):
                    copy.write(chunk)
            with target.open("rb") as file:
                if hash_of(file) != table.hash:
                    raise _changed(path)
            _look_into(target, path, name, table.rows)


def _require_seal(file: BinaryIO, path: Path) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    tail = file.read()
    file.seek(0)
    if not tail.startswith(SEAL):
        raise _changed(path) if file.read(4) == b"PK\3\4" else _foreign(path)
    file.seek(0)
    if hash_of(file, size - 32).encode() != tail[len(SEAL) :]:
        raise _changed(path)


def _manifest(packed: zipfile.ZipFile, path: Path) -> Manifest:
    names = [entry.filename for entry in packed.infolist()]
    if NAME not in names or packed.getinfo(NAME).file_size > LARGEST_MANIFEST:
        raise _foreign(path)
    text = packed.read(NAME)
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        if _later(text):
            raise _newer(path) from None
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or NAME
        raise ShareError(f"{path} has a manifest that is wrong: {where}: {first['msg']}.") from None
    if manifest.version > VERSION or manifest.schema_version > known()[-1].version:
        raise _newer(path)
    return manifest


def _later(text: bytes) -> bool:
    """Return whether a manifest that is not understood is of a later version."""
    try:
        said = json.loads(text)
    except ValueError:
        return False
    version = said.get("version") if isinstance(said, dict) else None
    return isinstance(version, int) and version > VERSION


def _require_entries(packed: zipfile.ZipFile, manifest: Manifest, path: Path) -> None:
    """Refuse files that are not the manifest's, that climb out, or that unfold."""
    wanted = {f"{name}.parquet" for name in manifest.tables} | {NAME}
    found = [entry.filename for entry in packed.infolist()]
    strange = sorted(set(found) - wanted)
    if strange:
        raise ShareError(
            f"{path} holds a file that is none of a scenario's: {strange[0]!r}. It was not opened."
        )
    if len(found) != len(set(found)) or wanted - set(found):
        raise ShareError(f"{path} does not hold each table of its manifest once.")
    for entry in packed.infolist():
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise ShareError(f"{path} holds {entry.filename!r} folded up: it was not opened.")
        table = manifest.tables.get(entry.filename.removesuffix(".parquet"))
        if table and table.bytes != entry.file_size:
            raise _changed(path)
    if sum(entry.file_size for entry in packed.infolist()) > path.stat().st_size:
        raise ShareError(f"{path} says that it holds more than it is long: it was not opened.")
    unknown = sorted(n for n in manifest.tables if n not in tables() or not tables()[n].scenario)
    if unknown and manifest.schema_version == known()[-1].version:
        raise ShareError(f"{path} holds a table that no scenario has: {unknown[0]!r}.")


def _look_into(file: Path, path: Path, name: str, rows: int) -> None:
    try:
        about = pq.read_metadata(file)
    except (pa.ArrowInvalid, OSError):
        raise ShareError(f"{path}: {name} is no Parquet file.") from None
    unfolded = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    if about.num_rows != rows:
        raise ShareError(f"{path}: {name} has {about.num_rows:,} rows, its manifest says {rows:,}.")
    size = file.stat().st_size
    if unfolded > SWOLLEN * size or rows > CROWDED * size:
        raise ShareError(
            f"{path}: {name} would unfold to far more than its size: it was not opened."
        )
    if PLACE not in about.schema.to_arrow_schema().names:
        raise ShareError(f"{path}: {name} does not say which run its rows are of.")


def _foreign(path: Path) -> ShareError:
    return ShareError(f"{path} is no shared scenario: c.share() writes one.")


def _changed(path: Path) -> ShareError:
    return ShareError(
        f"{path} is not as it was written: it was changed or cut on its way. Have it sent again."
    )


def _newer(path: Path) -> ShareError:
    return ShareError(
        f"{path} was written by a later version of healthsim_nb: "
        "pip install --upgrade healthsim-nb."
    )
