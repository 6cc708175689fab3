"""The life of a scenario: take a name, be ready, be dropped; its tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from healthsim_nb.errors import SpecificationError
from healthsim_nb.store import naming, runs
from healthsim_nb.store.belonging import remove_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database

ATTEMPTS = 50
"""Other writers may take a name between the look and the insert; this many in a row do not."""


@dataclass(frozen=True)
class Draft:
    """A scenario that is about to be made."""

    specification: str
    """JSON: all that decides its content."""
    patients: int
    name: str | None = None
    """None: made of `words` and the day."""
    words: tuple[str, ...] = ()
    description: str | None = None
    template: str | None = None
    request: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Owner:
    """What rows carry: whose they are and which run made them."""

    scenario_id: int
    run_key: int
    name: str


def create(
    database: Database,
    draft: Draft,
    origin: runs.Origin,
    *,
    now: datetime,
    also: Callable[[DuckDBPyConnection, Owner], None] | None = None,
) -> Owner:
    """Take a name for a scenario that is being built, with the run that builds it.

    Parameters
    ----------
    also
        What else belongs to the transaction.

    Raises
    ------
    SpecificationError
        If the name is taken already, or cannot be one.
    """
    for _ in range(ATTEMPTS):
        try:
            with database.transaction() as cursor:
                owner = _insert(cursor, draft, origin, now)
                if also:
                    also(cursor, owner)
                return owner
        # Another writer has taken it since; look again.
        except (duckdb.ConstraintException, duckdb.TransactionException) as error:
            conflict = error
    raise conflict


def finish(
    cursor: DuckDBPyConnection, owner: Owner, counts: Mapping[str, int], *, now: datetime
) -> None:
    """Say that a scenario is ready and its run has ended, in the transaction of its rows."""
    rows = sum(counts.values())
    cursor.execute(
        "UPDATE hs.scenarios SET status = 'ready', row_count = row_count + ?, updated_at = ? "
        "WHERE id = ?",
        [rows, now, owner.scenario_id],
    )
    runs.finish(cursor, owner.run_key, rows, now=now)


def discard(database: Database, owner: Owner) -> None:
    """Remove a scenario that could not be built; its run stays if it can go on."""
    with database.transaction() as cursor:
        runs.set_aside(cursor, owner.scenario_id)
        remove_rows(cursor, owner.scenario_id)


def remove_unfinished(cursor: DuckDBPyConnection) -> int:
    """Remove what a program that died was building, and return how many scenarios that were."""
    left = cursor.execute("SELECT id FROM hs.scenarios WHERE status = 'building'").fetchall()
    if left:
        cursor.begin()
        try:
            for (number,) in left:
                runs.set_aside(cursor, number)
                remove_rows(cursor, number)
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise
    return len(left)


def delete(database: Database, number: int) -> None:
    """Remove a scenario and every row that belongs to it."""
    with database.transaction() as cursor:
        remove_rows(cursor, number)


def rename(database: Database, number: int, name: str, *, now: datetime) -> str:
    """Give a scenario another name and return it as it is kept.

    Raises
    ------
    SpecificationError
        If the name is taken already, or cannot be one.
    """
    wanted = naming.given(name)
    with database.transaction() as cursor:
        own = cursor.execute("SELECT name FROM hs.scenarios WHERE id = ?", [number]).fetchall()
        if [(wanted,)] != own:
            require_free(cursor, wanted)
            cursor.execute(
                "UPDATE hs.scenarios SET name = ?, updated_at = ? WHERE id = ?",
                [wanted, now, number],
            )
    return wanted


def require_free(cursor: DuckDBPyConnection, name: str) -> None:
    """Refuse a name that a scenario has already."""
    taken = _taken(cursor)
    if name in taken:
        n = next(n for n in range(2, len(taken) + 3) if f"{name}-{n}" not in taken)
        raise SpecificationError(
            f"A scenario named {name!r} exists already: choose another name, such as '{name}-{n}'."
        )


def tag(database: Database, number: int, words: Sequence[str], *, now: datetime) -> None:
    """Put tags on a scenario; one that it has already is left as it is."""
    with database.transaction() as cursor:
        _put(cursor, number, words, now)


def untag(database: Database, number: int, words: Sequence[str]) -> None:
    """Take tags off a scenario; one that it has not is no error."""
    with database.transaction() as cursor:
        for word in words:
            cursor.execute(
                "DELETE FROM hs.scenario_tags WHERE scenario_id = ? AND tag = ?",
                [number, tidy_tag(word)],
            )


def _insert(cursor: DuckDBPyConnection, draft: Draft, origin: runs.Origin, now: datetime) -> Owner:
    name = _name(cursor, draft, now)
    row = cursor.execute("SELECT nextval('hs.scenarios_seq')").fetchone()
    assert row is not None
    number = int(row[0])
    cursor.execute(
        "INSERT INTO hs.scenarios (id, name, description, template, request, status, "
        "specification, patients, row_count, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, 'building', ?, ?, 0, ?, ?)",
        [
            *(number, name, draft.description, draft.template, draft.request),
            *(draft.specification, draft.patients, now, now),
        ],
    )
    _put(cursor, number, draft.tags, now)
    key = runs.begin(cursor, number, name, patients=draft.patients, origin=origin, now=now)
    return Owner(number, key, name)


def _name(cursor: DuckDBPyConnection, draft: Draft, now: datetime) -> str:
    if draft.name is None:
        return _free(draft.words, now, _taken(cursor))
    name = naming.given(draft.name)
    require_free(cursor, name)
    return name


def _taken(cursor: DuckDBPyConnection) -> set[str]:
    return {r[0] for r in cursor.execute("SELECT name FROM hs.scenarios").fetchall()}


def _free(words: tuple[str, ...], now: datetime, taken: set[str]) -> str:
    names = (naming.made(words, now.date(), n) for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _put(cursor: DuckDBPyConnection, number: int, words: Sequence[str], now: datetime) -> None:
    for word in words:
        cursor.execute(
            "INSERT INTO hs.scenario_tags (scenario_id, tag, created_at) VALUES (?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            [number, tidy_tag(word), now],
        )


def tidy_tag(word: str) -> str:
    """Return a tag as it is kept: in small letters, without space around it."""
    word = word.strip().casefold()
    if not word or not word.isprintable():
        raise SpecificationError(f"A tag is a word or a few, on one line; got {word!r}.")
    return word
