"""The canonical tables as Arrow schemas."""

from __future__ import annotations

import re
from functools import cache

import pyarrow as pa

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.schema import tables

TYPES = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "SMALLINT": pa.int16(),
    "TEXT": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
}


@cache
def arrow_schema(table: str) -> pa.Schema:
    """Return the schema of a table's rows, without ``scenario_id`` and ``run_key``.

    Every field may be null, whatever the declaration says: an Arrow producer rarely promises more,
    and DuckDB checks the rows when they arrive.
    """
    if table not in tables():
        raise UnknownNameError.of("table", table, tables())
    return pa.schema([(c.name, arrow_type(c.type)) for c in tables()[table].columns])


def arrow_type(duckdb_type: str) -> pa.DataType:
    """Return the Arrow type of a declared type.

    >>> arrow_type("DECIMAL(12,2)")
    Decimal128Type(decimal128(12, 2))
    """
    decimal = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", duckdb_type)
    if decimal:
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    return TYPES[duckdb_type]
