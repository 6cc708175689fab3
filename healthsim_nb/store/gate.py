"""Decides whether a query may run on a scenario, from DuckDB's own parse tree and nothing else.

Everything the tree is made of must be known here; what is not known is refused by its name. This is
the first of two doors: the second is the room (``room.py``), where a query that passed here finds
the tables of its scenario and DuckDB's own functions, and nothing else by any name.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING

from healthsim_nb.errors import QueryError, unknown
from healthsim_nb.store.allowed import allowed, kinds_of
from healthsim_nb.store.given import Given, settle
from healthsim_nb.store.tree import Node, fold, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import duckdb

NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
SOURCES = frozenset(
    {"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SUBQUERY", "TABLE_FUNCTION"}
)
PARTS = frozenset(
    {
        *("ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"),
        *("ORDER_DEFAULT", "ASCENDING", "DESCENDING"),
        *("GENERIC_TYPE_INFO", "DECIMAL_TYPE_INFO", "STRING_TYPE_INFO", "LIST_TYPE_INFO"),
        *("STRUCT_TYPE_INFO", "ARRAY_TYPE_INFO", "ENUM_TYPE_INFO", "INTEGER_LITERAL_TYPE_INFO"),
        "UNBOUND_TYPE_INFO",
    }
)
EXPRESSIONS = frozenset(
    {
        *("BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION"),
        *("CONSTANT", "FUNCTION", "LAMBDA", "OPERATOR", "POSITIONAL_REFERENCE", "STAR"),
        *("SUBQUERY", "TYPE", "WINDOW"),
    }
)
OPERATORS = frozenset(
    {
        *("ARRAY_CONSTRUCTOR", "ARRAY_EXTRACT", "ARRAY_SLICE", "STRUCT_EXTRACT", "COMPARE_IN"),
        *("COMPARE_NOT_IN", "GROUPING_FUNCTION", "OPERATOR_COALESCE", "OPERATOR_IS_NULL"),
        *("OPERATOR_IS_NOT_NULL", "OPERATOR_NOT", "OPERATOR_NULLIF", "OPERATOR_TRY"),
        "OPERATOR_UNPACK",
    }
)
REFUSED = {
    "PARAMETER": "A parameter is written $name, and its value given with params={'name': value}.",
    "DEFAULT": "DEFAULT is not allowed in a scenario query.",
    "SHOW_REF": "SHOW, DESCRIBE and SUMMARIZE are not allowed in a scenario query, only SELECT.",
    "INSERT_QUERY_NODE": "A scenario query only reads: INSERT is not allowed.",
    "UPDATE_QUERY_NODE": "A scenario query only reads: UPDATE is not allowed.",
    "DELETE_QUERY_NODE": "A scenario query only reads: DELETE is not allowed.",
    "MERGE_QUERY_NODE": "A scenario query only reads: MERGE is not allowed.",
}

NOTHING: Given = MappingProxyType({})
ALIKE = 0.8
"""A name that resembles an allowed function's less is not taken for a slip of the pen."""
DEEPEST = 600
"""Levels of the tree; Python's own JSON reader gives up soon after."""

Scope = frozenset[str]
Waiting = list[tuple[object, Scope]]


@dataclass(frozen=True)
class Query:
    """A query that may run."""

    sql: str
    statement: Node
    tables: tuple[str, ...]
    """The scenario's tables it reads, each once, in order of name."""
    kinds: frozenset[str]
    """Kinds of functions it calls, as in ``allowed.csv``."""


def check(
    cursor: duckdb.DuckDBPyConnection,
    sql: str,
    tables: Iterable[str],
    given: Given = NOTHING,
) -> Query:
    """Return the query, parsed, if it may run on a scenario.

    Parameters
    ----------
    cursor
        Where to parse it; nothing of the query is executed.
    sql
        The user's text.
    tables
        Names of the scenario's tables.
    given
        Values by name, for ``$name``: they become variables of the cursor.

    Raises
    ------
    QueryError
        Says what is not allowed, and what is.
    """
    statement = parse(cursor, sql)
    visit = _Visit(frozenset(tables), lambda: _databases(cursor), lambda: _functions(cursor))
    visit.given = frozenset(given)
    visit.all(statement)
    if visit.asked:
        sql, statement = settle(cursor, statement, given)
    return Query(sql, statement, tuple(sorted(visit.used)), frozenset(visit.kinds))


