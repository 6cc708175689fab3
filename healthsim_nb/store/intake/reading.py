"""Reads rows from whatever holds them: objects of Python, frames, Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from healthsim_nb.errors import RowError
from healthsim_nb.store.intake.files import batches

Columns = dict[str, Any]
"""Name to a list of Python's values or an Arrow array, all of one length."""
Rows = Any
"""A list or iterator of dictionaries, dataclasses, pydantic objects or named tuples; one of those;
a frame of pandas or polars; an Arrow table, batch or reader; the path of a file."""
SHAPES = (
    "a list of dictionaries, dataclasses or pydantic objects, a frame of pandas or polars, or an "
    "Arrow table, batch or reader"
)


def parts(table: str, rows: Rows, size: int) -> Iterator[Columns]:
    """Yield the rows part by part, each as columns.

    Parameters
    ----------
    table
        What they are rows of, for messages.
    rows
        In any of the shapes of `SHAPES`, or the path of a file.
    size
        Python's objects that are taken at a time; frames and Arrow come in their own parts.

    Raises
    ------
    RowError
        If they have another shape.
    """
    arrow = batches(table, rows) if isinstance(rows, Path) else _arrow(rows)
    if arrow is not None:
        yield from (dict(zip(b.schema.names, b.columns, strict=True)) for b in arrow)
        return
    if _is_pandas(rows):
        yield {str(name): _from_pandas(rows[name]) for name in rows.columns}
        return
    one = isinstance(rows, Mapping) or _fields(rows) is not None
    if isinstance(rows, str | bytes) or not (one or isinstance(rows, Iterable)):
        raise RowError(f"Rows of {table} are {SHAPES}; got {type(rows).__name__}.")
    source = iter([rows] if one else rows)
    done = 0
    while some := list(islice(source, size)):
        yield _columns(table, some, done)
        done += len(some)


def _arrow(rows: Rows) -> Iterable[pa.RecordBatch] | None:
    """Return Arrow's batches if that is what the rows are, or what they give without a copy."""
    if isinstance(rows, pa.RecordBatch):
        return [rows]
    if isinstance(rows, pa.Table):
        batches: list[pa.RecordBatch] = rows.to_batches()
        return batches or [pa.RecordBatch.from_pylist([], schema=rows.schema)]
    if isinstance(rows, pa.RecordBatchReader):
        batches_of: Iterator[pa.RecordBatch] = iter(rows)
        return batches_of
    if hasattr(rows, "__arrow_c_stream__") and not _is_pandas(rows):
        stream: Iterator[pa.RecordBatch] = iter(pa.RecordBatchReader.from_stream(rows))
        return stream
    return None


def _is_pandas(rows: Rows) -> bool:
    return type(rows).__module__.startswith("pandas.") and hasattr(rows, "columns")


def _from_pandas(column: Any) -> Any:  # noqa: ANN401 - a Series, without importing pandas
    """Return a column as Arrow; one that holds values of several kinds as a list."""
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        missing = column.isna()
        return [None if gone else value for value, gone in zip(column, missing, strict=True)]


def _columns(table: str, some: list[Any], done: int) -> Columns:
    """Return rows as columns; a row that lacks one has nothing there."""
    rows = [_row(table, row, done + place) for place, row in enumerate(some, start=1)]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [_value(row.get(name)) for row in rows] for name in names}


def _row(table: str, row: Any, number: int) -> Mapping[str, Any]:  # noqa: ANN401 - whatever comes
    if isinstance(row, Mapping):
        return row
    found = _fields(row)
    if found is None:
        kind = type(row).__name__
        raise RowError(
            f"{table}, row {number}: a row is a dictionary, a dataclass or a pydantic object; "
            f"got {kind}."
        )
    return found


def _fields(row: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 - whatever comes
    """Return what an object says field by field, if it does."""
    if is_dataclass(row) and not isinstance(row, type):
        return {f.name: getattr(row, f.name) for f in fields(row)}
    for way in ("model_dump", "_asdict"):
        if callable(getattr(row, way, None)) and not isinstance(row, type):
            said: Mapping[str, Any] = getattr(row, way)()
            return said
    return None


def _value(value: Any) -> Any:  # noqa: ANN401 - whatever comes
    return value.value if isinstance(value, Enum) else value
