"""Reads one CSV file of ``references/``; lines that start with ``#`` say where it comes from."""

from __future__ import annotations

import csv
from functools import cache

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.reference.location import root


@cache
def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table such as ``"codes/labs.csv"``, each a dict of text.

    Do not change what it returns: everybody gets the same list.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    """
    path = root() / name
    if path.suffix != ".csv" or not path.is_file():
        known = (p.relative_to(root()).as_posix() for p in root().rglob("*.csv"))
        raise UnknownNameError.of("reference table", name, known)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
