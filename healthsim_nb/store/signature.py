"""The content signature of a scenario: equal rows give an equal signature, on any machine.

It does not depend on the order of rows, on how they were loaded, on which scenario or run they
belong to, or on the version of DuckDB.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from duckdb import DuckDBPyConnection

    from healthsim_nb.schema.types import Column, Table


def signature(
    cursor: DuckDBPyConnection,
    scenario: int,
    *,
    exclude: Mapping[str, Collection[str]] | None = None,
) -> str:
    """Return the signature of a scenario's rows, 32 hexadecimal digits.

    Parameters
    ----------
    scenario
        The scenario's id.
    exclude
        Columns to leave out, by table: those that a longer run may close (``open_columns``).
    """
    left_out = exclude or {}
    total = blake2b(digest_size=16)
    for name in sorted(scenario_tables()):
        table = scenario_tables()[name]
        sql = _sum(table, left_out.get(name, ()))
        rows, content = cursor.execute(sql, [scenario]).fetchall()[0]
        # A table that a later version adds, and that has no rows, changes nothing.
        if rows:
            total.update(f"{name}|{rows}|{content}\n".encode())
    return total.hexdigest()


def open_columns() -> dict[str, frozenset[str]]:
    """Return the columns that more months may change in rows that exist, by table.

    Those are the ones that their declaration calls open.
    """
    marked = {
        name: frozenset(c.name for c in table.columns if "(open" in c.about)
        for name, table in scenario_tables().items()
    }
    return {name: columns for name, columns in marked.items() if columns}


def _sum(table: Table, exclude: Collection[str]) -> str:
    kept = [c for c in table.columns if c.name not in exclude]
    row = f"concat_ws(chr(31), {', '.join(map(_text, kept))})"
    return (
        f"SELECT count(*), coalesce(sum(md5_number_lower({row})), 0) "  # noqa: S608
        f"FROM {qualified(table.name)} WHERE scenario_id = ?"
    )


def _text(column: Column) -> str:
    """Return the expression that writes a value in the one way all versions share."""
    # The shortest text of a DOUBLE is the engine's own choice; adding 0 turns -0 into 0.
    plain = f"printf('%.6f', {column.name} + 0.0)" if column.type == "DOUBLE" else column.name
    return f"coalesce(CAST({plain} AS VARCHAR), chr(30))"
