"""Files made from a workspace: numbered artefacts, and drafts with the time in their name.

What the user gave no place lies in a folder beside the database: ``study.duckdb.outputs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, overload

import duckdb

from healthsim_nb.errors import ExportError, SpecificationError, WorkspaceError
from healthsim_nb.store.plain import near

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database

ARTEFACT, DRAFT = "artefact", "draft"
ENDING = ".outputs"
DRAFTS = "drafts"
ATTEMPTS = 5
"""Two threads may file at the same moment."""
UNITS = ("bytes", "kB", "MB", "GB", "TB")


@dataclass(frozen=True)
class Made:
    """Something that was written."""

    kind: str
    scenario: str
    format: str
    what: str
    """Tables, or the SELECT."""
    path: Path
    """File or folder."""
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Output:
    """Something that was written and filed."""

    id: int
    kind: str
    number: int | None
    """Of an artefact: 1, 2, 3, …"""
    scenario: str
    """Name that its scenario had then."""
    format: str
    what: str
    path: Path
    files: int
    bytes: int
    created_at: datetime

    @property
    def there(self) -> bool:
        """Whether it is still where it was written."""
        return self.path.exists()

    def row(self) -> tuple[object, ...]:
        """Return what a list shows of it."""
        size = _size(self.bytes) if self.there else "gone"
        made = f"{self.created_at:%Y-%m-%d %H:%M}"
        name = "draft" if self.number is None else self.number
        where = near(self.path)
        return (name, made, self.scenario, self.format, self.files, size, where, self.what)

    def to_text(self) -> str:
        """Return what it is and where."""
        name = "Draft" if self.number is None else f"Artefact {self.number}"
        files = f"{self.files:,} file{'' if self.files == 1 else 's'}"
        size = _size(self.bytes) if self.there else "gone since"
        return f"{name}: {self.format} of {self.scenario} ({files}, {size}) in {near(self.path)}"

    def __repr__(self) -> str:
        """Return what it is and where."""
        return self.to_text()


class Outputs(Sequence[Output]):
    """Outputs, newest first."""

    COLUMNS = ("no.", "made", "scenario", "format", "files", "size", "where", "what")

    def __init__(self, found: Sequence[Output]) -> None:
        self._found = list(found)

    @overload
    def __getitem__(self, place: int) -> Output: ...
    @overload
    def __getitem__(self, place: slice) -> Outputs: ...
    def __getitem__(self, place: int | slice) -> Output | Outputs:
        """Return an output by its place, 0 the newest."""
        found = self._found[place]
        return Outputs(found) if isinstance(found, list) else found

    def __len__(self) -> int:
        return len(self._found)

    def artefact(self, number: int) -> Output:
        """Return an artefact by its number.

        Raises
        ------
        SpecificationError
            If there is none.
        """
        known = {one.number: one for one in self._found if one.number is not None}
        if number not in known:
            there = ", ".join(map(str, sorted(known))) or "none"
            raise SpecificationError(f"There is no artefact {number}. There are: {there}.")
        return known[number]

    def to_text(self) -> str:
        """Return a line for each."""
        return "\n".join(map(repr, self._found)) or "Nothing has been written from here yet."

    def __repr__(self) -> str:
        """Return a line for each: a path is of use only whole."""
        return self.to_text()


def home(database: Database) -> Path | None:
    """Return the folder of outputs that were given no place; None in memory."""
    path = database.path
    return None if path is None else path.with_name(f"{path.name}{ENDING}")


def new_folder(database: Database, scenario: str, kind: str) -> Path:
    """Make the numbered folder of an artefact and return it.

    Raises
    ------
    SpecificationError
        If the workspace is in memory.
    ExportError
        If it cannot be made.
    """
    where = _home(database)
    with database.cursor() as cursor:
        number = _next(cursor, where)
    try:
        where.mkdir(exist_ok=True)
        while True:
            folder = where / f"{number:03}-{scenario}-{kind}"
            with suppress(FileExistsError):
                folder.mkdir()
                return folder
            number += 1
    except OSError as error:
        raise ExportError(f"A folder in {where} cannot be made: {error.strerror}.") from None


def new_draft(database: Database, scenario: str, ending: str, now: datetime) -> Path:
    """Return where a draft is to be written; its folder is made.

    Raises
    ------
    SpecificationError
        If the workspace is in memory.
    ExportError
        If the folder cannot be made.
    """
    where = _home(database) / DRAFTS
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"The folder {where} cannot be made: {error.strerror}.") from None
    stem = f"{now:%Y%m%d-%H%M%S}-{scenario}"
    names = (f"{stem}{f'-{n}' if n > 1 else ''}.{ending}" for n in range(1, 10_000))
    return next(where / name for name in names if not (where / name).exists())


def drop_empty(folder: Path) -> None:
    """Remove the folder of an artefact that could not be written."""
    with suppress(OSError):
        folder.rmdir()
    with suppress(OSError):
        folder.parent.rmdir()


def record(database: Database, made: Made, *, now: datetime) -> None:
    """File what was written. It has been written: that it cannot be filed is no failure."""
    size = sum(path.stat().st_size for path in made.files)
    path = _relative(database, made.path)
    for _ in range(ATTEMPTS):
        with (
            suppress(duckdb.Error, WorkspaceError),
            database.transaction() as cursor,
        ):
            number = _number(cursor, database, made)
            cursor.execute(
                "INSERT INTO hs.outputs (id, kind, number, scenario, format, what, path, files, "
                "bytes, created_at) SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ? "
                "FROM hs.outputs",
                [made.kind, number, made.scenario, made.format, made.what, path,
                 len(made.files), size, now],
            )  # fmt: skip
            return
        if database.read_only:
            return


def read(database: Database, *, kind: str | None = None, scenario: str | None = None) -> Outputs:
    """Return the outputs that are asked for, newest first."""
    with database.cursor() as cursor:
        rows = cursor.execute(
            "SELECT id, kind, number, scenario, format, what, path, files, bytes, created_at "
            "FROM hs.outputs WHERE ($kind IS NULL OR kind = $kind) "
            "AND ($scenario IS NULL OR scenario = $scenario) ORDER BY id DESC",
            {"kind": kind, "scenario": scenario},
        ).fetchall()
    base = database.path.parent if database.path else Path()
    return Outputs([Output(*(*row[:6], base / row[6], *row[7:])) for row in rows])


def _home(database: Database) -> Path:
    where = home(database)
    if where is None:
        raise SpecificationError(
            "A workspace in memory has no folder for outputs: say where it shall be written."
        )
    return where


def _number(cursor: DuckDBPyConnection, database: Database, made: Made) -> int | None:
    if made.kind == DRAFT:
        return None
    where = home(database)
    if where is not None and made.path.parent.resolve() == where:
        return int(made.path.name.partition("-")[0])
    return _next(cursor, where)


def _next(cursor: DuckDBPyConnection, where: Path | None) -> int:
    """Return the number after those in the list and in the folder, which may outlive it."""
    row = cursor.execute("SELECT coalesce(max(number), 0) FROM hs.outputs").fetchone()
    names = [p.name.partition("-")[0] for p in where.glob("*-*")] if where else []
    return max([row[0] if row else 0, *(int(name) for name in names if name.isdecimal())]) + 1


def _relative(database: Database, path: Path) -> str:
    whole = path.resolve()
    base = database.path.parent if database.path else None
    if base is not None and whole.is_relative_to(base):
        return whole.relative_to(base).as_posix()
    return str(whole)


def _size(number: int) -> str:
    """Return a size for a reader.

    >>> _size(900), _size(1_234_567)
    ('900 bytes', '1.2 MB')
    """
    value, place = float(number), 0
    while value >= 1000 and place < len(UNITS) - 1:
        value, place = value / 1000, place + 1
    return f"{value:.{1 if place else 0}f} {UNITS[place]}"
