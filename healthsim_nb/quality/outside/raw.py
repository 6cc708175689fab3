"""Files as rows of text: one SELECT each, with the names of the columns that it gives."""

from __future__ import annotations

import csv
import gzip
import shutil
from codecs import BOM_UTF8
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import InputError
from healthsim_nb.quality.outside.files import ZIPPED
from healthsim_nb.schema import scenario_tables

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.quality.outside.files import Piece

LARGEST = 8 * 1024 * 1024
"""Bytes of one line of CSV or one JSON object."""
DELIMITERS = ",;\t|"
GLOB = "*?["


@dataclass(frozen=True)
class Raw:
    """A file as DuckDB can read it."""

    sql: str
    """A SELECT of text columns ``c0``, ``c1``, … in the file's order."""
    columns: tuple[str, ...]
    """Their names in the file."""
    rejects: bool = False
    """Whether DuckDB notes rows that it cannot read."""
    broken: str = "false"
    """True of rows that are not rows."""


def raw(connection: duckdb.DuckDBPyConnection, piece: Piece, table: str, folder: Path) -> Raw:
    """Return a file as rows of text.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        piece = _unmarked(piece, folder)
        path = literal(_plain(piece.path, folder))
        if piece.kind == "csv":
            return _csv(piece.path, path)
        if piece.kind == "parquet":
            return _parquet(connection, path)
        return _json(connection, piece, path, table)
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{piece.path} cannot be read: {why}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{piece.path} is not UTF-8 text.") from None
    except duckdb.Error as error:
        raise InputError(f"{piece.path} cannot be read: {first_line(error)}") from None


def literal(path: Path | str) -> str:
    """Return a text as SQL.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + str(path).replace("'", "''") + "'"


def first_line(error: duckdb.Error) -> str:
    """Return what DuckDB says first."""
    return str(error).splitlines()[0]


def _unmarked(piece: Piece, folder: Path) -> Piece:
    """Return lines of JSON without the byte order mark, which DuckDB takes for a wrong line."""
    if piece.kind != "ndjson":
        return piece
    zipped = piece.path.suffix.lower() == ZIPPED
    with gzip.open(piece.path) if zipped else piece.path.open("rb") as file:
        if file.read(len(BOM_UTF8)) != BOM_UTF8:
            return piece
        place = folder / f"{piece.path.name.partition('.')[0]}-unmarked.ndjson"
        with place.open("wb") as copy:
            shutil.copyfileobj(file, copy)
    return replace(piece, path=place)


def _plain(path: Path, folder: Path) -> Path:
    """Return a path that DuckDB does not take for a pattern."""
    if not any(letter in str(path) for letter in GLOB):
        return path
    place = folder / f"given{''.join(path.suffixes[-2:])}"
    number = 0
    while place.exists():
        number += 1
        place = folder / f"given{number}{''.join(path.suffixes[-2:])}"
    if any(letter in str(place) for letter in GLOB):
        place = place.with_name(f"given{number}")
    shutil.copyfile(path, place)
    return place


def _csv(path: Path, literal_path: str) -> Raw:
    with _text(path) as file:
        line = file.readline(LARGEST)
    if "\0" in line:
        raise InputError(f"{path} is not a text file.")
    delimiter = max(DELIMITERS, key=line.count)
    names = tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter), []))
    if not any(names):
        raise InputError(f"{path} has no names of columns in its first line.")
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    options = (
        f"columns = {{{columns}}}, header = true, auto_detect = false, "
        f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', nullstr = '', "
        f"allow_quoted_nulls = false, max_line_size = {LARGEST}, buffer_size = {2 * LARGEST}, "
        "store_rejects = true, rejects_limit = 1000"
    )
    return Raw(f"SELECT * FROM read_csv({literal_path}, {options})", names, rejects=True)  # noqa: S608


def _text(path: Path):  # type: ignore[no-untyped-def] # noqa: ANN202 - a text file, zipped or not
    if path.suffix.lower() == ZIPPED:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _parquet(connection: duckdb.DuckDBPyConnection, path: str) -> Raw:
    source = f"read_parquet({path}, hive_partitioning = false)"
    names = connection.execute(f"SELECT * FROM {source} LIMIT 0").description or []  # noqa: S608
    shown = ", ".join(f"CAST(#{i} AS VARCHAR) AS c{i - 1}" for i in range(1, len(names) + 1))
    return Raw(f"SELECT {shown} FROM {source}", tuple(str(name[0]) for name in names))  # noqa: S608


def _json(connection: duckdb.DuckDBPyConnection, piece: Piece, path: str, table: str) -> Raw:
    rows = _objects(piece, path)
    keys = connection.execute(
        "SELECT DISTINCT unnest(keys) AS k FROM (SELECT DISTINCT json_keys(j) AS keys "  # noqa: S608
        f"FROM ({rows}) WHERE json_type(j) = 'OBJECT') ORDER BY k"
    ).fetchall()
    names = tuple(str(key) for (key,) in keys)
    known = {c.name for c in scenario_tables()[table].columns}
    places = {name: f"c{i}" for i, name in enumerate(names) if name in known}
    if not places:
        return Raw(rows, names, broken="true")
    if piece.member is not None:
        shown = ", ".join(f"j ->> '$.{name}' AS {place}" for name, place in places.items())
        return Raw(f"SELECT {shown} FROM ({rows})", names)  # noqa: S608
    shown = ", ".join(f"{name} AS {place}" for name, place in places.items())
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in places)
    how = f"columns = {{{columns}}}, records = true, {_how(piece)}"
    sql = f"SELECT {shown} FROM read_json({path}, {how})"  # noqa: S608
    return Raw(sql, names, broken=f"coalesce({', '.join(places.values())}) IS NULL")


def _how(piece: Piece) -> str:
    """Return how the rows of a JSON file are laid out."""
    if piece.kind == "ndjson":
        how = "format = 'newline_delimited', ignore_errors = true"
    else:
        how = "format = 'array'"
    return f"{how}, maximum_object_size = {LARGEST}"


def members(connection: duckdb.DuckDBPyConnection, piece: Piece, folder: Path) -> list[str]:
    """Return the tables that a JSON file has by name: ``{"patients": […], "encounters": […]}``."""
    try:
        with _text(piece.path) as file:
            start = file.read(4096).lstrip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{piece.path} cannot be read as text: {error}.") from None
    if not start.startswith("{"):
        return []
    whole = _objects(replace(piece, member="*"), literal(_plain(piece.path, folder)))
    try:
        keys = connection.execute(whole).fetchall()
    except duckdb.Error:
        return []
    return [name for (name,) in keys if name in scenario_tables()]


def _objects(piece: Piece, path: str) -> str:
    """Return the SELECT of a file's JSON objects, as column ``j``."""
    if piece.member is None:
        return f"SELECT json AS j FROM read_json_objects({path}, {_how(piece)})"  # noqa: S608
    every = piece.member == "*"
    values = "json_keys(json)" if every else f"json_extract(json, '$.{piece.member}[*]')"
    size = min(max(LARGEST, piece.path.stat().st_size * 2), 2**32 - 1)
    how = f"format = 'unstructured', maximum_object_size = {size}"
    return f"SELECT unnest({values}) AS j FROM read_json_objects({path}, {how})"  # noqa: S608
