"""Text as values of the declared types, strictly: what would be rounded or cut is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healthsim_nb.schema.types import Column

EXAMPLES = {
    "BIGINT": "a whole number",
    "INTEGER": "a whole number",
    "DOUBLE": "a number",
    "DATE": "a day such as 2024-12-31",
    "TIMESTAMP": "a moment such as 2024-12-31 09:30:00",
    "BOOLEAN": "true or false",
    "TEXT": "a text",
}
NESTED = r"(\{.*\}|\[.*\])\s*"
"""What an object or a list looks like where a text should be."""


def value(column: Column, text: str) -> str:
    """Return the SQL of a cell's value; null if it has none, or a wrong one."""
    if column.type == "TEXT":
        return f"CASE WHEN NOT ({_nested(text)}) THEN {text} END"
    if column.type == "DATE":
        moment = f"TRY_CAST({text} AS TIMESTAMP)"
        return f"CASE WHEN {moment} = date_trunc('day', {moment}) THEN {moment}::DATE END"
    cast = f"TRY_CAST(trim({text}) AS {column.type})"
    form = _form(column.type)
    if form:
        return f"CASE WHEN regexp_full_match(trim({text}), '{form}') THEN {cast} END"
    if column.type == "DOUBLE":
        return f"CASE WHEN isfinite({cast}) THEN {cast} END"
    return cast


def empty(column: Column, text: str) -> str:
    """Return the SQL that says whether a cell has nothing in it."""
    return f"{text} IS NULL" if column.type == "TEXT" else f"coalesce(trim({text}), '') = ''"


def wrong(column: Column, text: str) -> str:
    """Return the SQL that says whether a cell has a value of another type."""
    return f"NOT ({empty(column, text)}) AND {value(column, text)} IS NULL"


def meant(kind: str) -> str:
    """Return what a type is, in words.

    >>> meant("DECIMAL(12,2)")
    'an amount with at most 2 decimals'
    """
    decimal = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind)
    return f"an amount with at most {decimal[1]} decimals" if decimal else EXAMPLES[kind]


def _nested(text: str) -> str:
    return (
        f"left({text}, 1) IN ('{{', '[') AND regexp_full_match({text}, '(?s){NESTED}') "
        f"AND json_valid({text})"
    )


def _form(kind: str) -> str | None:
    if kind in ("BIGINT", "INTEGER"):
        return r"[+-]?\d+(\.0+)?"
    decimal = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind)
    return rf"[+-]?\d*(\.\d{{0,{decimal[1]}}}0*)?" if decimal else None
