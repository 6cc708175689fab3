"""Checks tables against rules, in DuckDB: one scan a table for all conditions on its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import QueryError
from healthsim_nb.quality import lookups, once
from healthsim_nb.quality.report import FAILED, IDLE, OFF, PASSED, Outcome
from healthsim_nb.quality.scan import counting, links, mentioned, own, showing
from healthsim_nb.schema import scenario_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from healthsim_nb.quality.rule import Rule

    Progress = Callable[[int, int], None]

EXAMPLES = 5
MOST = 40
"""Conditions in one scan: a query of hundreds takes longer to plan than to run."""
FEW = 20_000
"""Rows that are scanned at once, whatever they refer to."""
SELDOM = 4
"""A table is referred to seldom by fewer rows than a quarter of its own."""


@dataclass(frozen=True)
class Tables:
    """What there is to check."""

    rows: Mapping[str, int]
    """Number of rows of each table; tables that are absent may be left out."""
    absent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Columns that the rows of a table came without."""
    today: date | None = None
    """The last day on which something can have happened; None: any day may be."""


def check(
    cursor: duckdb.DuckDBPyConnection,
    tables: Tables,
    rules: Sequence[Rule],
    *,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Return what each rule found, in the order of the rules.

    Parameters
    ----------
    cursor
        Where the tables stand under their plain names.
    tables
        How many rows they have. A rule about a table without rows does not apply.
    rules
        The rules; one that is switched off is not asked.
    progress
        Called with the steps done and the steps in all; what it raises stops the work.

    Raises
    ------
    QueryError
        If the SQL of a rule fails; the text is DuckDB's own.
    """
    live = [rule for rule in rules if rule.on and applies(rule, tables)]
    facts = sorted({name for rule in live for name in _facts(rule)})
    parts = _parts(live, tables)
    whole = len(facts) + len(parts)
    tell = progress or (lambda _done, _whole: None)
    for done, name in enumerate(facts):
        tell(done, whole)
        lookups.make(cursor, [name], tables.today)
    found: dict[str, tuple[int, list[dict[str, object]]]] = {}
    for done, part in enumerate(parts, len(facts)):
        tell(done, whole)
        found |= _ask(cursor, part, tables)
    tell(whole, whole)
    return [_outcome(rule, tables, found.get(rule.id)) for rule in rules]


def applies(rule: Rule, tables: Tables) -> bool:
    """Return whether all that a rule looks at is there."""
    looked = needs(rule)
    lost = {name for table in looked for name in tables.absent.get(table, ())}
    words = rule.words.union(*(lookups.lookups()[name].words for name in _facts(rule)))
    if tables.today is None and lookups.CALENDAR in words:
        return False
    return all(tables.rows.get(table) for table in looked) and not lost & words


def needs(rule: Rule) -> set[str]:
    """Return the scenario's tables that a rule looks at."""
    if rule.where is not None:
        looked = {links(rule.table)[prefix].target for prefix in mentioned(rule)}
    else:
        looked = set(rule.words)
    looked = looked.union(*(lookups.lookups()[name].words for name in _facts(rule)))
    return {rule.table} | (looked & set(scenario_tables()))


def _facts(rule: Rule) -> set[str]:
    if rule.where is not None:
        named = {links(rule.table)[prefix].target for prefix in mentioned(rule)}
        return (named | rule.words) & set(lookups.lookups())
    return set(rule.words) & set(lookups.lookups())


def _parts(rules: Sequence[Rule], tables: Tables) -> list[list[Rule]]:
    """Return the rules in the groups that one query answers."""

    def scan(rule: Rule) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
        columns = own(rule) if rule.distinct else ()
        if tables.rows[rule.table] <= FEW:
            return rule.table, columns, (), ""
        # Alone, DuckDB looks only at rows that may break a rule. What refers to the same rows of
        # another table is asked together: the join is what costs.
        joined = tuple(sorted(mentioned(rule)))
        alone = rule.alone or not (joined or rule.distinct)
        return rule.table, columns, joined, rule.id if alone else ""

    conditions = sorted((r for r in rules if r.where is not None), key=scan)
    groups = [list(group) for _, group in groupby(conditions, scan)]
    parts = [g[i : i + MOST] for g in groups for i in range(0, len(g), MOST)]
    return parts + [[rule] for rule in rules if rule.where is None]


def _ask(
    cursor: duckdb.DuckDBPyConnection, part: Sequence[Rule], tables: Tables
) -> dict[str, tuple[int, list[dict[str, object]]]]:
    try:
        first = part[0]
        if first.where is not None:
            seldom = _seldom(cursor, part, tables)
            counts: Sequence[int] = _row(cursor, counting(first.table, part, seldom))
        elif not _suspected(cursor, first, tables):
            counts = (0,)
        elif first.severity == "warning":
            return {first.id: _kept(cursor, first)}
        else:
            counts = _row(cursor, f"SELECT count(*) FROM ({first.sql})")  # noqa: S608
        pairs = list(zip(part, counts, strict=True))
        return {rule.id: (n, _examples(cursor, rule) if n else []) for rule, n in pairs}
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        names = ", ".join(rule.id for rule in part)
        raise QueryError(f"{names}: {error}") from None


def _seldom(
    cursor: duckdb.DuckDBPyConnection, part: Sequence[Rule], tables: Tables
) -> frozenset[str]:
    """Return the prefixes of the large tables that the rows of a large table seldom refer to."""
    table = part[0].table
    known = links(table)
    large = {prefix for rule in part for prefix in mentioned(rule)}
    large = {p for p in large if tables.rows.get(known[p].target, 0) > FEW < tables.rows[table]}
    if not large or part[0].distinct:
        return frozenset()
    asked = ", ".join(f"count({known[prefix].on})" for prefix in sorted(large))
    found = _row(cursor, f"SELECT {asked} FROM {table}")  # noqa: S608
    return frozenset(
        prefix
        for prefix, number in zip(sorted(large), found, strict=True)
        if number * SELDOM < tables.rows[known[prefix].target]
    )


def _suspected(cursor: duckdb.DuckDBPyConnection, rule: Rule, tables: Tables) -> bool:
    """Return False only if a question that costs less shows that no row breaks a rule."""
    if rule.once:
        return once.suspected(cursor, rule, tables.rows[rule.table])
    return not rule.suspects or bool(cursor.execute(f"{rule.suspects} LIMIT 1").fetchall())


def _kept(cursor: duckdb.DuckDBPyConnection, rule: Rule) -> tuple[int, list[dict[str, object]]]:
    """Return what a rule finds, asked once: sound data have some of what is only odd."""
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE rows_found AS {rule.sql}")
    (count,) = _row(cursor, "SELECT count(*) FROM rows_found")
    found = _shown(cursor, f"SELECT * FROM rows_found ORDER BY 1 LIMIT {EXAMPLES}")  # noqa: S608
    cursor.execute("DROP TABLE rows_found")
    return count, found


def _row(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    return tuple(cursor.execute(sql).fetchall()[0])


def _examples(cursor: duckdb.DuckDBPyConnection, rule: Rule) -> list[dict[str, object]]:
    sql = f"SELECT * FROM ({rule.sql}) ORDER BY 1 LIMIT {EXAMPLES}"  # noqa: S608
    return _shown(cursor, sql if rule.where is None else showing(rule, EXAMPLES))


def _shown(cursor: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, object]]:
    shown = cursor.execute(sql)
    names = [column[0] for column in shown.description or ()]
    return [dict(zip(names, row, strict=True)) for row in shown.fetchall()]


def _outcome(
    rule: Rule, tables: Tables, found: tuple[int, list[dict[str, object]]] | None
) -> Outcome:
    checked = tables.rows.get(rule.table, 0)
    if found is None:
        return Outcome(rule, IDLE if rule.on else OFF, 0, checked if rule.on else 0)
    count, examples = found
    return Outcome(rule, FAILED if count else PASSED, count, checked, tuple(examples))
