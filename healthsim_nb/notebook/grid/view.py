"""What a grid shows, as one SELECT: which columns, which rows, in which order."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from healthsim_nb.errors import QueryError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

NUMBERS = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\))")
COMPARED = re.compile(r"\s*(<=|>=|<>|!=|<|>|=)\s*(.*)", re.DOTALL)
RANGE = re.compile(r"\s*(\S+)\s*\.\.\s*(\S+)\s*")
NULLS = {"null": "IS NULL", "!null": "IS NOT NULL"}
KINDS = {"number": "a number", "date": "a day as 2024-12-31", "time": "a time as 2024-12-31 08:30"}
KINDS |= {"boolean": "true or false"}
LARGEST = 37
"""Digits of a number before or behind its point, from which on it is compared as a DOUBLE."""


@dataclass(frozen=True)
class Column:
    """One column of what the grid is of."""

    name: str
    kind: str
    """number, date, time, boolean or text."""
    path: str
    """How SQL calls it."""


@dataclass(frozen=True)
class View:
    """A choice of rows and columns.

    Filters are what a person types: ``diab`` (contains), ``=x``, ``>= 6.5``, ``5..10``, ``null``,
    ``!null``.
    """

    source: str
    """What stands after FROM."""
    columns: tuple[Column, ...]
    shown: tuple[str, ...] = ()
    """Names of the columns to show; none: all."""
    sort: tuple[tuple[str, bool], ...] = ()
    """(column, descending), the first leads."""
    filters: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    """Looked for in all columns."""
    whole: str = ""
    """The SELECT of all rows and columns, where it is the user's own."""

    def sql(self) -> str:
        """Return the SELECT; it runs where only this scenario can be read.

        Raises
        ------
        QueryError
            If a filter cannot be understood.
        UnknownNameError
            If there is no such column.
        """
        if self.whole and not (self.shown or self.sort or self.text.strip() or self._filtered()):
            return self.whole
        chosen = [self._column(name) for name in self.shown] or self.columns
        select = ", ".join(f"{c.path} AS {quoted(c.name)}" for c in chosen)
        where = [condition(self._column(name), said) for name, said in self._filtered()]
        if self.text.strip():
            where.append(f"({' OR '.join(holds(c, self.text) for c in self.columns)})")
        order = [f"{self._column(n).path}{' DESC' if down else ''}" for n, down in self.sort]
        parts = [f"SELECT {select} FROM {self.source}"]  # noqa: S608
        parts += [f"WHERE {' AND '.join(where)}"] if where else []
        parts += [f"ORDER BY {', '.join(order)}"] if order else []
        return " ".join(parts)

    def _filtered(self) -> list[tuple[str, str]]:
        return [(name, said) for name, said in self.filters.items() if said]

    def place(self, name: str) -> int:
        """Return which of the columns has that name, from 0; `UnknownNameError` if none."""
        names = [column.name for column in self.columns]
        if name not in names:
            raise UnknownNameError.of("column", name, names)
        return names.index(name)

    def _column(self, name: str) -> Column:
        return self.columns[self.place(name)]


def kind_of(duckdb_type: str) -> str:
    """Return what a reader takes a DuckDB type for.

    >>> [kind_of(t) for t in ("BIGINT", "DECIMAL(12,2)", "TIMESTAMP", "VARCHAR")]
    ['number', 'number', 'time', 'text']
    """
    if NUMBERS.fullmatch(duckdb_type):
        return "number"
    named = {"DATE": "date", "BOOLEAN": "boolean"}
    return named.get(duckdb_type, "time" if duckdb_type.startswith("TIMESTAMP") else "text")


def condition(column: Column, said: str) -> str:
    """Return what somebody typed above a column as a condition."""
    word = said.strip()
    if word.lower() in NULLS:
        return f"{column.path} {NULLS[word.lower()]}"
    compared = COMPARED.fullmatch(word)
    if compared:
        return f"{column.path} {compared[1]} {literal(column, compared[2].strip())}"
    between = RANGE.fullmatch(word)
    if between and column.kind not in ("text", "boolean"):
        low, high = literal(column, between[1]), literal(column, between[2])
        return f"{column.path} BETWEEN {low} AND {high}"
    return holds(column, word)


def holds(column: Column, text: str) -> str:
    """Return the condition that a column's value, as text, contains a text in any case."""
    return f"contains(lower(CAST({column.path} AS VARCHAR)), {string(text.strip().lower())})"


def literal(column: Column, value: str) -> str:
    """Return a value that was typed as a constant of the column's kind."""
    try:
        if column.kind == "number":
            return _number(Decimal(value.replace(",", "")))
        if column.kind == "boolean":
            return str({"true": True, "false": False}[value.lower()]).upper()
        if column.kind == "date":
            return f"DATE '{date.fromisoformat(value)}'"
        if column.kind == "time":
            return f"TIMESTAMP '{datetime.fromisoformat(value)}'"
    except (InvalidOperation, KeyError, OverflowError, ValueError):
        raise QueryError(
            f"{column.name} is compared with {KINDS[column.kind]}, not {value!r}."
        ) from None
    return string(value)


def _number(number: Decimal) -> str:
    if not number.is_finite():
        raise ValueError(number)
    if abs(number.adjusted()) < LARGEST:
        return f"{number:f}"
    most = sys.float_info.max
    return f"CAST('{max(-most, min(most, float(number)))!r}' AS DOUBLE)"


def string(text: str) -> str:
    """Return a text as an SQL constant.

    >>> string("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """Return a name as SQL."""
    return '"' + name.replace('"', '""') + '"'
