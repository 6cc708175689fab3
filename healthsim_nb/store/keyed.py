"""The rows of a query that shows rows of one table: pages come from the table, by its key."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from healthsim_nb.store import order
from healthsim_nb.store.positions import Positions, Stretch
from healthsim_nb.store.room import KEY, by_place, put, quoted, said_by_duckdb
from healthsim_nb.store.rows import Counted, names
from healthsim_nb.store.tree import fold, pattern, write

if TYPE_CHECKING:
    from healthsim_nb.store.gate import Query
    from healthsim_nb.store.pages import Row, Rows
    from healthsim_nb.store.rows import Source
    from healthsim_nb.store.tree import Node

LOWEST, HIGHEST = -(2**63), 2**63 - 1
"""No id is below or above."""
NEAR = 1000
"""Rows from the first one that are sorted again for each page; beyond, all are sorted once."""
SPARE = 4
"""Pages' worth of rows that are put in order here rather than by DuckDB."""
AND = "CONJUNCTION_AND"


def keyed(source: Source, query: Query, key: list[str]) -> Rows | None:
    """Return the rows of a query, if DuckDB can write down what pages need.

    Parameters
    ----------
    source
        The cursor and columns.
    query
        A query each row of which is made of one row of a table alone.
    key
        What `order.key_of` returned.
    """
    statement, path = query.statement, ".".join(map(quoted, key))
    node = statement["node"]
    added = pattern(source.cursor, f"SELECT {path} WHERE {path} > $after AND {path} <= $until")
    select = {"select_list": node["select_list"] + added["select_list"]}
    where = _all(node["where_clause"], added["where_clause"])
    between = {**node, **select, "where_clause": where, "modifiers": []}
    text = write(source.cursor, {**statement, "node": between})
    if text is None:
        return None
    if order.by_key(node, key):
        return ByKey(source, text, path, node["from_table"]["table_name"])
    whole = order.total(source.cursor, query, key, len(source.columns))
    ordered = write(source.cursor, {**whole, "node": {**whole["node"], **select}})
    few = _few(source, {**node, **select, "modifiers": []})
    placed = write(source.cursor, {**statement, "node": few}) if ordered else None
    return ByOrder(source, text, ordered, placed) if ordered and placed else None


def _few(source: Source, node: Node) -> Node:
    """Return the query of the rows that were put into the room, whichever they are."""
    table = node["from_table"]
    shown = by_place(source.cursor, source.room, fold(table["table_name"]))
    name = quoted(table["alias"] or table["table_name"])
    put_there = pattern(source.cursor, f"SELECT 1 FROM {quoted(shown)} AS {name}")  # noqa: S608
    return {**node, "from_table": put_there["from_table"], "where_clause": None}


class _Keyed(Counted):
    """Rows with their keys. ``between``: the query, with its key last, of keys in a range."""

    def __init__(self, source: Source, between: str) -> None:
        self.between = between
        self.width = len(source.columns)
        counting = f"SELECT count(*) FROM ({between})"  # noqa: S608
        super().__init__(source, counting, after=LOWEST, until=HIGHEST)

    def key_from(self, sql: str) -> str:
        """Return the SELECT of the keys of a query that has its key last."""
        return f"SELECT c{self.width} FROM ({sql}) AS t({names(self.width + 1)})"  # noqa: S608


