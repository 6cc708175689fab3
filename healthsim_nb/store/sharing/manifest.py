"""What a shared file says about itself, and how it is sealed.

The file is a ZIP without compression: ``manifest.json`` and a Parquet file a table. Its comment is
the seal: the hash of every byte before it, so that no byte can change unnoticed.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from typing import BinaryIO

FORMAT = "healthsim-scenario"
VERSION = 1
"""Of the layout of the file; the schema of the tables has its own."""
NAME = "manifest.json"
SEAL = b"healthsim "
PLACE = "run_place"
"""Column of the Parquet files: which of the manifest's runs a row is of, from 0."""
CHUNK = 1 << 20
HASH = r"^[0-9a-f]{32}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SharedRun(_Strict):
    """A run whose rows the file has: what its provenance says."""

    kind: str
    source_type: str
    source_system: str
    template: str | None
    template_hash: str | None
    seed: int | None
    parameters: str
    run_id: str
    created_at: datetime


class SharedTable(_Strict):
    """A table of the file."""

    rows: int = Field(ge=1)
    bytes: int = Field(ge=1)
    hash: str = Field(pattern=HASH)


class Manifest(_Strict):
    """What the file says about itself."""

    format: Literal["healthsim-scenario"]
    version: int = Field(ge=1)
    schema_version: int = Field(ge=1)
    package_version: str
    name: str
    description: str | None
    template: str | None
    request: str | None
    specification: str
    patients: int = Field(ge=0)
    tags: list[str]
    notes: list[str]
    patient_notes: list[tuple[int, str]] = []
    """Notes on patients: (id, text)."""
    runs: list[SharedRun] = Field(min_length=1)
    signature: str = Field(pattern=HASH)
    """Of the rows: equal for equal rows, on any machine."""
    tables: dict[Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")], SharedTable]


def hash_of(file: BinaryIO, most: int | None = None) -> str:
    """Return the hash of a file from where it stands, or of its next ``most`` bytes."""
    digest, left = blake2b(digest_size=16), most
    while left is None or left > 0:
        chunk = file.read(CHUNK if left is None else min(CHUNK, left))
        if not chunk:
            break
        digest.update(chunk)
        left = None if left is None else left - len(chunk)
    return digest.hexdigest()
