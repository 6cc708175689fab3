"""Copies of a scenario: the same rows under another name, with provenance that stays true."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.schema import scenario_tables, tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store import runs, scenarios
from healthsim_nb.store.belonging import state_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database
    from healthsim_nb.store.registry import Brief
    from healthsim_nb.store.scenarios import Draft, Owner

COPIED = ("scenario_tags", "notes", "exchanges", "exchange_events")
"""State that a clone has, too."""
LEFT = ("runs", "checkpoints", "figures")
"""State that it has not: it has a run of its own, and files belong to what wrote them."""
OWN = ("id", "name", "status", "description", "created_at", "updated_at", "row_count")
"""What the entry of a clone does not take over from the original's."""


def clone(
    database: Database,
    source: Brief,
    draft: Draft,
    *,
    now: datetime,
    tell: Callable[[int, int], None] | None = None,
) -> Owner:
    """Copy a scenario under the name of the draft, whole or not at all.

    Parameters
    ----------
    tell
        Called with the tables copied and the tables in all.

    Raises
    ------
    SpecificationError
        If the name is taken, or cannot be one.
    """
    with database.cursor() as cursor:
        first, *others = origins(cursor, source.id, source.name, "clone")
    owner = scenarios.create(database, draft, first[1], now=now)
    try:
        with database.loading(), database.transaction() as cursor:
            keys = dict.fromkeys(first[0], owner.run_key)
            keys |= more_runs(cursor, owner, others, draft.patients, now)
            rows = copy_rows(cursor, source.id, owner, keys, tell)
            _copy_entry(cursor, source.id, owner)
            copy_state(cursor, source.id, owner, COPIED, keys)
            runs.note_attrition(cursor, owner.run_key, runs.attrition(cursor, source.id))
            scenarios.finish(cursor, owner, {"all": rows}, now=now)
            close_runs(cursor, owner, now)
    except BaseException:
        drop(database, owner)
        raise
    return owner


def drop(database: Database, owner: Owner) -> None:
    """Remove what was begun; if that fails too, the next opening removes it."""
    with suppress(duckdb.Error):
        scenarios.discard(database, owner)


def origins(
    cursor: DuckDBPyConnection, scenario: int, name: str, kind: str
) -> list[tuple[list[int], runs.Origin]]:
    """Return what a copy's runs say, one for each origin that rows have, with the runs it is of."""
    found = cursor.execute(
        "SELECT list(run_key ORDER BY run_key), list(run_id ORDER BY run_key), source_type, "
        "source_system, template, template_hash, seed FROM hs.runs WHERE scenario_id = ? "
        "GROUP BY ALL ORDER BY 1",
        [scenario],
    ).fetchall()
    return [
        (keys, runs.Origin(kind, by, of, made, hashed, seed, json.dumps({"of": name, "runs": ids})))
        for keys, ids, by, of, made, hashed, seed in found
    ] or [([], runs.Origin(kind, parameters=json.dumps({"of": name})))]


def more_runs(
    cursor: DuckDBPyConnection,
    owner: Owner,
    others: list[tuple[list[int], runs.Origin]],
    patients: int,
    now: datetime,
) -> dict[int, int]:
    """Begin the runs of other origins and return old key to new."""
    keys: dict[int, int] = {}
    for olds, origin in others:
        new = runs.begin(
            cursor, owner.scenario_id, owner.name, patients=patients, origin=origin, now=now
        )
        keys |= dict.fromkeys(olds, new)
    return keys


def close_runs(cursor: DuckDBPyConnection, owner: Owner, now: datetime) -> None:
    """Say of every run of a copy that it has ended, and how many rows are of it."""
    counted = " UNION ALL ".join(
        f"SELECT run_key, count(*) AS n FROM {qualified(name)} "  # noqa: S608
        f"WHERE scenario_id = {owner.scenario_id} GROUP BY run_key"
        for name in scenario_tables()
    )
    cursor.execute(
        "UPDATE hs.runs SET status = 'finished', finished_at = $now, row_count = "  # noqa: S608
        f"coalesce((SELECT sum(n) FROM ({counted}) AS c WHERE c.run_key = runs.run_key), 0) "
        f"WHERE scenario_id = {owner.scenario_id}",
        {"now": now},
    )


