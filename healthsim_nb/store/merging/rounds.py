"""One later scenario joins the one that is being made: who meets whom, and what is done then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthsim_nb.errors import SpecificationError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store.merging.lives import is_life, note_units, rows, unit
from healthsim_nb.store.merging.numbers import note_numbers, repeated

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.merging.report import Merged

HIGHEST = 2**63 - 1


@dataclass(frozen=True)
class Round:
    """One later scenario on its way into the one that is being made."""

    cursor: DuckDBPyConnection
    source: int
    target: int
    rule: str
    run: str
    """Expression of a row's new run."""
    report: Merged
    tables: tuple[str, ...]
    """Those of which the later scenario has rows."""


def join(one: Round) -> None:
    """Let the later scenario's rows come, by the rule."""
    note_units(one.cursor, one.source, "b")
    note_units(one.cursor, one.target, "t")
    _note_clashes(one)
    if one.rule == "overwrite":
        _make_way(one)
    for table in one.tables:
        _note_met(one, table)
    shifts = {table: _shift(one, table) for table in one.tables} if one.rule == "rename" else {}
    numbers = {table: _numbers(one, table) for table in one.tables}
    for table in one.tables:
        _insert(one, table, shifts, numbers)


def _note_clashes(one: Round) -> None:
    """Note the households of either side that have a row whose id the other side has, too."""
    for side, mine, other in (("b", one.source, one.target), ("t", one.target, one.source)):
        parts = [
            f"SELECT {unit(table)} AS unit FROM {rows(table, mine, side)} AND t.id IN "  # noqa: S608
            f"(SELECT id FROM {qualified(table)} WHERE scenario_id = {other})"
            for table in one.tables
            if is_life(table)
        ]
        every = " UNION ALL ".join(parts) or "SELECT NULL::BIGINT AS unit"
        one.cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE {side}_clash AS "  # noqa: S608
            f"SELECT DISTINCT unit FROM ({every}) WHERE unit IS NOT NULL"
        )
    one.report.lives += count(one.cursor, "b_clash")


def _make_way(one: Round) -> None:
    """Remove the earlier households, and other rows, whose place the later ones take."""
    for table in scenario_tables():
        same = f"SELECT id FROM {qualified(table)} WHERE scenario_id = {one.source}"  # noqa: S608
        which = f"t.id IN ({same})"
        if is_life(table):
            which = f"({unit(table)} IN (SELECT unit FROM t_clash) OR {which})"  # noqa: S608
        else:
            which += f" AND NOT {_equal(table, one.source)}"
        found = f"SELECT t.id FROM {_rows_of(table, one.target, 't')} AND {which}"  # noqa: S608
        gone = one.cursor.execute(
            f"DELETE FROM {qualified(table)} "  # noqa: S608
            f"WHERE scenario_id = {one.target} AND id IN ({found})"
        ).fetchall()[0][0]
        if gone:
            counts = one.report.of(table)
            counts.replaced += gone
            counts.kept -= gone


def _rows_of(table: str, scenario: int, side: str) -> str:
    """Return the FROM and WHERE of a table's rows ``t``, beside their households if they have."""
    if is_life(table):
        return rows(table, scenario, side)
    return f"{qualified(table)} AS t WHERE t.scenario_id = {scenario}"


def _note_met(one: Round, table: str) -> None:
    """Note which later rows meet an earlier one; after `_make_way` none do."""
    taken = f"SELECT id FROM {qualified(table)} WHERE scenario_id = {one.target}"  # noqa: S608
    which = f"t.id IN ({taken})"
    if is_life(table) and one.rule != "overwrite":
        which = f"({unit(table)} IN (SELECT unit FROM b_clash) OR {which})"  # noqa: S608
    same = "false" if is_life(table) else _equal(table, one.target)
    one.cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE met_{table} AS SELECT t.id, {same} AS same "  # noqa: S608
        f"FROM {_rows_of(table, one.source, 'b')} AND {which}"
    )


