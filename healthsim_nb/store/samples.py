"""A few rows of a table to look at: unlike each other, at random, or the last ones added.

Random rows are decided from the ids alone: of a large table one column is read and then some rows.
Diverse ones are the most unlike of some hundred, from places all over the table. The same table
gives the same sample, on every machine and with every DuckDB.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.errors import QueryError, UnknownNameError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    from numpy.typing import NDArray

MOST = 1000
POOL, BESIDE = 100, 20
"""Rows among which the diverse ones are looked for, at least; of these, rows side by side."""
FEW = 20
"""Rows that are found sooner one by one than together."""
PRIME = 2**31 - 1
# Rounds of multiplication in whole numbers: DuckDB's own hash() differs between its versions.
SCATTERED = f"""
    SELECT id,
           (id % {PRIME} * 48271 + $key) % {PRIME} AS a,
           xor(a, a >> 13) * 69621 % {PRIME} AS b,
           xor(b, (b >> 11) + $key) % {PRIME} * 40692 % {PRIME} AS c
    FROM {{table}} WHERE scenario_id = $scenario
    ORDER BY c, id LIMIT $n
"""  # noqa: S608
LAST = """
    SELECT id FROM {table} WHERE scenario_id = $scenario ORDER BY run_key DESC, id DESC LIMIT $n
"""
OF_SCENARIO = "SELECT id FROM {table} WHERE scenario_id = $scenario"
STRATEGIES = ("diverse", "random", "recent")

Sample = dict[str, Any]


def samples(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    table: str,
    n: int = 3,
    *,
    strategy: str = "diverse",
    seed: int = 0,
) -> list[Sample]:
    """Return some rows of one of a scenario's tables, each as a dictionary.

    Parameters
    ----------
    cursor
        A cursor on the database.
    scenario
        The scenario's id.
    table
        A canonical table.
    n
        How many rows, up to 1,000; fewer come back if there are no more.
    strategy
        ``diverse``: as unlike each other as can be found; ``random``; ``recent``: of the last run,
        the highest ids.
    seed
        Another number gives other rows (not for ``recent``).

    Raises
    ------
    UnknownNameError
        If there is no such table or strategy.
    QueryError
        If ``n`` cannot be.
    """
    if table not in scenario_tables():
        raise UnknownNameError.of("table of a scenario", table, scenario_tables())
    if strategy not in STRATEGIES:
        raise UnknownNameError.of("strategy", strategy, STRATEGIES)
    if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= MOST:
        raise QueryError(f"n is a whole number of rows from 1 to {MOST:,}, not {n!r}.")
    of = _Of(cursor, scenario, table)
    if strategy == "recent":
        return of.rows(of.ids(LAST, n))
    if strategy == "random":
        return of.rows(of.ids(SCATTERED, n, _key(table, seed)))
    pool = of.pool(max(POOL, 2 * n), _key(table, seed))
    if len(pool) < n:
        pool = of.rows(of.ids(SCATTERED, 2 * n, _key(table, seed)))
    return [pool[i] for i in unlike(pool, n)]


def unlike(rows: Sequence[Sample], n: int) -> list[int]:
    """Return the places of ``n`` rows that differ in as many ways as can be, greedily.

    >>> unlike([{"sex": "F"}, {"sex": "F"}, {"sex": "M"}, {"sex": "M"}], 2)
    [0, 2]
    """
    if not rows:
        return []
    traits = _traits(rows)
    chosen = [0]
    apart = (traits != traits[0]).sum(axis=1)
    while len(chosen) < min(n, len(rows)):
        apart[chosen] = -1
        chosen.append(int(apart.argmax()))
        apart = np.minimum(apart, (traits != traits[chosen[-1]]).sum(axis=1))
    return chosen


class _Of:
    """One scenario's rows of a table."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, scenario: int, table: str) -> None:
        self._cursor, self._scenario, self._table = cursor, int(scenario), qualified(table)
        self._columns = [column.name for column in scenario_tables()[table].columns]

    def ids(self, sql: str, n: int, key: int | None = None) -> list[int]:
        parameters = {"scenario": self._scenario, "n": n}
        if key is not None:
            parameters["key"] = key
        found = self._cursor.execute(sql.format(table=self._table), parameters).fetchall()
        return [row[0] for row in found]

    def rows(self, ids: list[int]) -> list[Sample]:
        """Return the rows of these ids, in their order."""
        if len(ids) <= FEW:
            return [row for i in ids for row in self._where(f"id BETWEEN {i} AND {i}")]
        found = self._where(f"id IN ({', '.join(map(str, ids))})")
        by_id = {row["id"]: row for row in found}
        return [by_id[i] for i in ids]

    def pool(self, n: int, key: int) -> list[Sample]:
        """Return rows from places all over the table, some side by side at each place."""
        low, high = self._cursor.execute(
            f"SELECT min(id), max(id) FROM {self._table} WHERE scenario_id = {self._scenario}"  # noqa: S608
        ).fetchall()[0]
        if low is None:
            return []
        step = (high - low) // max(1, n // BESIDE) + 1
        places = range(low, high + 1, step)
        found = [row for place in places for row in self._beside(place + key % step)]
        return list({row["id"]: row for row in [*self._beside(low), *found]}.values())

    def _beside(self, place: int) -> list[Sample]:
        ids = self.ids(f"{OF_SCENARIO} AND id >= {place} ORDER BY id LIMIT $n", BESIDE)
        return self._where(f"id BETWEEN {place} AND {max(ids)} ORDER BY id") if ids else []

    def _where(self, condition: str) -> list[Sample]:
        found = self._cursor.execute(
            f"SELECT {', '.join(self._columns)} FROM {self._table} "  # noqa: S608
            f"WHERE scenario_id = {self._scenario} AND {condition}"
        ).fetchall()
        return [dict(zip(self._columns, row, strict=True)) for row in found]


def _key(table: str, seed: int) -> int:
    digest = blake2b(f"{seed}|sample|{table}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") % PRIME


def _traits(rows: Sequence[Sample]) -> NDArray[np.int64]:
    """Return what can be told apart about each row, as numbers: a column a trait."""
    told = [_trait([row[name] for row in rows]) for name in rows[0] if not name.endswith("id")]
    return np.array([t for t in told if t is not None] or [[0] * len(rows)], dtype=np.int64).T


def _trait(values: list[Any]) -> list[int] | None:
    """Return the kind of each value: its quarter if it has a size, else itself."""
    present = sorted({v for v in values if v is not None})
    if not present:
        return None
    place = {v: i + 1 for i, v in enumerate(present)}
    if isinstance(present[0], str | bool):
        # A name or number of one's own says nothing about how rows differ.
        if len(present) > max(2, len(values) // 2):
            return None
        return [0 if v is None else place[v] for v in values]
    quarter = max(1, -(-len(present) // 4))
    return [0 if v is None else 1 + (place[v] - 1) // quarter for v in values]
