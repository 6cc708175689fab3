"""From rows of the user's own to a scenario that has them, all of a call or none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import SpecificationError, UnknownNameError, WorkspaceError
from healthsim_nb.store import runs, scenarios
from healthsim_nb.store.cloning import drop
from healthsim_nb.store.intake import REFERENCES, persist, tables_in
from healthsim_nb.store.naming import given, keywords
from healthsim_nb.store.scenarios import Draft, Owner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from healthsim_nb.store.database import Database
    from healthsim_nb.store.intake import Kept

OWN = ("data",)
"""What a scenario is called whose user said nothing."""


def keep(
    database: Database,
    data: Mapping[str, Any] | str | Path,
    *,
    name: str | None,
    context: str | None,
    batch_size: int,
    references: str,
    tags: Sequence[str],
    clock: Callable[[], datetime],
    tell: Callable[[int], None] | None = None,
) -> tuple[Owner, Kept]:
    """Keep rows in a scenario, in one that exists if it has that name; return what was kept."""
    if isinstance(data, str | Path):
        data = tables_in(Path(data))
    _check(data, batch_size, references)
    origin = runs.Origin(
        "persist",
        "loaded",
        "user",
        parameters=json.dumps({"tables": list(data), "context": context}),
    )
    known = _known(database, name)
    try:
        if known is not None:
            return _add(database, known, data, origin, batch_size, references, clock, tell)
        words = keywords(context or "") or keywords(" ".join(data)) or OWN
        draft = Draft("{}", 0, name=name, words=words, description=context, tags=tuple(tags))
        return _begin(database, draft, data, origin, batch_size, references, clock, tell)
    except duckdb.Error as error:
        if isinstance(error, duckdb.InterruptException):
            raise
        raise WorkspaceError(
            "The rows could not be saved, and the workspace is as it was before. "
            f"DuckDB says: {str(error).strip()}"
        ) from error


def _check(data: Mapping[str, Any], batch_size: object, references: str) -> None:
    if not isinstance(data, dict) or not data:
        raise SpecificationError(
            'Rows come by table: ws.persist({"patients": rows}). ws.tables() names the tables.'
        )
    if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size < 1:
        raise SpecificationError(f"batch_size is a whole number from 1, not {batch_size!r}.")
    if references not in REFERENCES:
        raise UnknownNameError.of("way with references", references, REFERENCES)


def _known(database: Database, name: str | None) -> tuple[int, str] | None:
    if name is None:
        return None
    with database.cursor() as cursor:
        row = cursor.execute(
            "SELECT id, name FROM hs.scenarios WHERE name = ? AND status = 'ready'", [given(name)]
        ).fetchone()
    return (int(row[0]), str(row[1])) if row else None


def _add(
    database: Database,
    known: tuple[int, str],
    data: Mapping[str, Any],
    origin: runs.Origin,
    batch_size: int,
    references: str,
    clock: Callable[[], datetime],
    tell: Callable[[int], None] | None,
) -> tuple[Owner, Kept]:
    number, name = known
    with database.loading(), database.transaction() as cursor:
        now = clock()
        key = runs.begin(cursor, number, name, patients=0, origin=origin, now=now)
        owner = Owner(number, key, name)
        kept = persist(cursor, owner, data, batch_size=batch_size, references=references, tell=tell)
        _count_patients(cursor, owner, kept)
        scenarios.finish(cursor, owner, kept.counts, now=clock())
    return owner, kept


def _begin(
    database: Database,
    draft: Draft,
    data: Mapping[str, Any],
    origin: runs.Origin,
    batch_size: int,
    references: str,
    clock: Callable[[], datetime],
    tell: Callable[[int], None] | None,
) -> tuple[Owner, Kept]:
    owner = scenarios.create(database, draft, origin, now=clock())
    try:
        with database.loading(), database.transaction() as cursor:
            kept = persist(
                cursor, owner, data, batch_size=batch_size, references=references, tell=tell
            )
            _count_patients(cursor, owner, kept)
            scenarios.finish(cursor, owner, kept.counts, now=clock())
    except BaseException:
        drop(database, owner)
        raise
    return owner, kept


def _count_patients(cursor: duckdb.DuckDBPyConnection, owner: Owner, kept: Kept) -> None:
    cursor.execute(
        "UPDATE hs.scenarios SET patients = patients + ? WHERE id = ?",
        [kept.counts.get("patients", 0), owner.scenario_id],
    )
