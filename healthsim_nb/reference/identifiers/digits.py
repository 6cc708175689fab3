"""Numbers as matrices of characters: how whole arrays of identifiers are written at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Codes = NDArray[np.uint32]

ZERO = np.uint32(ord("0"))


def split(values: NDArray[np.integer], width: int) -> Codes:
    """Return the last ``width`` decimal digits as character codes, shape (n, width).

    >>> split(np.array([7, 42]), 2).tolist()
    [[48, 55], [52, 50]]
    """
    if width <= 4:
        return np.take(_table(width), values, axis=0, mode="wrap")
    high, low = np.divmod(values, 10_000)
    return np.hstack([split(high, width - 4), split(low, 4)])


def write(*parts: Codes | str) -> NDArray[np.str_]:
    """Return the text of character codes of shape (n, k), with the given text between, shape (n,).

    >>> write("(", split(np.array([7, 8]), 1), ")").tolist()
    ['(7)', '(8)']
    """
    n = next(len(part) for part in parts if not isinstance(part, str))
    blocks = [_repeated(part, n) if isinstance(part, str) else part for part in parts]
    text = np.hstack(blocks)
    return text.view(f"U{text.shape[1]}").ravel()


def scramble(index: NDArray[np.int64], factor: int, shift: int, size: int) -> NDArray[np.int64]:
    """Return a one-to-one map of 0 … size-1 onto itself that does not count up.

    ``factor`` has no divisor in common with ``size``, and their product is below 2**63.
    """
    if len(index) and not 0 <= int(index.min()) <= int(index.max()) < size:
        wrong = int(index.max() if index.min() >= 0 else index.min())
        raise OverflowError(f"no number for index {wrong}: there are {size}")
    return (index.astype(np.int64) * factor + shift) % size


@cache
def _table(width: int) -> Codes:
    """Return the digits of 0, 1, 2, … of that width."""
    powers = 10 ** np.arange(width - 1, -1, -1)
    return (np.arange(10**width)[:, None] // powers % 10).astype(np.uint32) + ZERO


def _repeated(text: str, n: int) -> Codes:
    return np.broadcast_to(np.array([ord(c) for c in text], dtype=np.uint32), (n, len(text)))
