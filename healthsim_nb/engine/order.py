"""Rows in the order of whole numbers, sooner than by sorting places: numbers and places as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.integer] | NDArray[np.bool_]
    I64 = NDArray[np.int64]
    Index = NDArray[np.intp]

BITS = 63
"""Of a whole number that is not negative."""


def in_order(*keys: Numbers) -> Index:
    """Return the order of rows: by the first key, then by the next; else as they stand.

    >>> in_order(np.array([2, 1, 2, 1]), np.array([0, 7, 0, 5])).tolist()
    [3, 1, 0, 2]
    """
    n = len(keys[0])
    if n < 2:
        return np.arange(n)
    lows = [int(key.min()) for key in keys]
    widths = [(int(key.max()) - low).bit_length() for key, low in zip(keys, lows, strict=True)]
    place = (n - 1).bit_length()
    if sum(widths) + place > BITS:
        return np.lexsort(keys[::-1])
    packed = keys[0].astype(np.int64) - lows[0]
    for key, low, width in zip(keys[1:], lows[1:], widths[1:], strict=True):
        packed <<= width
        packed |= key - low
    if (packed[1:] >= packed[:-1]).all():
        return np.arange(n)
    packed <<= place
    packed |= np.arange(n)
    packed.sort()
    packed &= (1 << place) - 1
    return packed


def distinct(keys: I64) -> tuple[I64, I64]:
    """Return the different keys, rising, and which of them each is.

    >>> [found.tolist() for found in distinct(np.array([9, 5, 9]))]
    [[5, 9], [1, 0, 1]]
    """
    order = in_order(keys)
    rising = keys[order]
    new = np.ones(len(keys), bool)
    np.not_equal(rising[1:], rising[:-1], out=new[1:])
    which = np.empty(len(keys), np.int64)
    which[order] = np.cumsum(new) - 1
    return rising[new], which
