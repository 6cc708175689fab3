"""Reads rows from files as exports write them: csv, json, ndjson, parquet; value for value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import RowError
from healthsim_nb.schema import scenario_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

ENDINGS = ("csv", "json", "ndjson", "parquet")
ROWS = 122_880
"""Of a part: one of DuckDB's row groups."""
CSV = (
    "read_csv($path, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', "
    "nullstr = '', allow_quoted_nulls = false, max_line_size = 50000000)"
)
"""Nothing between two commas is null, ``""`` is an empty text."""


def tables_in(path: Path) -> dict[str, Path]:
    """Return the files of a folder by table, or the one file by its name.

    Raises
    ------
    RowError
        If there are none, or two of one table.
    """
    if not path.exists():
        raise RowError(f"{path} does not exist: name a folder or file with rows, or a variable.")
    found: dict[str, Path] = {}
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        table = file.stem if file.is_file() else file.name
        if table not in scenario_tables() or not _is_readable(file):
            continue
        if table in found:
            raise RowError(f"{path} holds {table} twice: {found[table].name} and {file.name}.")
        found[table] = file
    if not found and path.is_file():
        raise RowError(f"{path.name} is not named after a table: say which one, {path} is of.")
    if not found:
        kinds = ", ".join(ENDINGS)
        raise RowError(f"{path} holds no file named after a table, such as patients.csv ({kinds}).")
    return found


def batches(table: str, path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file, or of a folder that a table was parted into.

    Raises
    ------
    RowError
        If it cannot be read.
    """
    if not _is_readable(path):
        kinds = ", ".join(ENDINGS)
        raise RowError(f"{path} is no file with rows of {table}: {kinds} can be read.")
    with duckdb.connect() as connection:
        try:
            source, parameters = _source(connection, path)
            rows = connection.sql(f"SELECT * FROM {source}", params=parameters)  # noqa: S608
            yield from rows.to_arrow_reader(ROWS)
        except duckdb.Error as error:
            said = str(error).strip().partition("\n")[0]
            raise RowError(
                f"{path} cannot be read as rows of {table}. DuckDB says: {said}"
            ) from None


def _is_readable(path: Path) -> bool:
    if path.is_dir():
        return any(path.glob("*=*/*.parquet"))
    return path.suffix.lstrip(".") in ENDINGS


def _source(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, dict[str, str]]:
    if path.is_dir():
        return "read_parquet($path, hive_partitioning = false)", {"path": f"{path}/*/*.parquet"}
    parameters = {"path": str(path)}
    if path.suffix == ".csv":
        return CSV, parameters
    if path.suffix == ".parquet":
        return "read_parquet($path, hive_partitioning = false)", parameters
    # As text, every digit stays; the column's type is ours to find.
    shown = connection.sql("SELECT * FROM read_json_auto($path)", params=parameters)
    columns = ", ".join(f"\"{name}\": 'VARCHAR'" for name in shown.columns)
    return f"read_json($path, columns = {{{columns}}})", parameters
