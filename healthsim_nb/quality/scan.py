"""Turns the conditions of many rules on one table into one scan of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from healthsim_nb.quality.lookups import lookups
from healthsim_nb.schema import scenario_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from healthsim_nb.quality.rule import Rule

_BARE = re.compile(r"(?<![\w.])[a-z_][a-z0-9_]*(?![\w.])")
_DOTTED = re.compile(r"\b([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)\b")


@dataclass(frozen=True)
class Link:
    """How a row of a table leads to a row of another."""

    target: str
    key: str
    on: str


@cache
def links(table: str) -> dict[str, Link]:
    """Return what conditions on a table may refer to, by prefix: ``patient`` in ``patient.gender``.

    >>> links("medications")["prescriber"]
    Link(target='providers', key='id', on='prescriber_id')
    """
    found = {
        column.name.removesuffix("_id"): Link(column.references, "id", column.name)
        for column in scenario_tables()[table].columns
        if column.references
    }
    for known in lookups().values():
        if table in known.joins:
            prefix, on = known.joins[table]
            found[prefix] = Link(known.name, known.key, on)
    return found


def mentioned(rule: Rule) -> dict[str, set[str]]:
    """Return the prefixes that a condition uses, each with the columns."""
    found: dict[str, set[str]] = {}
    for prefix, column in _DOTTED.findall(rule.where or ""):
        if prefix in links(rule.table):
            found.setdefault(prefix, set()).add(column)
    return found


def source(
    table: str, rules: Iterable[Rule], rows: str = "", seldom: frozenset[str] = frozenset()
) -> str:
    """Return what conditions are asked of: the rows of a table and what these refer to.

    Where rows seldom refer to a large table, only what they refer to is joined.
    """
    wanted: dict[str, set[str]] = {}
    for rule in rules:
        for prefix, columns in mentioned(rule).items():
            wanted.setdefault(prefix, set()).update(columns)
    parts = [f"FROM {rows or table}"]
    for prefix, columns in sorted(wanted.items()):
        link = links(table)[prefix]
        names = ", ".join(f'{name} AS "{prefix}.{name}"' for name in sorted(columns | {link.key}))
        of = link.target
        if prefix in seldom:
            of += f" WHERE {link.key} IN (SELECT {link.on} FROM {table})"  # noqa: S608
        parts.append(
            f'LEFT JOIN (SELECT {names} FROM {of}) ON "{prefix}.{link.key}" = {link.on}'  # noqa: S608
        )
    return " ".join(parts)


def condition(rule: Rule) -> str:
    """Return a rule's condition with its prefixed columns as `source` names them."""
    known = links(rule.table)

    def named(found: re.Match[str]) -> str:
        return f'"{found[1]}.{found[2]}"' if found[1] in known else found[0]

    return _DOTTED.sub(named, rule.where or "")


def own(rule: Rule) -> tuple[str, ...]:
    """Return the columns of its own table that a condition looks at."""
    ons = [links(rule.table)[prefix].on for prefix in mentioned(rule)]
    bare = {name for text in (rule.plain, *ons) for name in _BARE.findall(text)}
    return tuple(c.name for c in scenario_tables()[rule.table].columns if c.name in bare)


def counting(table: str, rules: Sequence[Rule], seldom: frozenset[str] = frozenset()) -> str:
    """Return the query that counts the rows that break each rule."""
    if len(rules) == 1 and not rules[0].distinct:
        return f"SELECT count(*) {source(table, rules, seldom=seldom)} WHERE {condition(rules[0])}"
    if not rules[0].distinct:
        counts = ", ".join(f"count(*) FILTER (WHERE {condition(rule)})" for rule in rules)
        return f"SELECT {counts} {source(table, rules, seldom=seldom)}"
    names = ", ".join(own(rules[0]))
    rows = f"(SELECT {names}, count(*) AS times FROM {table} GROUP BY {names})"  # noqa: S608
    counts = ", ".join(
        f"coalesce(sum(times) FILTER (WHERE {condition(rule)}), 0)" for rule in rules
    )
    return f"SELECT {counts} {source(table, rules, rows)}"


def showing(rule: Rule, most: int) -> str:
    """Return the query that shows some rows that break a rule: their id and what it looks at."""
    dotted = [
        f'"{prefix}.{column}"'
        for prefix, columns in sorted(mentioned(rule).items())
        for column in sorted(columns)
    ]
    names = ", ".join(dict.fromkeys(["id", *own(rule), *dotted]))
    return (
        f"SELECT {names} {source(rule.table, [rule])} "
        f"WHERE {condition(rule)} ORDER BY id LIMIT {int(most)}"
    )
