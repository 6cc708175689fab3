"""Formats: a room each. A format takes tables, never the store, and writes files.

A room is a module with ``export(source, folder, **options)``; what it writes comes back as paths.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from healthsim_nb.errors import ExportError, UnknownNameError
from healthsim_nb.formats import csv_files, json_files, ndjson_files, parquet_files
from healthsim_nb.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Source", "export", "names"]


class Exporter(Protocol):
    """What every format is."""

    def __call__(self, source: Source, folder: Path, **options: str) -> list[Path]:
        """Write the tables into a folder that exists and return the files, in order of tables."""
        ...


FORMATS: dict[str, Exporter] = {
    "csv": csv_files.export,
    "json": json_files.export,
    "ndjson": ndjson_files.export,
    "parquet": parquet_files.export,
}


def names() -> list[str]:
    """Return the names of all formats.

    >>> names()
    ['csv', 'json', 'ndjson', 'parquet']
    """
    return sorted(FORMATS)


def export(
    name: str,
    source: Source,
    folder: str | Path,
    *,
    tables: Sequence[str] | None = None,
    **options: str,
) -> list[Path]:
    """Write tables in a format and return the files.

    Files are written under other names and take their own when all are complete; files of other
    names in the folder are left alone.

    Parameters
    ----------
    name
        One of :func:`names`.
    source
        The tables.
    folder
        Where to; it is made if need be.
    tables
        Which tables; all if none are named.
    options
        What the format offers beyond that; ``partition_by`` of parquet.

    Raises
    ------
    UnknownNameError
        If there is no such format or table.
    ExportError
        If it cannot be written.
    """
    if name not in FORMATS:
        raise UnknownNameError.of("format", name, names())
    if isinstance(tables, str):
        raise ExportError(f"tables is a list of names: tables=[{tables!r}].")
    return FORMATS[name](source.only(tables), _made(Path(folder)), **options)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise ExportError(f"The folder {folder} cannot be made: {why}.") from None
    return folder
