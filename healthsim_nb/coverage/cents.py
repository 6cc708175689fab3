"""Whole cents as decimal columns, days and words as Arrow has them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.reference.identifiers.digits import split

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
    """Return a letter and a number, as on a card.

    >>> lettered("M", np.array([1000023, 9999999])).to_pylist()
    ['M1000023', 'M9999999']
    """
    width = {len(str(end)) for end in (numbers.min(), numbers.max())} if len(numbers) else set()
    if len(width) != 1 or numbers.min() < 0:
        return pc.binary_join_element_wise(letter, pa.array(numbers).cast(pa.string()), "")
    digits = _digits(numbers, *width)
    text = np.empty((len(numbers), len(letter) + digits.shape[1]), np.uint8)
    text[:, : len(letter)] = np.frombuffer(letter.encode(), np.uint8)
    text[:, len(letter) :] = digits
    begins = np.arange(len(text) + 1, dtype=np.int32) * text.shape[1]
    return pa.StringArray.from_buffers(len(text), pa.py_buffer(begins), pa.py_buffer(text))


def _digits(numbers: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """Return the last digits as characters, shape (n, width), written four at a time."""
    fours = np.empty((len(numbers), -(-width // 4)), np.uint32)
    for place in reversed(range(fours.shape[1])):
        rest = numbers // 10_000
        fours[:, place] = _fours()[numbers - rest * 10_000]
        numbers = rest
    return fours.view(np.uint8)[:, -width:]


@cache
def _fours() -> NDArray[np.uint32]:
    """Return 0000 to 9999, each as the bytes of its text."""
    return split(np.arange(10_000), 4).astype(np.uint8).view(np.uint32).ravel()
