"""Parquet: a file a table; or, of tables that have a column to part them by, a folder a table."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.formats.copying import copy, copy_one, unasked, unwritable

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.formats.source import Source

OPTIONS = "FORMAT parquet, COMPRESSION zstd"


def export(source: Source, folder: Path, **options: str) -> list[Path]:
    """Write ``<table>.parquet`` for each table.

    With ``partition_by``, tables that have that column become folders,
    ``<table>/<column>=<value>/*.parquet``. The files keep the column, and so its type.
    """
    unasked("parquet", options, ("partition_by",))
    column = options.get("partition_by")
    if column is None:
        return copy(source, folder, "parquet", OPTIONS)
    columns = {name: _columns(source, name) for name in source.selects}
    if not any(column in names for names in columns.values()):
        raise UnknownNameError.of(
            "column", column, {c for names in columns.values() for c in names}
        )
    whole = {n: s for n, s in source.selects.items() if column not in columns[n]}
    written = copy(replace(source, selects=whole), folder, "parquet", OPTIONS) if whole else []
    for place, (name, select) in enumerate(source.selects.items()):
        if name not in whole:
            source.written(place)
            written += _part(source.cursor, select, folder / name, column)
    return written


def _columns(source: Source, name: str) -> list[str]:
    return list(source.cursor.sql(source.selects[name]).columns)


def _part(cursor: duckdb.DuckDBPyConnection, select: str, target: Path, column: str) -> list[Path]:
    partial = target.with_name(f".{target.name}.partial")
    options = f'{OPTIONS}, PARTITION_BY ("{column}"), WRITE_PARTITION_COLUMNS, OVERWRITE'
    try:
        copy_one(cursor, select, partial, options)
        files = [path.relative_to(partial) for path in sorted(partial.rglob("*.parquet"))]
        # Parts of an earlier export would be read as if they were of this one.
        for old in target.glob(f"{column}=*/*.parquet"):
            old.unlink()
        for file in files:
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            (partial / file).replace(target / file)
    except (duckdb.IOException, OSError) as error:
        raise unwritable(target.parent, error) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return [target / file for file in files]
