"""Scenarios made of scenarios: clones and merges, whole or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from healthsim_nb.errors import SpecificationError
from healthsim_nb.store import cloning, registry
from healthsim_nb.store.merging import Merged, merge
from healthsim_nb.store.naming import keywords
from healthsim_nb.store.scenarios import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database
    from healthsim_nb.store.registry import Brief
    from healthsim_nb.store.scenarios import Owner

NO_SPECIFICATION = "{}"


def cloned(
    database: Database,
    source: Brief,
    name: str | None,
    *,
    now: datetime,
    tell: Callable[[int, int], None] | None = None,
) -> Owner:
    """Copy a scenario; without a name it is called as the original, with the day."""
    draft = Draft(
        NO_SPECIFICATION,
        source.patients,
        name=name,
        words=keywords(source.name) or ("clone",),
        description=f"A copy of {source.name}.",
    )
    return cloning.clone(database, source, draft, now=now, tell=tell)


def merged(
    database: Database,
    sources: Sequence[Brief],
    name: str | None,
    rule: str,
    *,
    now: datetime,
    tell: Callable[[int, int], None] | None = None,
) -> Owner:
    """Make one scenario of several; without a name it is called after them."""
    names = [brief.name for brief in sources]
    draft = Draft(
        NO_SPECIFICATION,
        sum(brief.patients for brief in sources),
        name=name,
        words=keywords(" ".join(names)) or ("merged",),
        description=f"Made of {' and '.join(names)}.",
    )
    return merge(database, sources, draft, rule, now=now, tell=tell)


def report(cursor: DuckDBPyConnection, brief: Brief) -> Merged:
    """Return what the merge did that made a scenario."""
    found = registry.parameters(cursor, brief.id, "merge")
    if not found or "rule" not in (said := json.loads(found[0])):
        raise SpecificationError(f"{brief.name!r} was not made by a merge.")
    return Merged.from_dict(said)
