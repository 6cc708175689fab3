"""The order of a query's rows: total, so that pages neither repeat nor miss a row.

The user's own ORDER BY leads. What it leaves open is decided by the table's id where a query shows
rows of one table; else by the order that DuckDB keeps (of VALUES, of a subquery with an ORDER BY,
of UNION ALL of these); else by the columns shown, from left to right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.store.allowed import allowed
from healthsim_nb.store.room import KEY, quoted
from healthsim_nb.store.tree import Node, fold, pattern, walk

if TYPE_CHECKING:
    import duckdb

    from healthsim_nb.store.gate import Query

MERGING = ("aggregate", "rows")
"""Kinds of functions after which a row shown is no longer one row of the table."""


def key_of(query: Query) -> list[str] | None:
    """Return the path of the key (table, id) if each row shown is one row of one table."""
    node = query.statement["node"]
    source = node.get("from_table") or {}
    if node["type"] != "SELECT_NODE" or source.get("type") != "BASE_TABLE":
        return None
    name = fold(source["table_name"])
    ctes = {fold(entry["key"]) for entry in node["cte_map"]["map"]}
    if name in ctes or name not in query.tables or source["column_name_alias"]:
        return None
    if node["group_expressions"] or node["having"] or modifier(node, "DISTINCT"):
        return None
    if node["aggregate_handling"] != "STANDARD_HANDLING" or calls(node["select_list"], *MERGING):
        return None
    return [source["alias"] or source["table_name"], KEY]


def row_by_row(node: Node) -> bool:
    """Return whether each row shown depends on its own row of the table alone."""
    sampled = node["sample"] or node["from_table"]["sample"] or node["qualify"]
    windows = any(part.get("class") == "WINDOW" for part in walk(node["select_list"]))
    return not (sampled or windows or calls(node, "volatile"))


def calls(tree: object, *kinds: str) -> bool:
    """Return whether a function of these kinds is called anywhere in the tree."""
    names = allowed(*kinds)
    return any(
        part.get("class") == "FUNCTION" and fold(part["function_name"]) in names
        for part in walk(tree)
    )


def modifier(node: Node, kind: str) -> Node | None:
    """Return the modifier of that kind: ORDER, LIMIT, LIMIT_PERCENT, DISTINCT."""
    return next((m for m in node["modifiers"] if m["type"] == f"{kind}_MODIFIER"), None)


def unlimited(node: Node) -> bool:
    """Return whether the query shows all rows that it finds."""
    return not any("LIMIT" in m["type"] for m in node["modifiers"])


def by_key(node: Node, key: list[str]) -> bool:
    """Return whether the rows come in the order of the key without doing anything for it."""
    order = modifier(node, "ORDER")
    if order is None:
        return True
    first, rest = order["orders"][0], order["orders"][1:]
    named = [fold(n) for n in first["expression"].get("column_names", [])]
    wanted = [fold(n) for n in key]
    renamed = any(fold(str(i.get("alias", ""))) == KEY for i in node["select_list"])
    return (
        not rest
        and not renamed
        and first["type"] in ("ORDER_DEFAULT", "ASCENDING")
        and named in (wanted, wanted[1:])
    )


def total(
    cursor: duckdb.DuckDBPyConnection, query: Query, key: list[str] | None, width: int
) -> Node:
    """Return the statement with an order that leaves no two different rows level.

    Parameters
    ----------
    cursor
        Where to parse what is added.
    query
        The query as the user wrote it.
    key
        What :func:`key_of` returned.
    width
        Number of columns of the result.
    """
    node = query.statement["node"]
    order = modifier(node, "ORDER")
    given = order["orders"] if order else []
    if any(o["expression"].get("columns") for o in given):
        return query.statement
    if not given and not key and settled(node):
        return query.statement
    last = ".".join(map(quoted, key)) if key else ", ".join(str(i + 1) for i in range(width))
    added = pattern(cursor, f"SELECT 1 ORDER BY {last}")["modifiers"][0]["orders"]
    kept = [m for m in node["modifiers"] if m["type"] != "ORDER_MODIFIER"]
    place = sum(m["type"] == "DISTINCT_MODIFIER" for m in kept)
    kept.insert(place, {"type": "ORDER_MODIFIER", "orders": [*given, *added]})
    return {**query.statement, "node": {**node, "modifiers": kept}}


def settled(node: Node, around: dict[str, Node] | None = None) -> bool:
    """Return whether DuckDB keeps an order of these rows that does not depend on threads."""
    ctes = {**(around or {}), **{fold(e["key"]): _body(e["value"]) for e in node["cte_map"]["map"]}}
    if modifier(node, "ORDER"):
        return True
    if node["type"] == "SET_OPERATION_NODE":
        parts = node.get("children") or [node["left"], node["right"]]
        return bool(node["setop_type"] == "UNION" and node["setop_all"]) and all(
            settled(part, ctes) for part in parts
        )
    if node["type"] != "SELECT_NODE" or modifier(node, "DISTINCT") or node["group_expressions"]:
        return False
    select = node["select_list"]
    if any(part.get("class") == "WINDOW" for part in walk(select)):
        return False
    if node["aggregate_handling"] != "STANDARD_HANDLING":
        return False
    return calls(select, "aggregate") or _source_settled(node["from_table"], ctes)


def _source_settled(source: Node, ctes: dict[str, Node]) -> bool:
    if source["type"] == "BASE_TABLE":
        body = ctes.get(fold(source["table_name"]))
        others = {k: v for k, v in ctes.items() if v is not body}
        return body is not None and settled(body, others)
    if source["type"] == "SUBQUERY":
        return settled(source["subquery"]["node"], ctes)
    return source["type"] in ("EMPTY", "EXPRESSION_LIST", "TABLE_FUNCTION") and not source["sample"]


def _body(cte: Node) -> Node:
    """Return the query of a CTE; DuckDB 1.5 and 2.0 keep it in different places."""
    node: Node = cte["query_node"] if "query_node" in cte else cte["query"]["node"]
    return node
