"""The registry of scenarios, read: list, search and find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.store.likeness import match
from healthsim_nb.store.naming import fold
from healthsim_nb.store.scenarios import tidy_tag

if TYPE_CHECKING:
    from datetime import date, datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Brief:
    """A scenario in the registry."""

    id: int
    name: str
    description: str | None
    template: str | None
    request: str | None
    patients: int
    rows: int
    created_at: datetime
    updated_at: datetime
    tags: tuple[str, ...]


def briefs(
    cursor: DuckDBPyConnection,
    *,
    search: str | None = None,
    tag: str | None = None,
    template: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[Brief]:
    """Return the scenarios that are ready, newest first.

    Parameters
    ----------
    search
        A text in the name, description, request, template or a tag, in any case and accent.
    tag, template
        Only those with this tag, of this template.
    since, until
        Only those made from this day on, up to this day.
    """
    rows = cursor.execute(_BRIEFS).fetchall()
    found = [Brief(*(*row[:-1], tuple(row[-1]))) for row in rows]
    return [
        b
        for b in found
        if (search is None or _mentions(b, fold(search.strip())))
        and (tag is None or tidy_tag(tag) in b.tags)
        and (template is None or b.template == template)
        and (since is None or b.created_at.date() >= since)
        and (until is None or b.created_at.date() <= until)
    ]


def find(cursor: DuckDBPyConnection, name: str) -> Brief:
    """Return the scenario of that name, or the only one that the name can mean.

    Raises
    ------
    UnknownNameError
        If there is none, or more than one that it can mean.
    """
    known = {brief.name: brief for brief in briefs(cursor)}
    return known[match(name, list(known))]


def by_id(cursor: DuckDBPyConnection, number: int, name: str) -> Brief:
    """Return the scenario of that id; ``name`` is for the message if it is gone."""
    for brief in briefs(cursor):
        if brief.id == number:
            return brief
    raise UnknownNameError.of("scenario", name, [b.name for b in briefs(cursor)])


def specification(cursor: DuckDBPyConnection, number: int, name: str) -> str:
    """Return the specification of a scenario as JSON; ``name`` is for the message if it is gone."""
    row = cursor.execute("SELECT specification FROM hs.scenarios WHERE id = ?", [number]).fetchone()
    if row is None:
        raise UnknownNameError.of("scenario", name, [b.name for b in briefs(cursor)])
    return str(row[0])


def parameters(cursor: DuckDBPyConnection, number: int, kind: str) -> list[str]:
    """Return what the runs of that kind of a scenario were about, as JSON, the first first."""
    rows = cursor.execute(
        "SELECT parameters FROM hs.runs WHERE scenario_id = ? AND kind = ? ORDER BY run_key",
        [number, kind],
    ).fetchall()
    return [text for (text,) in rows]


_BRIEFS = """
    SELECT id, name, description, template, request, patients, row_count, created_at, updated_at,
           coalesce(words, [])
    FROM hs.scenarios
    LEFT JOIN (SELECT scenario_id, list(tag ORDER BY tag) AS words
               FROM hs.scenario_tags GROUP BY ALL) ON scenario_id = id
    WHERE status = 'ready'
    ORDER BY created_at DESC, id DESC
"""


def _mentions(brief: Brief, text: str) -> bool:
    parts = (brief.name, brief.description, brief.request, brief.template, *brief.tags)
    return any(text in fold(part) for part in parts if part)