class _Visit:
    """One walk over a tree; every dictionary in it is looked at, whatever field holds it."""

    def __init__(
        self,
        tables: frozenset[str],
        databases: Callable[[], set[str]],
        functions: Callable[[], set[str]],
    ) -> None:
        self.tables, self.databases, self.functions = tables, databases, functions
        self.used: set[str] = set()
        self.kinds: set[str] = set()
        self.given: frozenset[str] = frozenset()
        self.asked: set[str] = set()

    def all(self, statement: Node) -> None:
        """Visit a level at a time, without recursion: queries nest deeper than Python's stack."""
        level: Waiting = [(statement, frozenset())]
        for _ in range(DEEPEST):
            below: Waiting = []
            for node, scope in level:
                below.extend(self._visit(node, scope))
            level = below
        if level:
            raise QueryError("The query is nested too deeply.")

    def _visit(self, node: object, scope: Scope) -> Waiting:
        if isinstance(node, list):
            return [(child, scope) for child in node]
        if not isinstance(node, dict):
            return []
        self._node(node, scope)
        return _children(node, scope)

    def _node(self, node: Node, scope: Scope) -> None:
        kind = node.get("type")
        if "class" in node:
            self._expression(node)
        elif isinstance(kind, str):
            if kind not in NODES | SOURCES | PARTS:
                raise QueryError(_unheard(kind))
            if kind == "BASE_TABLE":
                self._table(node, scope)
            elif kind == "TABLE_FUNCTION":
                self._table_function(node["function"])
            elif kind == "PIVOT" and any(p.get("pivot_enum") for p in node["pivots"]):
                raise QueryError("PIVOT needs its values: PIVOT … ON column IN (…).")
        if "type_info" in node:
            _type(node)

    def _expression(self, node: Node) -> None:
        kind = node["class"]
        if kind == "PARAMETER" and (self.given or not node["identifier"].isdecimal()):
            self._parameter(node["identifier"])
            return
        if kind not in EXPRESSIONS:
            raise QueryError(_unheard(kind))
        if kind == "OPERATOR" and node["type"] not in OPERATORS:
            raise QueryError(_unheard(node["type"]))
        if kind in ("FUNCTION", "WINDOW"):
            self._function(node)
        elif kind == "TYPE":
            _type_name(node["type_name"], node["schema"] or node["catalog"])

    def _parameter(self, name: str) -> None:
        if name not in self.given or not name.isidentifier():
            raise QueryError(unknown("parameter", f"${name}", [f"${n}" for n in self.given]))
        self.asked.add(name)

    def _table(self, node: Node, scope: Scope) -> None:
        name, prefix = node["table_name"], _prefix(node)
        if node.get("at_clause"):
            raise QueryError("AT (…) is not allowed in a scenario query: a scenario has one state.")
        if prefix:
            raise QueryError(
                f"'{prefix}.{name}' is not allowed in a scenario query: "
                f"name tables without schema or database, as '{name}'."
            )
        if fold(name) in scope:
            return
        if fold(name) not in self.tables:
            raise QueryError(unknown("table of a scenario", name, self.tables))
        self.used.add(fold(name))

    def _table_function(self, function: Node) -> None:
        name, prefix = function["function_name"], _prefix(function)
        if fold(name) not in allowed("table") or prefix not in ("", "main"):
            known = ", ".join(sorted(allowed("table")))
            raise QueryError(
                f"The table function '{name}' is not allowed in a scenario query. Allowed: {known}."
            )

    def _function(self, node: Node) -> None:
        name, prefix = fold(node["function_name"]), _prefix(node)
        if name not in allowed() | allowed("table"):
            raise QueryError(_not_allowed(name, exists=name in self.functions()))
        # `column.upper()` looks like a schema, and is fine; a database's own functions are not.
        if prefix not in ("", "main") and fold(prefix.split(".")[0]) in self.databases():
            raise QueryError(
                f"'{prefix}.{name}' is not allowed in a scenario query: "
                "name functions without schema or database."
            )
        if node.get("export_state"):
            raise QueryError("EXPORT_STATE is not allowed in a scenario query.")
        self.kinds.update(kinds_of(name))


def _children(node: Node, scope: Scope) -> Waiting:
    """Return what to visit next, each part with the CTEs that it can see."""
    if "cte_map" not in node:
        return [(child, scope) for child in node.values()]
    found: Waiting = []
    for entry in node["cte_map"]["map"]:
        found.append((entry["value"], scope))
        scope |= {fold(entry["key"])}
    if node["type"] == "RECURSIVE_CTE_NODE":
        scope |= {fold(node["cte_name"])}
    return found + [(child, scope) for name, child in node.items() if name != "cte_map"]


def _type(node: Node) -> None:
    info = node["type_info"]
    if node.get("id") in ("UNBOUND", "USER"):
        _type_name(info["name"], info["schema"] or info["catalog"])


def _type_name(name: str, prefix: str) -> None:
    # An unknown type would make DuckDB look for an extension that has it.
    if prefix or fold(name) not in allowed("type"):
        raise QueryError(unknown("type that a scenario query may cast to", name, allowed("type")))


def _prefix(node: Node) -> str:
    """Return what stands before a name: schema, database, or both."""
    path = node.get("qualified_name", {}).get("path", [])[:-1]
    parts = [
        node.get("catalog_name") or node.get("catalog"),
        node.get("schema_name") or node.get("schema"),
    ]
    return ".".join(path or [str(p) for p in parts if p])


def _unheard(kind: str) -> str:
    what = f"{kind} is not known to be safe, so it is not allowed in a scenario query."
    return REFUSED.get(kind, what)


def _not_allowed(name: str, *, exists: bool) -> str:
    """Return why a function may not be called; a slip of the pen gets the name that is meant."""
    if exists:
        return (
            f"The function '{name}' is not allowed in a scenario query: it reads or does more than "
            "its arguments say. Allowed are DuckDB's functions that compute from them alone."
        )
    near = get_close_matches(name, allowed("scalar", "aggregate", "window"), n=1, cutoff=ALIKE)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"DuckDB has no function '{name}', so it is not allowed in a scenario query.{hint}"


def _functions(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    rows = cursor.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()
    return {fold(name) for (name,) in rows}


def _databases(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    rows = cursor.execute("SELECT database_name FROM duckdb_databases()").fetchall()
    return {fold(name) for (name,) in rows}
