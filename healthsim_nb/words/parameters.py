"""``$name`` and ``{name}`` in a query: variables of the notebook, or said with ``--param``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from healthsim_nb.errors import SpecificationError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PIECES = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/"
    r"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
    r"|\{\s*(?P<braced>[^\W\d]\w*)\s*\}"
    r"|\$(?P<named>[^\W\d]\w*)",
    re.DOTALL,
)
"""Texts, quoted names and comments come first, so that nothing in them is a parameter."""


def dollars(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return (a query with ``$name`` for ``{name}``, the names in it, each once).

    >>> dollars("SELECT '{x}' WHERE y = {year} AND z < $limit")
    ("SELECT '{x}' WHERE y = $year AND z < $limit", ('year', 'limit'))
    """
    names: dict[str, None] = {}

    def written(found: re.Match[str]) -> str:
        name = found["braced"] or found["named"]
        if name is None:
            return found[0]
        names[name] = None
        return f"${name}"

    return _PIECES.sub(written, sql), tuple(names)


def values(names: Iterable[str], known: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the values of parameters.

    Raises
    ------
    SpecificationError
        If one has none: the nearest name is told, and what to do.
    """
    found: dict[str, Any] = {}
    for name in names:
        if name not in known:
            near = nearest(name, [word for word in known if not word.startswith("_")])
            hint = f" Did you mean ${near}?" if near else ""
            raise SpecificationError(f"${name} has no value: {where}.{hint}")
        found[name] = known[name]
    return found


def said(pairs: Iterable[str]) -> dict[str, Any]:
    """Return values by name from ``name=value``; a value is a number, day, truth value or text.

    >>> said(["year=2024", "state=TX", "ids=[1, 2]"])
    {'year': 2024, 'state': 'TX', 'ids': [1, 2]}

    Raises
    ------
    SpecificationError
        If one is written otherwise.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign or not name.strip().isidentifier():
            raise SpecificationError(f"--param is name=value, such as year=2024, not {pair!r}.")
        try:
            found[name.strip()] = yaml.safe_load(text)
        except yaml.YAMLError:
            found[name.strip()] = text
    return found