def copy_rows(
    cursor: DuckDBPyConnection,
    source: int,
    owner: Owner,
    keys: Mapping[int, int],
    tell: Callable[[int, int], None] | None = None,
) -> int:
    """Copy the rows of every scenario table and return how many those are."""
    total = 0
    for place, (name, table) in enumerate(scenario_tables().items()):
        if tell:
            tell(place, len(scenario_tables()))
        columns = ", ".join(c.name for c in table.columns)
        done = cursor.execute(
            f"INSERT INTO {qualified(name)} (scenario_id, run_key, {columns}) "  # noqa: S608
            f"SELECT {owner.scenario_id}, {mapped(keys, owner.run_key)}, {columns} "
            f"FROM {qualified(name)} WHERE scenario_id = {source}"
        ).fetchall()
        total += int(done[0][0])
    return total


def mapped(keys: Mapping[int, int], default: int, column: str = "run_key") -> str:
    """Return the expression of a row's new run.

    >>> mapped({1: 7}, 7), mapped({1: 7, 2: 8}, 7)
    ('7', 'CASE run_key WHEN 2 THEN 8 ELSE 7 END')
    """
    others = {old: new for old, new in keys.items() if new != default}
    if not others:
        return str(default)
    cases = " ".join(f"WHEN {old} THEN {new}" for old, new in others.items())
    return f"CASE {column} {cases} ELSE {default} END"


def copy_state(
    cursor: DuckDBPyConnection,
    source: int,
    owner: Owner,
    names: tuple[str, ...],
    keys: Mapping[int, int],
) -> None:
    """Copy rows of state tables; those with a number of their own get a new one."""
    numbered = [n for n in names if tables()[n].key == ("id",) and _is_number(n)]
    shifts = {name: _shift(cursor, name) for name in numbered}
    for name in names:
        columns = [c.name for c in tables()[name].columns]
        values = [
            _state_value(c.name, c.references, name, owner, keys, shifts)
            for c in tables()[name].columns
        ]
        cursor.execute(
            f"INSERT INTO {qualified(name)} ({', '.join(columns)}) "  # noqa: S608
            f"SELECT {', '.join(values)} FROM {qualified(name)} WHERE {state_tables()[name]} "
            "ON CONFLICT DO NOTHING",
            {"scenario": source},
        )


def _state_value(
    column: str,
    target: str | None,
    table: str,
    owner: Owner,
    keys: Mapping[int, int],
    shifts: Mapping[str, int],
) -> str:
    if target == "scenarios":
        return str(owner.scenario_id)
    if target == "runs":
        new = mapped(keys, owner.run_key, column)
        required = tables()[table].column(column).required
        return new if required else f"CASE WHEN {column} IS NOT NULL THEN {new} END"
    if column == "id" and table in shifts:
        return f"id + {shifts[table]}"
    return f"{column} + {shifts[target]}" if target and target in shifts else column


def _is_number(name: str) -> bool:
    return tables()[name].column("id").type in ("INTEGER", "BIGINT")


def _shift(cursor: DuckDBPyConnection, name: str) -> int:
    found = cursor.execute(f"SELECT coalesce(max(id), 0) FROM {qualified(name)}").fetchall()  # noqa: S608
    return int(found[0][0])


def _copy_entry(cursor: DuckDBPyConnection, source: int, owner: Owner) -> None:
    """Take over what else the entry says, whatever columns it has."""
    names = [c.name for c in tables()["scenarios"].columns if c.name not in OWN]
    cursor.execute(
        f"UPDATE hs.scenarios SET {', '.join(f'{n} = o.{n}' for n in names)} "  # noqa: S608
        "FROM hs.scenarios AS o WHERE o.id = ? AND scenarios.id = ?",
        [source, owner.scenario_id],
    )
