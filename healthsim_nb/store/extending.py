"""Adds to a scenario what a longer or larger run of it has more, and closes what was open.

The rows of the longer run arrive whole. A row whose id the scenario has keeps its run and its
cells, but for the open ones, which the declaration of the schema names; any other is inserted.
Blocks come in the order of ids, and so do the rows that are kept: each insert looks only at the
part of the table that its ids span.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from healthsim_nb.errors import SpecificationError
from healthsim_nb.schema import OWNERSHIP, scenario_tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store.signature import open_columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.scenarios import Owner

DIFFERS = "kept.{c} IS DISTINCT FROM arriving.{c}"
COMES = "(kept.{c} IS NULL AND arriving.{c} IS NOT NULL)"


@dataclass
class Completion:
    """Puts the rows of a longer or larger run beside those that are there."""

    closing: bool
    """More months, so open columns may change; else more patients, so references may be filled."""
    own: tuple[int, ...] = ()
    """Runs of the scenario whose rows were not simulated: they stay as they are."""
    inserted: Counter[str] = field(default_factory=Counter)
    """New rows by table."""

    def put(self, cursor: DuckDBPyConnection, owner: Owner, table: str, arriving: pa.Table) -> None:
        """Insert the rows that are new, close what is open in the others."""
        ids = arriving.column("id").to_numpy()
        span = (int(ids.min()), int(ids.max()))
        if self.own:
            _require_free_ids(cursor, owner, table, arriving, span, self.own)
        if self.closing:
            columns, differs = sorted(open_columns().get(table, ())), DIFFERS
        else:
            columns, differs = fillable(table), COMES
        if columns:
            _change(cursor, owner, table, columns, differs, arriving, span)
        self.inserted[table] += _insert_new(cursor, owner, table, arriving, span)


def _kept(table: str, owner: Owner, span: tuple[int, int]) -> str:
    """Return the rows of the scenario whose ids lie in a span."""
    low, high = span
    return (
        f"SELECT id, run_key FROM {qualified(table)} "  # noqa: S608
        f"WHERE scenario_id = {owner.scenario_id} AND id BETWEEN {low} AND {high}"
    )


def _insert_new(
    cursor: DuckDBPyConnection,
    owner: Owner,
    table: str,
    arriving: pa.Table,  # noqa: ARG001 - DuckDB finds it by its name
    span: tuple[int, int],
) -> int:
    columns = ", ".join(c.name for c in scenario_tables()[table].columns)
    row = cursor.execute(
        f"INSERT INTO {qualified(table)} ({', '.join(OWNERSHIP)}, {columns}) "  # noqa: S608
        f"SELECT {owner.scenario_id}, {owner.run_key}, {columns} FROM arriving "
        f"ANTI JOIN ({_kept(table, owner, span)}) AS kept USING (id)"
    ).fetchone()
    assert row is not None
    return int(row[0])


def fillable(table: str) -> list[str]:
    """Return the references that more patients may fill.

    A relative of a patient may be on record without being one: who is added later may be that one.
    """
    return [c.name for c in scenario_tables()[table].columns if c.references and not c.required]


def _change(
    cursor: DuckDBPyConnection,
    owner: Owner,
    table: str,
    columns: list[str],
    test: str,
    arriving: pa.Table,  # noqa: ARG001 - DuckDB finds it by its name
    span: tuple[int, int],
) -> None:
    low, high = span
    new = ", ".join(f"{c} = arriving.{c}" for c in columns)
    differs = " OR ".join(test.format(c=c) for c in columns)
    cursor.execute(
        f"UPDATE {qualified(table)} AS kept SET {new} FROM arriving "  # noqa: S608
        f"WHERE kept.scenario_id = {owner.scenario_id} AND kept.id BETWEEN {low} AND {high} "
        f"AND kept.id = arriving.id AND ({differs})"
    )


def _require_free_ids(
    cursor: DuckDBPyConnection,
    owner: Owner,
    table: str,
    arriving: pa.Table,  # noqa: ARG001 - DuckDB finds it by its name
    span: tuple[int, int],
    own: tuple[int, ...],
) -> None:
    """Refuse to take rows of the user's own for simulated ones."""
    taken = cursor.execute(
        f"SELECT id FROM arriving SEMI JOIN ({_kept(table, owner, span)} "  # noqa: S608
        f"AND run_key IN ({', '.join(map(str, own))})) AS kept USING (id) LIMIT 1",
    ).fetchone()
    if taken is not None:
        raise SpecificationError(
            f"{owner.name!r} has a row of your own in {table} with id {taken[0]}, which a "
            "simulated row needs: keep your rows in a scenario of their own."
        )


def differ(
    cursor: DuckDBPyConnection,
    scenario: int,
    table: str,
    again: pa.RecordBatch,
) -> bool:
    """Return whether any of these rows is missing from a scenario or has another value there."""
    columns = ", ".join(c.name for c in scenario_tables()[table].columns)
    arriving = pa.Table.from_batches([again])  # noqa: F841 - DuckDB finds it by its name
    found = cursor.execute(
        f"SELECT 1 FROM (SELECT {columns} FROM arriving EXCEPT "  # noqa: S608
        f"SELECT {columns} FROM {qualified(table)} WHERE scenario_id = {scenario}) LIMIT 1"
    ).fetchone()
    return found is not None