def _equal(table: str, scenario: int) -> str:
    """Return the condition that a row of the other scenario equals the row ``t``."""
    alike = " AND ".join(
        f"o.{c.name} IS NOT DISTINCT FROM t.{c.name}" for c in scenario_tables()[table].columns
    )
    others = f"{qualified(table)} AS o WHERE o.scenario_id = {scenario}"
    return f"EXISTS (SELECT 1 FROM {others} AND {alike})"  # noqa: S608


def _shift(one: Round, table: str) -> int:
    """Return what to add to an id so that it lies above all that exist."""
    found = one.cursor.execute(
        f"SELECT (SELECT max(id) FROM {qualified(table)} "  # noqa: S608
        f"WHERE scenario_id IN ({one.source}, {one.target})), min(id), max(id) FROM met_{table}"
    ).fetchall()[0]
    top, low, high = found
    if low is None:
        return 0
    shift: int = top - low + 1
    if high + shift > HIGHEST:
        raise SpecificationError(
            f"Ids of {table} are so high that there is no room for new ones above them: "
            "merge with on_conflict='skip' or 'overwrite'."
        )
    return shift


def _coming(one: Round, table: str) -> str:
    """Return the condition of the later rows ``t`` that come."""
    same = "" if one.rule == "skip" else " WHERE same"
    return f"t.id NOT IN (SELECT id FROM met_{table}{same})"  # noqa: S608


def _numbers(one: Round, table: str) -> dict[str, str]:
    return note_numbers(one.cursor, table, _coming(one, table), one.source, one.target)


def _insert(
    one: Round, table: str, shifts: dict[str, int], numbers: dict[str, dict[str, str]]
) -> None:
    columns = scenario_tables()[table].columns
    values, joins = [], []
    for place, column in enumerate(columns):
        target = table if column.name == "id" else column.references
        met, new = f"m{place}", _new_number(table, column.name, numbers)
        value = f"t.{column.name}"
        if target and shifts.get(target):
            on = f"{met}.id = t.{column.name} AND NOT {met}.same"
            joins.append(f"LEFT JOIN met_{target} AS {met} ON {on}")
            value = f"CASE WHEN {met}.id IS NULL THEN {value} ELSE {value} + {shifts[target]} END"
        elif new:
            joins.append(f"LEFT JOIN {new} AS {met} ON {met}.old = t.{column.name}")
            value = f"coalesce({met}.new, {value})"
        values.append(value)
    names = ", ".join(c.name for c in columns)
    come = one.cursor.execute(
        f"INSERT INTO {qualified(table)} (scenario_id, run_key, {names}) "  # noqa: S608
        f"SELECT {one.target}, {one.run.replace('run_key', 't.run_key')}, {', '.join(values)} "
        f"FROM {qualified(table)} AS t {' '.join(joins)} "
        f"WHERE t.scenario_id = {one.source} AND {_coming(one, table)}"
    ).fetchall()[0][0]
    _tell(one, table, come)
    for column_name, new in numbers[table].items():
        name = f"{table}.{column_name}"
        done = one.report.renumbered.get(name, 0) + count(one.cursor, new)
        one.report.renumbered[name] = done


def _new_number(table: str, column: str, numbers: dict[str, dict[str, str]]) -> str | None:
    """Return the temporary table of new numbers that a column is rewritten by."""
    of = repeated(table).get(column)
    home, name = of or (table, column)
    return numbers.get(home, {}).get(name)


def _tell(one: Round, table: str, come: int) -> None:
    counts = one.report.of(table)
    met, shared = one.cursor.execute(
        f"SELECT count(*), count(*) FILTER (same) FROM met_{table}"  # noqa: S608
    ).fetchall()[0]
    counts.shared += shared
    if one.rule == "rename":
        counts.renamed += met - shared
        counts.added += come - (met - shared)
    else:
        counts.skipped += met - shared
        counts.added += come


def count(cursor: DuckDBPyConnection, what: str) -> int:
    """Return the number of rows of a FROM clause."""
    return int(cursor.execute(f"SELECT count(*) FROM {what}").fetchall()[0][0])  # noqa: S608
