"""Named arrays of any shape as one Arrow IPC file, and back.

Each array is a column with one row, a list of its values in the order in which they lie in memory;
shape, type and order stand in the schema's metadata. LZ4 makes the sparse ones small in no time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Arrays = dict[str, "NDArray[Any]"]
ABOUT = b"healthsim"


def pack(arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> pa.Buffer:
    """Return arrays, and what is to be known about them, as the content of an Arrow file."""
    layout = {name: _layout(array) for name, array in arrays.items()}
    columns = [_column(array) for array in arrays.values()]
    fields = [pa.field(name, c.type) for name, c in zip(arrays, columns, strict=True)]
    text = json.dumps({**about, "arrays": layout}).encode()
    schema = pa.schema(fields, metadata={ABOUT: text})
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(sink, schema, options=options) as file:
        file.write_batch(pa.record_batch(columns, schema=schema))
    return sink.getvalue()


def unpack(content: bytes) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays of a file, which may be changed, and what is known about them.

    Raises
    ------
    ValueError
        If it is no such file (`pyarrow.ArrowInvalid` is one).
    """
    with pa.ipc.open_file(pa.py_buffer(content)) as file:
        about = json.loads((file.schema.metadata or {}).get(ABOUT, b"{}"))
        if "arrays" not in about:
            raise ValueError("an Arrow file of something else")
        batch = file.get_batch(0)
    layout = about.pop("arrays")
    return {name: _array(batch.column(name), *layout[name]) for name in layout}, about


def _layout(array: NDArray[Any]) -> tuple[str, tuple[int, ...], str]:
    return array.dtype.str, array.shape, _order(array)


def _order(array: NDArray[Any]) -> str:
    """Return the order in which values lie: turning a large array costs more than packing it."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def _column(array: NDArray[Any]) -> pa.Array:
    flat = array.ravel(order="F" if _order(array) == "F" else "C")
    flat = flat.view(np.uint8) if flat.dtype == np.bool_ else flat
    # Not pa.array: it would load pandas only to learn that this is none of its.
    kind = pa.from_numpy_dtype(flat.dtype)
    values = pa.Array.from_buffers(kind, len(flat), [None, pa.py_buffer(flat)])
    return pa.LargeListArray.from_arrays(pa.array([0, len(flat)], pa.int64()), values)


def _array(column: pa.Array, kind: str, shape: list[int], order: str) -> NDArray[Any]:
    flat: NDArray[Any] = column.values.to_numpy(zero_copy_only=False).astype(kind)
    return flat.reshape(shape, order="F" if order == "F" else "C")
