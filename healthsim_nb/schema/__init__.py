"""The canonical tables, declared once in ``tables/*.yaml``; everything else comes from there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from healthsim_nb.schema.types import Column, Table

DOMAINS = ("core", "clinical", "coverage", "pharmacy", "trials", "population", "network", "state")
OWNERSHIP = ("scenario_id", "run_key")
"""Columns that lead every row of a scenario table: whose it is, and which run made it."""


@cache
def tables() -> dict[str, Table]:
    """Return every canonical table by name, in the order of declaration."""
    found: dict[str, Table] = {}
    for domain in DOMAINS:
        text = (files(__package__) / "tables" / f"{domain}.yaml").read_text(encoding="utf-8")
        for name, body in yaml.load(text, Loader=yaml.CSafeLoader).items():
            found[name] = _table(name, domain, body)
    return found


def scenario_tables() -> dict[str, Table]:
    """Return the tables whose rows belong to scenarios."""
    return {name: t for name, t in tables().items() if t.scenario}


def _table(name: str, domain: str, body: dict[str, object]) -> Table:
    columns = body["columns"]
    key = body.get("key", ["id"])
    assert isinstance(columns, dict)
    assert isinstance(key, list)
    return Table(
        name,
        domain,
        str(body["about"]),
        tuple(_column(n, c) for n, c in columns.items()),
        tuple(key),
    )


def _column(name: str, parts: list[str]) -> Column:
    """Read ``[type, about]``; ``TYPE?`` may be null, ``BIGINT -> table`` refers to its id."""
    kind, about = parts
    kind, _, target = kind.partition(" -> ")
    return Column(
        name, kind.rstrip("?"), about, required=not kind.endswith("?"), references=target or None
    )
