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
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import QueryError
from healthsim_nb.schema import OWNERSHIP, scenario_tables
from healthsim_nb.schema.ddl import qualified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OWN = ", ".join(OWNERSHIP)
"""Columns that say whose a row is; a scenario query shows them last."""


def enter(cursor: duckdb.DuckDBPyConnection, scenario: int, tables: Iterable[str]) -> None:
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
    cursor.execute("SET search_path = 'temp.main'").fetchall()
    for table in tables:
        columns = ", ".join(column.name for column in scenario_tables()[table].columns)
        cursor.execute(
            f"CREATE TEMP VIEW {table} AS SELECT {columns}, {OWN} "  # noqa: S608
            f"FROM {database}.{qualified(table)} WHERE scenario_id = {int(scenario)}"
        ).fetchall()


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
