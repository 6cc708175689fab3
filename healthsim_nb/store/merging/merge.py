"""Makes one scenario of several: the rows of the first, then of each other one by a rule.

Ids of a scenario say nothing to another: patient 5 of one is somebody else in the other. So what
meets is a household with all its records, never a single row of it, and no record changes hands.
Rows that are no part of a life (a provider, a plan) meet one by one.

==========  ==================================================================================
rule        of what meets
==========  ==================================================================================
skip        what was there stays; the later household is left out
overwrite   the later household takes the place of the earlier
rename      both stay; the later one gets new ids, and every reference to it follows
==========  ==================================================================================
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from healthsim_nb.errors import SpecificationError, UnknownNameError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store import runs, scenarios
from healthsim_nb.store.cloning import (
    close_runs,
    copy_rows,
    copy_state,
    drop,
    mapped,
    more_runs,
    origins,
)
from healthsim_nb.store.desk import notes
from healthsim_nb.store.merging.report import Merged
from healthsim_nb.store.merging.rounds import Round, count, join

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database
    from healthsim_nb.store.registry import Brief
    from healthsim_nb.store.scenarios import Draft, Owner

RULES = ("skip", "overwrite", "rename")
COPIED = ("scenario_tags", "notes")
"""State that a merged scenario has of all its sources; conversations stay with the original."""


def merge(
    database: Database,
    sources: Sequence[Brief],
    draft: Draft,
    rule: str,
    *,
    now: datetime,
    tell: Callable[[int, int], None] | None = None,
) -> Owner:
    """Make one scenario of several, whole or not at all; what was done stands in its run.

    Parameters
    ----------
    tell
        Called with the scenarios that are in and the scenarios in all.

    Raises
    ------
    UnknownNameError
        If there is no such rule.
    SpecificationError
        If there are fewer than two scenarios, one of them twice, or the name cannot be.
    """
    _check(sources, rule)
    names = [brief.name for brief in sources]
    report = Merged(rule, names)
    with database.cursor() as cursor:
        of = {b.id: origins(cursor, b.id, b.name, "merge") for b in sources}
    head = runs.Origin("merge", "derived", parameters=json.dumps({"of": names}))
    owner = scenarios.create(database, draft, head, now=now)
    try:
        with database.loading(), database.transaction() as cursor:
            for place, brief in enumerate(sources):
                if tell:
                    tell(place, len(sources))
                keys = more_runs(cursor, owner, of[brief.id], draft.patients, now)
                if place == 0:
                    _begin(cursor, brief, owner, keys, report)
                else:
                    _add(cursor, brief, owner, keys, report)
                copy_state(cursor, brief.id, owner, COPIED, keys)
                notes.tell_whose(cursor, owner.scenario_id, brief.name)
            _finish(cursor, owner, report, now)
    except BaseException:
        drop(database, owner)
        raise
    return owner


def _check(sources: Sequence[Brief], rule: str) -> None:
    if rule not in RULES:
        raise UnknownNameError.of("rule of a merge", rule, RULES)
    if len(sources) < 2:
        raise SpecificationError("A merge needs two scenarios or more: ws.merge([a, b]).")
    twice = sorted({b.name for b in sources if [s.id for s in sources].count(b.id) > 1})
    if twice:
        raise SpecificationError(
            f"{twice[0]!r} is there twice: a scenario is merged with others, not with itself. "
            "c.clone() makes a copy of it."
        )


def _begin(
    cursor: DuckDBPyConnection, brief: Brief, owner: Owner, keys: dict[int, int], report: Merged
) -> None:
    copy_rows(cursor, brief.id, owner, keys)
    for table in scenario_tables():
        kept = count(cursor, f"{qualified(table)} WHERE scenario_id = {owner.scenario_id}")
        if kept:
            report.of(table).kept = kept


def _add(
    cursor: DuckDBPyConnection, brief: Brief, owner: Owner, keys: dict[int, int], report: Merged
) -> None:
    filled = tuple(
        table
        for table in scenario_tables()
        if count(cursor, f"{qualified(table)} WHERE scenario_id = {brief.id}")
    )
    run = mapped(keys, next(iter(keys.values()), owner.run_key))
    join(Round(cursor, brief.id, owner.scenario_id, report.rule, run, report, filled))


def _finish(cursor: DuckDBPyConnection, owner: Owner, report: Merged, now: datetime) -> None:
    counts = {
        table: count(cursor, f"{qualified(table)} WHERE scenario_id = {owner.scenario_id}")
        for table in scenario_tables()
    }
    scenarios.finish(cursor, owner, counts, now=now)
    close_runs(cursor, owner, now)
    cursor.execute(
        "UPDATE hs.scenarios SET patients = ? WHERE id = ?",
        [counts.get("patients", 0), owner.scenario_id],
    )
    cursor.execute(
        "UPDATE hs.runs SET parameters = ? WHERE run_key = ?",
        [json.dumps(report.to_dict()), owner.run_key],
    )
