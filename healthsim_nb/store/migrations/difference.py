"""The migration that a changed declaration needs; ``python -m`` this module prints it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.schema import tables
from healthsim_nb.schema.ddl import create_table, ownership, qualified
from healthsim_nb.store.migrations import known

if TYPE_CHECKING:
    from healthsim_nb.schema.types import Column, Table

FILLED = {"TEXT": "''", "BOOLEAN": "false", "DATE": "DATE '1970-01-01'"}
"""What rows that exist get in a new column that may not be null; other types get 0."""
Shape = dict[str, dict[str, tuple[str, bool]]]
"""Table to column to (type, whether it may not be null)."""


def shape(connection: duckdb.DuckDBPyConnection) -> Shape:
    """Return the tables of schema ``hs`` as a database has them, columns in their order."""
    found: Shape = {}
    for table, column, kind, nullable in connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE schema_name = 'hs' AND NOT internal AND table_name IN "
        "(SELECT table_name FROM duckdb_tables() WHERE schema_name = 'hs') "
        "ORDER BY table_name, column_index"
    ).fetchall():
        found.setdefault(table, {})[column] = (kind, not nullable)
    return found


def rules(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
    """Return the keys, unique columns and sequences of schema ``hs``."""
    return connection.execute(
        "SELECT table_name, constraint_type, array_to_string(constraint_column_names, ',') "
        "FROM duckdb_constraints() WHERE schema_name = 'hs' AND constraint_type <> 'NOT NULL' "
        "UNION ALL SELECT sequence_name, 'SEQUENCE', '' FROM duckdb_sequences() "
        "WHERE schema_name = 'hs' ORDER BY ALL"
    ).fetchall()


def migration_text(before: Shape | None = None) -> str:
    """Return the statements that bring tables to their declaration; nothing if they are.

    The tables are ``before``, or what all migrations together make. Each statement is to be looked
    at: what rows that exist get in a column that may not be null is a guess, and a renamed column
    looks like one dropped and one added.
    """
    before = _migrated() if before is None else before
    lines = [f"DROP VIEW IF EXISTS provenance.{t};\nDROP VIEW IF EXISTS main.{t};\n"
             f"DROP TABLE {qualified(t)};" for t in before if t not in tables()]  # fmt: skip
    lines += [line for name, table in tables().items() for line in _table(table, before.get(name))]
    return "".join(f"{line}\n" for line in lines)


def _migrated() -> Shape:
    with duckdb.connect() as connection:
        # Not `migrate`: its views show columns that no migration has made yet.
        for change in known():
            connection.execute(change.sql)
        return shape(connection)


def _table(table: Table, before: dict[str, tuple[str, bool]] | None) -> list[str]:
    if before is None:
        return [f"{create_table(table)};"]
    declared = {column.name for column in table.columns} | set(ownership(table))
    lines = [_alter(table, f"DROP COLUMN {name}") for name in before if name not in declared]
    for column in table.columns:
        if column.name not in before:
            lines += added(table, column)
        else:
            lines += _changed(table, column, *before[column.name])
    return lines


def added(table: Table, column: Column) -> list[str]:
    """Return the statements that add a column to a table that may have rows."""
    if not column.required:
        return [_alter(table, f"ADD COLUMN {column.name} {column.type}")]
    # DuckDB adds no column with a constraint.
    value = FILLED.get(column.type, "0")
    if column.type == "TIMESTAMP":
        value = "TIMESTAMP '1970-01-01'"
    return [
        _alter(table, f"ADD COLUMN {column.name} {column.type} DEFAULT {value}"),
        _alter(table, f"ALTER COLUMN {column.name} SET NOT NULL"),
        _alter(table, f"ALTER COLUMN {column.name} DROP DEFAULT"),
    ]


def _changed(table: Table, column: Column, kind: str, required: bool) -> list[str]:
    lines = []
    if kind != column.type.replace("TEXT", "VARCHAR"):
        lines.append(_alter(table, f"ALTER COLUMN {column.name} TYPE {column.type}"))
    if required != column.required:
        verb = "SET" if column.required else "DROP"
        lines.append(_alter(table, f"ALTER COLUMN {column.name} {verb} NOT NULL"))
    return lines


def _alter(table: Table, what: str) -> str:
    return f"ALTER TABLE {qualified(table.name)} {what};"


def main() -> None:
    """Print the migration that is missing, and the name that its file should have."""
    text = migration_text()
    number = known()[-1].version + 1
    head = (
        f"-- healthsim_nb/store/migrations/{number:04}_NAME.sql: say in this line what it is for.\n"
    )
    sys.stdout.write(head + text if text else "All migrations together make the declared tables.\n")


if __name__ == "__main__":
    main()