class ByKey(_Keyed):
    """Rows in the order of the key: a page begins after the last key of the one before.

    For a page elsewhere the rows are counted once, by stretches of their keys.
    """

    def __init__(self, source: Source, between: str, path: str, table: str) -> None:
        super().__init__(source, between)
        self._page, self._table = f"{between} ORDER BY {path}", table
        self._befores = {0: LOWEST}
        self._positions: Positions | None = None

    def prepare(self) -> None:
        """Count the rows by stretches of their keys."""
        if self._positions is None:
            self._positions = self._counted()
            self._count = self._positions.rows

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        before = self._before(start)
        # Any `count` keys after `before` bound the first ones: none of these is above the highest.
        some = [] if before is None else self._some(f"LIMIT {count}", before)
        if not some or before is None:
            return []
        rows = self._between(before, max(some), count)
        if len(rows) == count > 1:
            self._befores[start + count - 1] = rows[-2][-1]
        return [row[:-1] for row in rows]

    def _between(self, after: int, until: int, count: int) -> list[Row]:
        """Return the first rows of a range of keys, in order."""
        # Where rows lie in order the range holds little more than the page. DuckDB's top-n over
        # wide rows costs as much as finding them, so it is for the other case.
        few = SPARE * count
        rows = self.source.fetch(self.between, few, after=after, until=until)
        if len(rows) < few:
            return sorted(rows, key=itemgetter(-1))[:count]
        return self.source.fetch(self._page, count, after=after, until=until)

    def _before(self, start: int) -> int | None:
        """Return the key of the row before a position."""
        if start not in self._befores:
            self.prepare()
            if self._positions is None or start > self._positions.rows:
                return None
            held, rest = self._positions.find(start - 1)
            which = f"ORDER BY 1 LIMIT 1 OFFSET {rest}"
            found = self._some(which, held.low - 1, held.high)
            if not found:
                return None
            self._befores[start] = found[0]
        return self._befores[start]

    def _some(self, which: str, after: int, until: int = HIGHEST) -> list[int]:
        sql = f"{self.key_from(self.between)} {which}"
        return [key for (key,) in self.source.fetch(sql, after=after, until=until)]

    def _counted(self) -> Positions:
        bounds = f"SELECT min({KEY}), max({KEY}) FROM {quoted(self._table)}"  # noqa: S608
        low, high = self.source.fetch(bounds)[0]
        return Positions(self._stretches, low or 0, high or 0)

    def _stretches(self, after: int, until: int, width: int) -> list[Stretch]:
        sql = (
            "SELECT min(key), max(key), count(*) "  # noqa: S608
            f"FROM ({self.key_from(self.between)}) AS t(key) GROUP BY key // $width ORDER BY 1"
        )
        found = self.source.fetch(sql, after=after, until=until, width=width)
        return [Stretch(*row) for row in found]


class ByOrder(_Keyed):
    """Rows in the user's order: their keys are sorted, then the rows of a page are looked up.

    The keys of the first rows are sorted for each page; for others those of all rows are, once.

    Parameters
    ----------
    ordered
        The query in its order, with its key last.
    placed
        The same of rows that were put into the room.
    """

    def __init__(self, source: Source, between: str, ordered: str, placed: str) -> None:
        super().__init__(source, between)
        self._ordered, self._placed = self.key_from(ordered), placed
        self._sorted = False

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        keys = self._keys(start, count)
        if not keys:
            return []
        put(self.source.cursor, keys)
        rows_by_key = {row[-1]: row[:-1] for row in self.source.fetch(self._placed)}
        return [rows_by_key[key] for key in keys if key in rows_by_key]

    def prepare(self) -> None:
        """Sort the keys of all rows, once."""
        if self._sorted:
            return
        numbered = f"SELECT row_number() OVER () AS p, * FROM ({self._ordered}) AS t(key)"  # noqa: S608
        with said_by_duckdb(own=False):
            self.source.run(f'CREATE TEMP TABLE "the places" AS {numbered}')
        self._sorted = True

    def _keys(self, start: int, count: int) -> list[int]:
        if start + count <= NEAR and not self._sorted:
            found = self.source.fetch(f"{self._ordered} LIMIT {count} OFFSET {start}")
            return [key for (key,) in found]
        self.prepare()
        found = self.source.fetch(
            'SELECT key FROM "the places" '  # noqa: S608
            f"WHERE p BETWEEN {start + 1} AND {start + count} ORDER BY p"
        )
        return [key for (key,) in found]


def _all(*conditions: Node | None) -> Node:
    """Return the condition that all of them hold."""
    flat: list[Node] = []
    for condition in conditions:
        if condition and condition["type"] == AND:
            flat += condition["children"]
        elif condition:
            flat.append(condition)
    return {"class": "CONJUNCTION", "type": AND, "alias": "", "children": flat}
