"""Puts simulated blocks into the database: few large inserts, in one transaction.

Small commits are the classic mistake: they rewrite partial row groups. So an insert has whole row
groups, each of one batch: a thread takes a batch, and what it appends need not be written again
when the transaction ends. It runs beside the simulation of the next block.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.schema import OWNERSHIP, scenario_tables
from healthsim_nb.schema.ddl import qualified

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.scenarios import Owner

ROW_GROUP = 122_880
"""Rows that DuckDB compresses together."""
INSERT_ROWS = 8 * ROW_GROUP
"""Rows of one insert, if there are so many."""
BUFFER_BYTES = 128_000_000
"""What all buffers may hold; beyond it the largest is emptied, however few its rows."""
REPEATED = (
    *("providers", "facilities", "plans", "networks", "groups"),
    *("network_providers", "network_facilities", "pharmacies", "formulary_drugs"),
)
"""Tables of which blocks repeat rows: the first of each id is kept."""

Block = dict[str, pa.RecordBatch]
Put = Callable[["DuckDBPyConnection", "Owner", str, pa.Table], None]
"""Takes rows of one table, in the thread of the writer."""


def load(
    cursor: DuckDBPyConnection,
    owner: Owner,
    blocks: Iterable[Mapping[str, pa.RecordBatch]],
    progress: Callable[[int], None] | None = None,
    *,
    put: Put | None = None,
) -> dict[str, int]:
    """Insert blocks in the transaction of the cursor and return the rows of each table.

    Parameters
    ----------
    cursor
        In a transaction, of which the caller keeps or drops everything.
    owner
        Whose the rows are.
    blocks
        Tables by name, with the declared columns in any order.
    progress
        Called after each block with the number of patients so far.
    put
        What does with the rows of one table; left out: inserts them.
    """
    with Loader(cursor, owner, put or _insert) as loader:
        for block in blocks:
            loader.add(block)
            # What has been inserted need not wait for the next block.
            del block
            if progress:
                progress(loader.counts.get("patients", 0))
        loader.flush()
    return loader.counts


@dataclass
class Buffer:
    """Rows of one table that wait for their insert."""

    batches: list[pa.RecordBatch] = field(default_factory=list)
    rows: int = 0
    size: int = 0
    """Bytes."""

    def add(self, batch: pa.RecordBatch) -> None:
        """Take one more batch."""
        self.batches.append(batch)
        self.rows += batch.num_rows
        self.size += batch.nbytes

    def take(self) -> pa.Table:
        """Return the rows in whole row groups, and keep the rest; all of them if there are few."""
        whole = self.rows - self.rows % ROW_GROUP or self.rows
        rows = _joined(self.batches).combine_chunks()
        self.batches, self.rows, self.size = [], 0, 0
        for rest in rows.slice(whole).to_batches():
            # A copy: what is left should not keep all the others in memory.
            self.add(rest.take(pa.array(np.arange(rest.num_rows))))
        return pa.Table.from_batches(rows.slice(0, whole).to_batches(ROW_GROUP))


class Loader:
    """A buffer a table, and a thread that inserts the full ones."""

    def __init__(self, cursor: DuckDBPyConnection, owner: Owner, put: Put) -> None:
        self.counts: dict[str, int] = {}
        self._put = put
        self._cursor = cursor
        self._owner = owner
        self._buffers: dict[str, Buffer] = {}
        self._seen: dict[str, np.ndarray] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="healthsim-insert")
        self._writing: Future[None] | None = None

    def __enter__(self) -> Loader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A cancelled load need not wait for an insert whose rows are dropped anyway. An interrupt
        # that comes before the insert has begun is lost, so there may have to be several.
        while kind is not None and self._writing is not None and not self._writing.done():
            self._cursor.interrupt()
            wait([self._writing], timeout=0.05)
        self._writer.shutdown(wait=True)

    def add(self, block: Mapping[str, pa.RecordBatch]) -> None:
        """Take the rows of one block."""
        for table, batch in block.items():
            rows = self._unseen(table, batch) if table in REPEATED else batch
            if rows.num_rows:
                self._buffers.setdefault(table, Buffer()).add(_aligned(table, rows))
                self.counts[table] = self.counts.get(table, 0) + rows.num_rows
        for table in [t for t, b in self._buffers.items() if b.rows >= INSERT_ROWS]:
            self._insert(table)
        while sum(b.size for b in self._buffers.values()) > BUFFER_BYTES:
            self._insert(max(self._buffers, key=lambda t: self._buffers[t].size))

    def flush(self) -> None:
        """Insert what is left."""
        for table, buffer in self._buffers.items():
            while buffer.rows:
                self._insert(table)
        self._wait()

    def _insert(self, table: str) -> None:
        self._wait()
        rows = self._buffers[table].take()
        self._writing = self._writer.submit(self._put, self._cursor, self._owner, table, rows)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def _unseen(self, table: str, batch: pa.RecordBatch) -> pa.RecordBatch:
        ids = batch.column("id").to_numpy(zero_copy_only=False)
        seen = self._seen.get(table, np.empty(0, dtype=np.int64))
        new, first = np.unique(ids, return_index=True)
        fresh = ~np.isin(new, seen, assume_unique=True)
        self._seen[table] = np.union1d(seen, new)
        return batch.take(pa.array(np.sort(first[fresh])))


def _insert(cursor: DuckDBPyConnection, owner: Owner, table: str, arriving: pa.Table) -> None:  # noqa: ARG001
    # DuckDB finds the argument by its name. A registered one would be a view in this transaction,
    # whose rows stay in memory until the commit.
    columns = ", ".join(c.name for c in scenario_tables()[table].columns)
    cursor.execute(
        f"INSERT INTO {qualified(table)} ({', '.join(OWNERSHIP)}, {columns}) "  # noqa: S608
        f"SELECT {owner.scenario_id}, {owner.run_key}, {columns} FROM arriving"
    )


def _aligned(table: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch if it has exactly the declared columns."""
    declared = [c.name for c in scenario_tables()[table].columns]
    if sorted(batch.schema.names) != sorted(declared):
        wrong = sorted(set(batch.schema.names) ^ set(declared))
        raise ValueError(f"{table}: these columns are missing or not declared: {', '.join(wrong)}")
    return batch.select(declared)


def _joined(batches: list[pa.RecordBatch]) -> pa.Table:
    """Return the batches as one; those that keep texts in another way are made plain."""
    if all(batch.schema.equals(batches[0].schema) for batch in batches):
        return pa.Table.from_batches(batches)
    plain = pa.schema([(f.name, _plain(f.type)) for f in batches[0].schema])
    return pa.Table.from_batches([batch.cast(plain) for batch in batches])


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
