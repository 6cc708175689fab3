"""Arrow arrays of text and dates, made without a Python object a row."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.population import names
from healthsim_nb.reference import geography
from healthsim_nb.reference import names as reference_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAIL_DOMAIN = "example.org"
"""Reserved by RFC 2606: nobody reads what is sent there."""


def coded(index: NDArray[np.integer], words: Sequence[str] | pa.Array) -> pa.Array:
    """Return dictionary-encoded text; a negative index is null. The words differ."""
    index = index.astype(np.int8 if len(words) <= 128 else np.int16)
    missing = index < 0
    codes = pa.array(index, mask=missing) if missing.any() else pa.array(index)
    return pa.DictionaryArray.from_arrays(codes, pa.array(words, type=pa.string()))


def fixed(text: NDArray[np.str_]) -> pa.Array:
    """Return ASCII text of one width as an Arrow array: a copy of bytes, eight times as fast."""
    n, width = len(text), text.dtype.itemsize // 4
    letters = np.ascontiguousarray(text).view(np.uint32).astype(np.uint8)
    ends = np.arange(n + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(n, pa.py_buffer(ends), pa.py_buffer(letters))


def dates(days: NDArray[np.int32], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return dates from days since 1970-01-01."""
    return pa.array(days.astype(np.int32), mask=missing).view(pa.date32())


def at_place(column: str, place: NDArray[np.int32]) -> pa.Array:
    """Return a column of `geography.places` for each person."""
    words, code = _places(column)
    return coded(code[place], words)


@cache
def _places(column: str) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the different values of a column, and where each place has its own."""
    values = [getattr(place, column) for place in geography.places()]
    words = sorted(set(values))
    at = {word: index for index, word in enumerate(words)}
    return pa.array(words), np.array([at[value] for value in values])


@cache
def area_codes() -> NDArray[np.int64]:
    """Return the telephone area code of each place."""
    return np.array([int(place.area_code) for place in geography.places()])


def street_addresses(number: NDArray[np.int32], street: NDArray[np.int16]) -> pa.Array:
    """Return house numbers with street names."""
    streets = _streets().take(pa.array(street))
    return pc.binary_join_element_wise(pa.array(number).cast(pa.string()), streets, " ")


def addresses(
    given: NDArray[np.int16], family: NDArray[np.int16], number: NDArray[np.int64]
) -> pa.Array:
    """Return e-mail addresses of names and a number."""
    parts = (_mail(False).take(pa.array(given)), _mail(True).take(pa.array(family)))
    ends = pa.array(number).cast(pa.string())
    return pc.binary_join_element_wise(*parts, ends, f"@{MAIL_DOMAIN}", "")


@cache
def _streets() -> pa.Array:
    return pa.array(reference_names.streets())


@cache
def _mail(is_family: bool) -> pa.Array:
    """Return names as they stand in an e-mail address; a given name ends in a dot."""
    words, end = (names.family_names(), "") if is_family else (names.given_names(), ".")
    return pa.array([re.sub("[^a-z]", "", word.lower()) + end for word in words])
