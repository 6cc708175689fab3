"""Loads the files of a table into a table of the declared types, and tells what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import InputError, nearest
from healthsim_nb.quality.fault import Fault
from healthsim_nb.quality.outside.cells import empty, meant, value, wrong
from healthsim_nb.quality.outside.raw import first_line, raw
from healthsim_nb.schema import OWNERSHIP, scenario_tables
from healthsim_nb.schema.ddl import PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from healthsim_nb.quality.outside.files import Piece
    from healthsim_nb.quality.outside.raw import Raw
    from healthsim_nb.schema.types import Column, Table

SHOWN = 5
"""Rows that a fault names."""
ALLOWED = {*OWNERSHIP, *PROVENANCE}
"""Columns of ours that an export may have beyond the declared ones."""


@dataclass(frozen=True)
class Loaded:
    """A table that was loaded."""

    table: str
    rows: int
    absent: frozenset[str]
    """Declared columns that no file has."""
    faults: tuple[Fault, ...]


def load(
    connection: duckdb.DuckDBPyConnection, table: str, parts: Sequence[Piece], folder: Path
) -> Loaded:
    """Load the files of a table.

    Raises
    ------
    InputError
        If one of them cannot be read, or has no column of the table.
    """
    declared = scenario_tables()[table]
    columns = ", ".join(f"{c.name} {c.type}" for c in declared.columns)
    connection.execute(f"CREATE TABLE {table} ({columns})")
    faults: list[Fault] = []
    present: set[str] = set()
    for part in parts:
        source = raw(connection, part, table, folder)
        places = _places(declared, source, part)
        present |= set(places)
        faults += _names(declared, source)
        try:
            faults += _cells(connection, declared, source, places)
            _insert(connection, table, declared, source, places)
        except duckdb.Error as error:
            raise InputError(f"{part.path} cannot be read: {first_line(error)}") from None
        faults += _rejected(connection, table) if source.rejects else []
    rows = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608
    absent = frozenset(c.name for c in declared.columns) - present
    if present:
        faults += _missing(declared, absent)
    return Loaded(table, rows, absent, tuple(_once(faults)))


def _places(table: Table, source: Raw, part: Piece) -> dict[str, str]:
    """Return the declared columns that a file has, each with its place in the file."""
    names = [name.lower() for name in source.columns]
    known = {c.name for c in table.columns}
    found = {name: f"c{i}" for i, name in reversed(list(enumerate(names))) if name in known}
    if not found and (source.columns or part.kind != "json"):
        raise InputError(
            f"{part.path} has no column of {table.name}: "
            f"it has {', '.join(source.columns[:5]) or 'none'}; {table.name} has "
            f"{', '.join(c.name for c in table.columns[:5])}, …"
        )
    return found


def _names(table: Table, source: Raw) -> Iterator[Fault]:
    known = [c.name for c in table.columns]
    seen: set[str] = set()
    for given in source.columns:
        name = given.lower()
        if name in seen:
            yield Fault("column-twice", table.name, given, "The column is there twice.")
        elif name not in known and name not in ALLOWED:
            near = nearest(given, known)
            hint = f" Did you mean '{near}'?" if near else ""
            yield Fault("unknown-column", table.name, given, f"There is no such column.{hint}")
        seen.add(name)


def _missing(table: Table, absent: Iterable[str]) -> list[Fault]:
    lost = [c for c in table.columns if c.required and c.name in set(absent)]
    told = "The column is missing, and every row needs it: {}."
    return [Fault("missing-column", table.name, c.name, told.format(_about(c))) for c in lost]


def _cells(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Raw, places: dict[str, str]
) -> list[Fault]:
    """Return the faults of cells, all found in one pass over the file."""
    columns = [c for c in table.columns if c.name in places]
    nothing = "The row is not an object, or has nothing of the table."
    asked: list[tuple[str, str | None, str, str]] = [("broken-row", None, source.broken, nothing)]
    for c in columns:
        told = f"The value is not {meant(c.type)}"
        asked.append(("wrong-type", c.name, wrong(c, places[c.name]), told))
        if c.required:
            lost = f"NOT ({source.broken}) AND ({empty(c, places[c.name])})"
            asked.append(("missing-value", c.name, lost, "The value is missing."))
    parts = ", ".join(_found(test, places.get(name or "")) for _, name, test, _ in asked)
    sql = f"SELECT {parts} FROM (SELECT *, row_number() OVER () AS row FROM ({source.sql}))"  # noqa: S608
    counts = connection.execute(sql).fetchall()[0]
    return [
        Fault(kind, table.name, name, _told(told, example), count, tuple(rows or ()))
        for (kind, name, _, told), (count, rows, example) in zip(
            asked, zip(counts[::3], counts[1::3], counts[2::3], strict=True), strict=True
        )
        if count
    ]


def _found(test: str, place: str | None) -> str:
    shown = f"any_value({place}) FILTER (WHERE {test})" if place else "NULL"
    return f"count(*) FILTER (WHERE {test}), min(row, {SHOWN}) FILTER (WHERE {test}), {shown}"


def _told(told: str, example: str | None) -> str:
    if told.endswith("."):
        return told
    if example is None:
        return f"{told}."
    short = example if len(example) <= 40 else f"{example[:39]}…"
    return f"{told}: {short!r}."


def _insert(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    table: Table,
    source: Raw,
    places: dict[str, str],
) -> None:
    columns = [c for c in table.columns if c.name in places]
    if not columns:
        return
    names = ", ".join(c.name for c in columns)
    values = ", ".join(value(c, places[c.name]) for c in columns)
    connection.execute(
        f"INSERT INTO {name} ({names}) SELECT {values} FROM ({source.sql}) "  # noqa: S608
        f"WHERE NOT ({source.broken})"
    )


def _rejected(connection: duckdb.DuckDBPyConnection, table: str) -> list[Fault]:
    """Return the rows that DuckDB could not read, and forget them."""
    rows = connection.execute(
        "SELECT DISTINCT line, error_message FROM reject_errors ORDER BY line"
    ).fetchall()
    connection.execute("DELETE FROM reject_errors; DELETE FROM reject_scans")
    if not rows:
        return []
    told = f"The row cannot be read: {str(rows[0][1]).splitlines()[0]}."
    lines = sorted({int(line) for line, _ in rows})
    # The header is line 1.
    numbers = tuple(line - 1 for line in lines[:SHOWN])
    return [Fault("broken-row", table, None, told, len(lines), numbers)]


def _once(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults, those of several files of a table as one."""
    found: dict[tuple[str, str | None], Fault] = {}
    for fault in faults:
        key = (fault.kind, fault.column)
        before = found.get(key)
        count = fault.count + (before.count if before else 0)
        found[key] = replace(before or fault, count=count)
    return list(found.values())


def _about(column: Column) -> str:
    return column.about[0].lower() + column.about[1:] if column.about else column.type
