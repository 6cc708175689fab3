"""Whole cents as decimal columns, days and words as Arrow has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

MONEY = pa.decimal128(12, 2)


def money(cents: NDArray[np.int64], null: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return dollars with two decimals, exactly.

    >>> money(np.array([1999, -5])).to_pylist()
    [Decimal('19.99'), Decimal('-0.05')]
    """
    # A decimal is a whole number of 128 bits, the low half first.
    wide = np.empty((len(cents), 2), "<i8")
    wide[:, 0], wide[:, 1] = cents, cents >> 63
    mask = None if null is None else pa.array(~null).buffers()[1]
    return pa.Array.from_buffers(MONEY, len(cents), [mask, pa.py_buffer(wide)])


def lettered(letter: str, numbers: NDArray[np.int64]) -> pa.Array:
    """Return a letter and a number, as on a card."""
    return pc.binary_join_element_wise(letter, pa.array(numbers).cast(pa.string()), "")
