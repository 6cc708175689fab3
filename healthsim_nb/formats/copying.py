"""Writes tables with DuckDB's COPY: streaming, in bounded memory, whole or not at all."""

from __future__ import annotations

from errno import EISDIR
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.formats.source import Source


def copy(source: Source, folder: Path, ending: str, options: str) -> list[Path]:
    """Write each table to ``<table>.<ending>``.

    Parameters
    ----------
    source
        The tables.
    folder
        Where to.
    ending
        Of the files' names.
    options
        Of COPY.

    Raises
    ------
    ExportError
        If it cannot be written; then the files of before are as they were.
    """
    finished = {name: folder / f"{name}.{ending}" for name in source.selects}
    partial = {name: folder / f".{name}.{ending}.partial" for name in source.selects}
    try:
        for path in finished.values():
            if path.is_dir():
                raise IsADirectoryError(EISDIR, f"{path.name} is a folder")
        for place, (name, select) in enumerate(source.selects.items()):
            source.written(place)
            copy_one(source.cursor, select, partial[name], options)
        for name, path in partial.items():
            path.replace(finished[name])
    except (duckdb.IOException, OSError) as error:
        raise unwritable(folder, error) from None
    finally:
        for path in partial.values():
            path.unlink(missing_ok=True)
    return list(finished.values())


def copy_one(cursor: duckdb.DuckDBPyConnection, select: str, path: Path, options: str) -> None:
    """Write one table to a file, or with ``PARTITION_BY`` to a folder."""
    target = str(path).replace("'", "''")
    cursor.execute(f"COPY ({select}) TO '{target}' ({options})")


def unwritable(folder: Path, error: Exception) -> ExportError:
    """Return the error of a folder that cannot be written to."""
    why = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return ExportError(f"Nothing was exported, because {folder} cannot be written to: {why}.")


def unasked(name: str, options: dict[str, str], known: tuple[str, ...] = ()) -> None:
    """Refuse options that a format does not have."""
    strange = sorted(set(options) - set(known))
    if strange:
        offered = f"it offers {', '.join(known)}" if known else "it has none"
        raise ExportError(f"The format {name} has no option {strange[0]!r}; {offered}.")
