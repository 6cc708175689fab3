"""Columns of numpy as Arrow arrays, and as batches in a declared order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from healthsim_nb.schema.arrow import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

DAY_US, MINUTE_US = 86_400_000_000, 60_000_000


def words(codes: NDArray[Any], values: Sequence[str | None]) -> pa.DictionaryArray:
    """Return text by code; a negative code is null."""
    kind = np.int8 if len(values) < 128 else np.int16 if len(values) < 32768 else np.int32
    narrow: NDArray[np.signedinteger] = np.asarray(codes).astype(kind, copy=False)
    indices = pa.array(narrow, mask=narrow < 0 if len(narrow) and narrow.min() < 0 else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()))


def dates(days: NDArray[np.integer], null: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return dates from day numbers."""
    return pa.array(days.astype(np.int32, copy=False), mask=null).view(pa.date32())


def times(microseconds: NDArray[np.int64], null: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return timestamps from microseconds since 1970."""
    return pa.array(microseconds.view("datetime64[us]"), mask=null)


def moment(days: NDArray[Any], minutes: NDArray[Any]) -> NDArray[np.int64]:
    """Return microseconds since 1970 of a minute of a day."""
    return days.astype(np.int64) * DAY_US + minutes.astype(np.int64) * MINUTE_US


def constant(value: str, n: int) -> pa.DictionaryArray:
    """Return the same text n times."""
    return words(np.zeros(n, np.int8), [value])


def batch(table: str, columns: Mapping[str, Any]) -> pa.RecordBatch:
    """Return the rows of a canonical table; every declared column must be given, no other."""
    names = arrow_schema(table).names
    if set(names) != set(columns):
        raise KeyError(f"{table}: {sorted(set(names) ^ set(columns))}")
    return pa.RecordBatch.from_arrays([_array(columns[n]) for n in names], names=names)


def declared(table: str, rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return rows with their amounts in the declared type, whatever the width they were made in."""
    for place, field in enumerate(arrow_schema(table)):
        if pa.types.is_decimal(field.type):
            rows = rows.set_column(place, field.name, rows.column(place).cast(field.type))
    return rows


def _array(values: pa.Array | NDArray[Any]) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values)
