"""Values that a user gives to a query by name: ``$year``. They are bound, never written into text.

DuckDB writes a query down again without its parameters (a page is a part of a query), so each one
becomes a variable of the query's own cursor, which nothing else shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from healthsim_nb.errors import QueryError
from healthsim_nb.store.tree import pattern, walk, write

if TYPE_CHECKING:
    import duckdb

    from healthsim_nb.store.tree import Node

Given = Mapping[str, object]
PLAIN = (bool, int, float, str, Decimal, date, datetime, time, timedelta, UUID, type(None))
CANNOT = "This query cannot be written with its parameters in place: write the values instead."


def plain(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever the user gives
    """Return a value as DuckDB takes it.

    Raises
    ------
    QueryError
        If it is none that a column can be compared with.
    """
    if type(value).__name__ == "NAType":  # pandas' own, which is not loaded for it
        return None
    for to_plain in ("tolist", "to_pydatetime"):
        if hasattr(value, to_plain):
            value = getattr(value, to_plain)()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(name, one) for one in value]
    if not isinstance(value, PLAIN):
        raise QueryError(
            f"${name} is a {type(value).__name__}: a parameter is a number, text, day, moment,"
            " truth value, or a list of those."
        )
    return value


def settle(cursor: duckdb.DuckDBPyConnection, statement: Node, given: Given) -> tuple[str, Node]:
    """Return (a query's text, its tree) with variables of the cursor for what was given.

    Raises
    ------
    QueryError
        If DuckDB cannot write the query down so, or a value is none.
    """
    used = {node["identifier"] for node in walk(statement) if node.get("class") == "PARAMETER"}
    for name in sorted(used):
        cursor.execute(f'SET VARIABLE "given {name}" = ?', [plain(name, given[name])]).fetchall()
    settled = deepcopy(statement)
    for node in walk(settled):
        if node.get("class") == "PARAMETER":
            name, alias = node["identifier"], node["alias"]
            call = pattern(cursor, f"SELECT getvariable('given {name}')")["select_list"][0]
            node.clear()
            node.update(deepcopy(call), alias=alias)
    settled["named_param_map"] = []
    text = write(cursor, settled)
    if text is None:
        raise QueryError(CANNOT)
    return text, settled
