"""Columns of text and batches in the order that the schema declares."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from healthsim_nb.schema import tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def take(values: tuple[str, ...], index: NDArray[np.integer]) -> pa.StringArray:
    """Return the values at an index, shape (n,)."""
    return _array(values).take(pa.array(index))


def batch(table: str, columns: dict[str, pa.Array]) -> pa.RecordBatch:
    """Return a batch of a canonical table; columns may come in any order."""
    names = [column.name for column in tables()[table].columns]
    return pa.RecordBatch.from_arrays([columns[name] for name in names], names=names)


@cache
def _array(values: tuple[str, ...]) -> pa.StringArray:
    return pa.array(values, type=pa.string())
