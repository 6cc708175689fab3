"""What a scenario query may call and cast to: the reviewed list in ``allowed.csv``."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def allowed(*kinds: str) -> frozenset[str]:
    """Return the names in ``allowed.csv`` of these kinds (of all but tables and types if none)."""
    wanted = kinds or ("operator", "scalar", "aggregate", "window", "rows", "volatile")
    return frozenset(name for name, kind in _listed() if kind in wanted)


def kinds_of(name: str) -> set[str]:
    """Return the kinds that an allowed function has."""
    return _kinds()[name]


@cache
def _listed() -> tuple[tuple[str, str], ...]:
    text = (files(__package__) / "allowed.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple((name, kind) for name, kind in list(csv.reader(lines))[1:])


@cache
def _kinds() -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for name, kind in _listed():
        if kind not in ("table", "type"):
            kinds.setdefault(name, set()).add(kind)
    return {**{name: {"rows"} for name in allowed("table")}, **kinds}
