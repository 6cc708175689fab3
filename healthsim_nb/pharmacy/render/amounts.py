"""Quantities as decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUANTITY = pa.decimal64(12, 3)


def thousandths(amounts: NDArray[np.int64]) -> pa.Array:
    """Return thousandths as numbers with three decimals, exactly.

    >>> thousandths(np.array([30000, 2500])).to_pylist()
    [Decimal('30.000'), Decimal('2.500')]
    """
    whole = np.ascontiguousarray(amounts, "<i8")
    return pa.Array.from_buffers(QUANTITY, len(amounts), [None, pa.py_buffer(whole)])
