"""Data from elsewhere: files of the canonical tables, read strictly, then checked against rules."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import InputError
from healthsim_nb.quality.check import Tables, check
from healthsim_nb.quality.outside.files import Found, pieces, unnamed
from healthsim_nb.quality.outside.load import Loaded, load
from healthsim_nb.quality.outside.raw import members
from healthsim_nb.quality.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from healthsim_nb.quality.check import Progress
    from healthsim_nb.quality.rule import Rule

__all__ = ["Said", "validate"]


@dataclass(frozen=True)
class Said:
    """What is said about the files, beyond where they are."""

    table: str | None = None
    """The table of a file whose name does not say it."""
    kind: str | None = None
    """The format of a file whose name does not say it."""


def validate(
    path: Path,
    rules: Sequence[Rule],
    *,
    said: Said,
    name: str | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a file or a folder and return what was found; nothing can be later than today.

    Files are read as a stream, into a temporary database: they may be larger than memory.

    Raises
    ------
    InputError
        If they cannot be read at all, or hold no canonical table.
    """
    found, faults = pieces(path, said.table, said.kind)
    with tempfile.TemporaryDirectory(prefix="healthsim-") as name_of_folder:
        folder = Path(name_of_folder)
        connection = _database(folder)
        try:
            named = _named(connection, found, said, folder)
            loaded = [load(connection, table, parts, folder) for table, parts in named]
            outcomes = check(connection, _tables(loaded, today), rules, progress=progress)
        finally:
            connection.close()
    told = [*faults, *(fault for one in loaded for fault in one.faults)]
    return Report(name or str(path), tuple(outcomes), tuple(told))


def _named(connection: duckdb.DuckDBPyConnection, found: Found, said: Said, folder: Path) -> Found:
    """Return the tables by name: a JSON file may have several."""
    named: Found = []
    for table, parts in found:
        inner = []
        if parts[0].kind == "json" and not said.table:
            inner = members(connection, parts[0], folder)
        if not table and not inner:
            raise InputError(unnamed(parts[0].path))
        named += [(m, [replace(parts[0], member=m)]) for m in inner] or [(table, parts)]
    return named


def _database(folder: Path) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(folder / "check.duckdb")
    except duckdb.Error as error:
        raise InputError(f"There is no room to check the data: {error}") from None
    connection.execute("SET autoinstall_known_extensions = false")
    return connection


def _tables(loaded: Sequence[Loaded], today: date | None) -> Tables:
    absent = {one.table: one.absent for one in loaded}
    return Tables({one.table: one.rows for one in loaded}, absent, today)
