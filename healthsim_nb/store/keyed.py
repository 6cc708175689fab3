"""The rows of a query that shows rows of one table: pages come from the table, by its key."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING

from healthsim_nb.store import order
from healthsim_nb.store.positions import Positions, Stretch
from healthsim_nb.store.room import quoted, said_by_duckdb
from healthsim_nb.store.rows import Counted, names
from healthsim_nb.store.tree import pattern, write

if TYPE_CHECKING:
    from collections.abc import Iterator

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
MOST_GROUPS = 160
"""Groups of keys that are looked for one by one, which takes DuckDB some milliseconds to plan each.
For more keys, or for keys in a list, it reads every column of the table."""
TOGETHER = 1000
"""Rows between two keys of a group."""
BOUNDS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(?:after|until)\b")
"""Texts and quoted names come first, so that nothing in them is taken for a bound."""


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
    return ByOrder(source, text, ordered) if ordered else None


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
        bounds = f"SELECT min({order.KEY}), max({order.KEY}) FROM {quoted(self._table)}"  # noqa: S608
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
    """Rows in the user's order: the first ones sorted for each page, the others' keys once."""

    def __init__(self, source: Source, between: str, ordered: str) -> None:
        super().__init__(source, between)
        self._ordered, self._placed, self._near = ordered, False, 0

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start``."""
        if start + count <= NEAR and not self._placed:
            rows = self.source.fetch(f"{self._ordered} LIMIT {count} OFFSET {start}")
            return [row[:-1] for row in rows]
        self.prepare()
        keys = self._keys(start, count)
        if not keys:
            return []
        rows_by_key = {row[-1]: row[:-1] for row in self._found(sorted(keys))}
        return [rows_by_key[key] for key in keys if key in rows_by_key]

    def prepare(self) -> None:
        """Sort the keys of all rows, once."""
        if self._placed:
            return
        keys = self.key_from(self._ordered)
        numbered = f"SELECT row_number() OVER () AS p, * FROM ({keys}) AS t(key)"  # noqa: S608
        with said_by_duckdb(own=False):
            self.source.run(f'CREATE TEMP TABLE "the places" AS {numbered}')
        lowest, highest, self._count = self.source.fetch(
            'SELECT min(key), max(key), count(*) FROM "the places"'
        )[0]
        if self._count:
            self._near = TOGETHER * (highest - lowest + 1) // self._count
        self._placed = True

    def _found(self, keys: list[int]) -> list[Row]:
        """Return the rows of some keys."""
        groups = list(_together(keys, self._near))
        if len(groups) <= MOST_GROUPS:
            return self.source.fetch(" UNION ALL ".join(map(self._of, groups)))
        these = f"(VALUES {', '.join(f'({key})' for key in keys)}) AS these(key)"
        sql = f"{self._all_of(self.between)} SEMI JOIN {these} ON c{self.width} = these.key"
        return self.source.fetch(sql, after=keys[0] - 1, until=keys[-1])

    def _of(self, keys: list[int]) -> str:
        """Return the SELECT of the rows of keys that lie together."""
        inside = _within(self.between, keys[0], keys[-1])
        if len(keys) == 1:
            return f"({inside})"
        return f"({self._all_of(inside)} WHERE c{self.width} IN ({', '.join(map(str, keys))}))"

    def _all_of(self, sql: str) -> str:
        return f"SELECT t.* FROM ({sql}) AS t({names(self.width + 1)})"  # noqa: S608

    def _keys(self, start: int, count: int) -> list[int]:
        found = self.source.fetch(
            'SELECT key FROM "the places" '  # noqa: S608
            f"WHERE p BETWEEN {start + 1} AND {start + count} ORDER BY p"
        )
        return [key for (key,) in found]


def _together(keys: list[int], near: int) -> Iterator[list[int]]:
    """Yield groups of keys of which each is no further than that from the next.

    >>> list(_together([1, 2, 50, 51, 52, 90], 5))
    [[1, 2], [50, 51, 52], [90]]
    """
    group: list[int] = []
    for key in keys:
        if group and key - group[-1] > near:
            yield group
            group = []
        group.append(key)
    yield group


def _within(between: str, first: int, last: int) -> str:
    """Return the query of keys in a range, with the range written into it.

    >>> _within("SELECT '$after' WHERE id > $after AND id <= $until", 3, 8)
    "SELECT '$after' WHERE id > 2 AND id <= 8"
    """
    ends = {"$after": str(first - 1), "$until": str(last)}
    return BOUNDS.sub(lambda found: ends.get(found[0], found[0]), between)


def _all(*conditions: Node | None) -> Node:
    """Return the condition that all of them hold."""
    flat: list[Node] = []
    for condition in conditions:
        if condition and condition["type"] == AND:
            flat += condition["children"]
        elif condition:
            flat.append(condition)
    return {"class": "CONJUNCTION", "type": AND, "alias": "", "children": flat}
