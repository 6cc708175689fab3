"""Tables that rules look things up in: facts such as limits of a test, and sums of the data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from healthsim_nb import reference
from healthsim_nb.reference.location import root
from healthsim_nb.templates.documents import parse_yaml, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import duckdb

CALENDAR = "calendar"
"""The table that has the last day on which something can have happened."""


@dataclass(frozen=True)
class Lookup:
    """A table of facts; where a rule's table has a join to it, its columns have a prefix."""

    name: str
    files: tuple[str, ...]
    """Where rows are joined to it, the first row of a key wins."""
    columns: dict[str, str]
    """Name to DuckDB type; the first is the key."""
    joins: dict[str, tuple[str, str]]
    """Table of a scenario to the prefix and to the expression that equals the key."""
    sql: str | None = None
    """Of what is worked out from the data that is checked: how; such a table has no file."""

    @property
    def words(self) -> frozenset[str]:
        """The names in its SQL: tables and columns that it is worked out from."""
        return frozenset(re.findall(r"[a-z_]+", self.sql or ""))

    @property
    def key(self) -> str:
        """The first column."""
        return next(iter(self.columns))


@cache
def lookups() -> dict[str, Lookup]:
    """Return every table of facts by name."""
    text, unreadable = read_text(root() / "rules" / "lookups.yml")
    data, problems = parse_yaml(text)
    assert not unreadable + problems, problems
    return {name: _lookup(name, body) for name, body in data.items()}


def make(
    cursor: duckdb.DuckDBPyConnection, names: Iterable[str], today: date | None = None
) -> None:
    """Put tables of facts into a cursor's temporary tables."""
    for name in names:
        known = lookups()[name]
        if known.sql:
            given = {"today": today} if "$today" in known.sql else {}
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {known.sql}", given)
            continue
        declared = ", ".join(f"{column} {kind}" for column, kind in known.columns.items())
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({declared})")
        values = ", ".join(
            f"unnest(${i}::TEXT[])::{kind}" for i, kind in enumerate(known.columns.values(), 1)
        )
        cursor.execute(f"INSERT INTO {name} SELECT {values}", columns(known))


def columns(known: Lookup) -> list[list[str | None]]:
    """Return the columns of a table of facts, empty cells as nothing."""
    rows = [row for file in known.files for row in reference.rows(file)]
    if known.joins:
        first: dict[str, dict[str, str]] = {}
        for row in rows:
            first.setdefault(row[known.key], row)
        rows = list(first.values())
    return [[row.get(column) or None for row in rows] for column in known.columns]


def _lookup(name: str, body: dict[str, Any]) -> Lookup:
    joins = {table: (said[0], said[1]) for table, said in body.get("joins", {}).items()}
    files = tuple(body.get("files", ()))
    return Lookup(name, files, body["columns"], joins, body.get("sql"))
