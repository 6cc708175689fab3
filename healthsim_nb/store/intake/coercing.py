"""Turns values into the declared types, where nothing is lost; else says which value it is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.schema.arrow import arrow_type

if TYPE_CHECKING:
    from collections.abc import Callable

FROM = {
    "text": ("text", "integer"),
    "boolean": ("boolean", "integer", "text"),
    "integer": ("integer", "float", "decimal", "text"),
    "float": ("float", "integer", "decimal", "text"),
    "decimal": ("decimal", "integer", "float", "text"),
    "date": ("date", "timestamp", "text"),
    "timestamp": ("timestamp", "date", "text"),
}
"""What each kind of column can be made of."""
WANTED = {
    "BIGINT": "a whole number",
    "INTEGER": "a whole number within ±2,147,483,647",
    "SMALLINT": "a whole number within ±32,767",
    "TEXT": "text",
    "DATE": "a date such as 2024-01-31",
    "TIMESTAMP": "a time such as 2024-01-31 09:30:00, without a zone",
    "BOOLEAN": "true or false",
    "DOUBLE": "a number",
}


class UnfitError(ValueError):
    """A value that cannot become what its column holds."""

    def __init__(self, place: int, value: object) -> None:
        super().__init__(place)
        self.place = place
        """From 0."""
        self.value = value


def coerced(values: Any, kind: str) -> pa.Array:  # noqa: ANN401 - a list or an Arrow array
    """Return values as a column of a declared type.

    Parameters
    ----------
    values
        A list of Python's values or an Arrow array, shape (n,).
    kind
        A declared type, such as ``DECIMAL(12,2)``.

    Raises
    ------
    UnfitError
        If one of them cannot become that without loss.
    """
    target = arrow_type(kind)
    if isinstance(values, list):
        if not _alike(values):
            return _one_by_one(values, target)
        try:
            values = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            return _one_by_one(values, target)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    plain = _plain(values)
    if plain.type == target:
        return plain
    if pa.types.is_null(plain.type):
        return pa.nulls(len(plain), target)
    return _each(plain, lambda part: _cast(part, target))


def wanted(kind: str) -> str:
    """Return what a declared type holds, in words.

    >>> wanted("DECIMAL(12,2)")
    'an amount with at most 10 digits before the point and 2 behind it'
    """
    if kind in WANTED:
        return WANTED[kind]
    target = arrow_type(kind)
    before = target.precision - target.scale
    return f"an amount with at most {before} digits before the point and {target.scale} behind it"


def _each(values: pa.Array, cast: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Cast all; if that fails, find the first value that cannot be, by halves."""
    try:
        return cast(values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        place, left = 0, values
        while len(left) > 1:
            half = len(left) // 2
            try:
                cast(left[:half])
                place, left = place + half, left[half:]
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                left = left[:half]
        raise UnfitError(place, left[0].as_py()) from None


def _cast(values: pa.Array, target: pa.DataType) -> pa.Array:
    source, wanted = _kind(values.type), _kind(target)
    zoned = source == "timestamp" and values.type.tz is not None
    if zoned or source not in FROM[wanted]:
        raise pa.ArrowInvalid(f"{source} to {wanted}")
    if source == "text" and wanted != "text":
        values = pc.utf8_trim_whitespace(values)
    if wanted == "decimal":
        values = _exact(values, target.scale) if source == "float" else values
        wide = values.cast(pa.decimal128(38, target.scale)) if source != "text" else values
        return wide.cast(target)
    found = values.cast(target)
    # These two casts of Arrow's say nothing of what they drop.
    if (source, wanted) in (("timestamp", "date"), ("integer", "boolean")):
        again = found.cast(values.type)
        if not pc.all(pc.equal(again, values), min_count=0).as_py():
            raise pa.ArrowInvalid("lossy")
    return found


def _exact(values: pa.Array, scale: int) -> pa.Array:
    """Return floats as decimals if they are the floats nearest to those."""
    numbers = values.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
    units = np.rint(numbers * 10**scale)
    if not ((units / 10**scale == numbers) & (np.abs(units) < 2**53)).all():
        raise pa.ArrowInvalid("lossy")
    whole = pa.array(units.astype(np.int64), mask=np.asarray(values.is_null()))
    unit = pa.scalar(Decimal(1).scaleb(-scale))
    return pc.multiply(whole.cast(pa.decimal128(19, 0)), unit)


def _alike(values: list[Any]) -> bool:
    """Return whether values are of one kind: of several, Arrow would choose one in silence."""
    kinds = {(type(v), getattr(v, "tzinfo", None) is None) for v in values if v is not None}
    return len(kinds) < 2


def _one_by_one(values: list[Any], target: pa.DataType) -> pa.Array:
    """Cast values of several kinds, such as numbers and texts, each for itself."""
    found = []
    for place, value in enumerate(values):
        try:
            found.append(coerced_one(value, target))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
            raise UnfitError(place, value) from None
    return pa.array(found, target)


def coerced_one(value: object, target: pa.DataType) -> object:
    """Return one value as the type holds it."""
    if value is None or value != value:
        return None
    return _cast(_plain(pa.array([value])), target)[0].as_py()


def _plain(values: pa.Array) -> pa.Array:
    """Return an array whose type is one of the kinds we know: no dictionaries, no large texts."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _plain(values.cast(kind.value_type))
    if pa.types.is_large_string(kind) or str(kind) == "string_view":
        return values.cast(pa.string())
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(values.storage)
    return values


def _kind(kind: pa.DataType) -> str:
    tests = {
        "text": pa.types.is_string,
        "boolean": pa.types.is_boolean,
        "integer": pa.types.is_integer,
        "float": pa.types.is_floating,
        "decimal": pa.types.is_decimal,
        "date": pa.types.is_date,
        "timestamp": pa.types.is_timestamp,
    }
    return next((name for name, test in tests.items() if test(kind)), str(kind))
