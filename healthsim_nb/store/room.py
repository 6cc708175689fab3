"""The room that a scenario query runs in: a cursor where nothing but the scenario can be named.

The cursor's search path is DuckDB's temporary catalog, which no other cursor shares. In it stand
views of the tables that the query reads, each with the scenario's number written into it. Whatever
else the file holds (other scenarios, the user's own tables, views and macros, even a macro named
``lower``) has no name there. What DuckDB cannot do for one cursor alone is to forbid access to
files: ``enable_external_access`` holds for the whole database and cannot be given back, and exports
need it. The gate keeps a query from asking for files.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import QueryError
from healthsim_nb.schema import OWNERSHIP, scenario_tables
from healthsim_nb.schema.ddl import qualified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEY = "id"
"""The key of every scenario table, beside ``scenario_id``."""
OWN = ", ".join(OWNERSHIP)
"""Columns that say whose a row is; a scenario query shows them last."""


@dataclass(frozen=True)
class Room:
    """Where a cursor's views lead: a database, and the number of the scenario."""

    database: str
    scenario: int

    def named(self, table: str) -> str:
        """Return the canonical table's whole name."""
        return f"{self.database}.{qualified(table)}"


def enter(cursor: duckdb.DuckDBPyConnection, scenario: int, tables: Iterable[str]) -> Room:
    """Make a cursor the room of a scenario.

    Parameters
    ----------
    cursor
        A new cursor, for this query alone.
    scenario
        The scenario's id.
    tables
        The canonical tables that the query reads.
    """
    database = quoted(str(cursor.execute("SELECT current_database()").fetchall()[0][0]))
    room = Room(database, int(scenario))
    cursor.execute("SET search_path = 'temp.main'").fetchall()
    for table in tables:
        cursor.execute(
            f"CREATE TEMP VIEW {table} AS SELECT {_columns(table)} "  # noqa: S608
            f"FROM {room.named(table)} WHERE scenario_id = {room.scenario}"
        ).fetchall()
    return room


def by_place(cursor: duckdb.DuckDBPyConnection, room: Room, table: str) -> str:
    """Make a room show rows of a table by where they lie, which DuckDB finds at once.

    Returns
    -------
    str
        The name of a view like the table's own, of the rows that `put` has chosen.
    """
    whole, shown = room.named(table), f"the placed {table}"
    for sql in (
        'CREATE TEMP TABLE "the chosen" (place BIGINT)',
        f'CREATE TEMP VIEW "the keys" AS SELECT {KEY} AS key, rowid AS place '  # noqa: S608
        f"FROM {whole} WHERE scenario_id = {room.scenario}",
        f"CREATE TEMP VIEW {quoted(shown)} AS SELECT {_columns(table)} "  # noqa: S608
        f'FROM {whole} WHERE rowid IN (SELECT place FROM "the chosen")',
    ):
        cursor.execute(sql).fetchall()
    return shown


def put(cursor: duckdb.DuckDBPyConnection, keys: Iterable[int]) -> None:
    """Choose the rows that the view of `by_place` shows."""
    listed = ", ".join(map(str, keys))
    cursor.execute('DELETE FROM "the chosen"').fetchall()
    cursor.execute(
        f'INSERT INTO "the chosen" SELECT place FROM "the keys" WHERE key IN ({listed})'  # noqa: S608
    ).fetchall()


def _columns(table: str) -> str:
    own = ", ".join(column.name for column in scenario_tables()[table].columns)
    return f"{own}, {OWN}"


def quoted(name: str) -> str:
    """Return a name as SQL.

    >>> quoted('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def said_by_duckdb(*, own: bool = True) -> Iterator[None]:
    """Turn DuckDB's errors into ours, with their text.

    Parameters
    ----------
    own
        Whether the text that ran is the user's own; if not, the lines that show it are left out.
    """
    try:
        yield
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        text = str(error)
        raise QueryError(text if own else text.split("\n\nLINE ")[0]) from None
