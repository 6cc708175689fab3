"""Whole cents as decimal columns, days and words as Arrow has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

MONEY = pa.decimal64(12, 2)
"""What DuckDB keeps of DECIMAL(12,2): whole cents in 64 bits."""


def money(cents: NDArray[np.int64], null: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return dollars with two decimals, exactly.

    >>> money(np.array([1999, -5])).to_pylist()
    [Decimal('19.99'), Decimal('-0.05')]
    """
    mask = None if null is None else pa.array(~null).buffers()[1]
    whole = np.ascontiguousarray(cents, "<i8")
    return pa.Array.from_buffers(MONEY, len(cents), [mask, pa.py_buffer(whole)])


def lettered(letter: str, numbers: NDArray[np.int64]) -> pa.Array:
    """Return a letter and a number, as on a card."""
    return pc.binary_join_element_wise(letter, pa.array(numbers).cast(pa.string()), "")
