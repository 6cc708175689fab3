"""Keeps rows of the user's own in a scenario: every row of a call, or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from healthsim_nb.errors import RowError, UnknownNameError, nearest
from healthsim_nb.schema import OWNERSHIP, scenario_tables
from healthsim_nb.schema.arrow import arrow_schema
from healthsim_nb.schema.ddl import PROVENANCE, qualified
from healthsim_nb.store.intake.checking import check_references, require_new_ids
from healthsim_nb.store.intake.coercing import UnfitError, coerced, wanted
from healthsim_nb.store.intake.filling import add_persons, fill, filled, numbered
from healthsim_nb.store.intake.reading import Columns, Rows, parts
from healthsim_nb.store.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.scenarios import Owner

REFERENCES = ("check", "report")
SIMULATED = 10**17
"""No simulated id is above it: a scenario can be extended after rows without ids were kept."""
WIDEST = 40
"""Characters of a value in a message."""


@dataclass
class Kept:
    """What a call has kept."""

    counts: dict[str, int] = field(default_factory=dict)
    """Rows of each table, those that were made to go with them, too."""
    ids: dict[str, list[np.ndarray]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    """References that lead nowhere, as sentences."""


def persist(
    cursor: DuckDBPyConnection,
    owner: Owner,
    data: Mapping[str, Rows],
    *,
    batch_size: int,
    references: str,
    tell: Callable[[int], None] | None = None,
) -> Kept:
    """Insert rows in the transaction of the cursor; the caller keeps or drops all of it.

    Parameters
    ----------
    tell
        Called with the rows read so far.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    RowError
        If a row cannot be kept: it says which one, and which field.
    """
    for table in data:
        if table not in scenario_tables():
            raise UnknownNameError.of("table of a scenario", table, scenario_tables())
    kept = Kept()
    kept.counts = load(cursor, owner, _told(_blocks(cursor, owner, data, batch_size, kept), tell))
    for table, ids in kept.ids.items():
        require_new_ids(cursor, owner, table, np.concatenate(ids))
    if kept.counts.get("patients"):
        made = add_persons(cursor, owner.scenario_id, owner.run_key)
        kept.counts["persons"] = kept.counts.get("persons", 0) + made
    kept.lost = check_references(cursor, owner, list(kept.ids), strict=references == "check")
    return kept


def _told(
    blocks: Iterator[dict[str, pa.RecordBatch]], tell: Callable[[int], None] | None
) -> Iterator[dict[str, pa.RecordBatch]]:
    """Yield the blocks, and say how many rows have been read."""
    rows = 0
    for block in blocks:
        rows += sum(batch.num_rows for batch in block.values())
        if tell:
            tell(rows)
        yield block


def _blocks(
    cursor: DuckDBPyConnection, owner: Owner, data: Mapping[str, Rows], size: int, kept: Kept
) -> Iterator[dict[str, pa.RecordBatch]]:
    floors = {table: _floor(cursor, owner, table) for table in data}
    # What is inserted meanwhile holds the caller's cursor.
    with cursor.cursor() as own:
        for table, rows in data.items():
            highest, done = floors[table], 0
            for columns in parts(table, rows, size):
                batch = _batch(own, table, columns, highest, done)
                if batch.num_rows:
                    ids = batch.column("id").to_numpy()
                    kept.ids.setdefault(table, []).append(ids)
                    highest, done = max(highest, int(ids.max())), done + len(ids)
                    yield {table: batch}


def _floor(cursor: DuckDBPyConnection, owner: Owner, table: str) -> int:
    """Return the number above which rows without an id are numbered."""
    highest, simulated = cursor.execute(
        f"SELECT (SELECT coalesce(max(id), 0) FROM {qualified(table)} WHERE scenario_id = $of), "  # noqa: S608
        "EXISTS (SELECT 1 FROM hs.runs WHERE scenario_id = $of AND template_hash IS NOT NULL)",
        {"of": owner.scenario_id},
    ).fetchall()[0]
    return max(int(highest), SIMULATED if simulated else 0)


def _batch(
    cursor: DuckDBPyConnection, table: str, columns: Columns, highest: int, done: int
) -> pa.RecordBatch:
    """Return rows with exactly the declared columns, each of its type."""
    _require_known(table, columns)
    schema = arrow_schema(table)
    length = max((len(values) for values in columns.values()), default=0)
    arrays = []
    for column in scenario_tables()[table].columns:
        if column.name in columns:
            arrays.append(_column(table, column.name, column.type, columns[column.name], done))
        else:
            arrays.append(pa.nulls(length, schema.field(column.name).type))
    place = schema.get_field_index("id")
    arrays[place] = numbered(arrays[place], highest)
    rows = fill(cursor, table, pa.table(arrays, schema=schema))
    _require_complete(table, columns, rows, done)
    return rows.combine_chunks().to_batches()[0] if rows.num_rows else _empty(schema)


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema)


def _column(table: str, name: str, kind: str, values: Any, done: int) -> pa.Array:  # noqa: ANN401
    try:
        return coerced(values, kind)
    except UnfitError as unfit:
        row = done + unfit.place + 1
        said = repr(unfit.value)
        shown = said if len(said) <= WIDEST else said[:WIDEST] + "…"
        raise RowError(
            f"{table}, row {row}, {name}: {shown} is not {wanted(kind)}.", table, row, name
        ) from None


def _require_known(table: str, columns: Columns) -> None:
    """Refuse a column that the table has not; whose a row was before is left out."""
    known = [c.name for c in scenario_tables()[table].columns]
    for name in (*OWNERSHIP, *PROVENANCE):
        if name not in known:
            columns.pop(name, None)
    strange = [name for name in columns if name not in known]
    if strange:
        near = nearest(strange[0], known)
        hint = f" Did you mean '{near}'?" if near else ""
        raise RowError(
            f"{table} has no column {strange[0]!r}.{hint} It has {', '.join(known)}.",
            table,
            None,
            strange[0],
        )


def _require_complete(table: str, columns: Columns, rows: pa.Table, done: int) -> None:
    for column in scenario_tables()[table].columns:
        values = rows.column(column.name)
        if not (column.required and values.null_count):
            continue
        row = done + int(np.flatnonzero(np.asarray(values.is_null()))[0]) + 1
        if column.name in columns:
            said = f"{table}, row {row}, {column.name}: it is missing, and a row needs it."
            raise RowError(said, table, row, column.name)
        needed = [
            c.name
            for c in scenario_tables()[table].columns
            if c.required and c.name != "id" and c.name not in filled().get(table, {})
        ]
        raise RowError(
            f"{table}, row {row}, {column.name}: it is missing. "
            f"A row of {table} needs {', '.join(needed)}.",
            table,
            row,
            column.name,
        )
