"""New numbers for those that two scenarios use for different things."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import yaml

from healthsim_nb.reference.identifiers import dea, mrn, npi, ssn
from healthsim_nb.schema.ddl import qualified

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

Maker = tuple["Callable[[Any], Any]", int]
MAKERS: dict[str, Maker] = {
    "mrn": (mrn.make, mrn.COUNT),
    "ssn": (ssn.make, ssn.COUNT),
    "npi": (npi.make, npi.EACH),
    "organisation": (npi.make_organisation, npi.EACH),
}
"""How numbers with check digits are made, and how many there are."""


@cache
def declared() -> dict[str, Any]:
    """Return what ``numbers.yaml`` says."""
    text = (files(__package__) / "numbers.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return found


def note_numbers(
    cursor: DuckDBPyConnection, table: str, coming: str, source: int, target: int
) -> dict[str, str]:
    """Note old and new numbers in temporary tables where both scenarios use the old one.

    Parameters
    ----------
    coming
        The condition of the rows ``t`` of ``source`` that come; those of ``target`` keep theirs.

    Returns
    -------
    dict
        Column to the temporary table with ``old`` and ``new``; only columns that have any.
    """
    found: dict[str, str] = {}
    for column, kind in declared()["unique"].get(table, {}).items():
        name = f"new_{table}_{column}"
        cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE {name}_old AS SELECT DISTINCT {column} AS old "  # noqa: S608
            f"FROM {qualified(table)} AS t WHERE scenario_id = {source} AND {coming} "
            f"AND {column} IN (SELECT {column} FROM {qualified(table)} "
            f"WHERE scenario_id = {target}) ORDER BY 1"
        )
        need = int(cursor.execute(f"SELECT count(*) FROM {name}_old").fetchall()[0][0])  # noqa: S608
        if need:
            _make(cursor, table, column, kind, need, (source, target))
            found[column] = name
    return found


def repeated(table: str) -> dict[str, tuple[str, str]]:
    """Return the columns of a table that repeat another's numbers: column to (table, column)."""
    parts = {tuple(k.split(".")): tuple(v.split(".")) for k, v in declared()["repeats"].items()}
    return {column: (to[0], to[1]) for (name, column), to in parts.items() if name == table}


def _make(
    cursor: DuckDBPyConnection,
    table: str,
    column: str,
    kind: str,
    need: int,
    scenarios: tuple[int, int],
) -> None:
    name = f"new_{table}_{column}"
    used = (
        f"SELECT {column} FROM {qualified(table)} "  # noqa: S608
        f"WHERE scenario_id IN {scenarios} AND {column} IS NOT NULL"
    )
    if kind == "text":
        _suffixed(cursor, name, used)
        return
    taken = int(cursor.execute(f"SELECT count(*) FROM ({used})").fetchall()[0][0])  # noqa: S608
    candidates = _candidates(cursor, name, kind, need + taken)  # noqa: F841 - DuckDB finds it
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS "  # noqa: S608
        f"SELECT old, value AS new FROM (SELECT old, row_number() OVER (ORDER BY old) AS n "
        f"FROM {name}_old) JOIN (SELECT value, row_number() OVER (ORDER BY place) AS n "
        f"FROM candidates WHERE value NOT IN ({used})) USING (n)"
    )


def _candidates(cursor: DuckDBPyConnection, name: str, kind: str, most: int) -> pa.Table:
    """Return numbers from the far end, where the simulation does not come."""
    place = np.arange(most, dtype=np.int64)
    if kind == "dea":
        olds = np.array(
            [v for (v,) in cursor.execute(f"SELECT old FROM {name}_old ORDER BY 1").fetchall()]  # noqa: S608
        )
        letters = np.resize(np.array([old[1:2] or "A" for old in olds]), most)
        made = dea.make(dea.COUNT - 1 - place, letters, np.zeros(most, dtype=bool))
    else:
        make, count = MAKERS[kind]
        made = make(count - 1 - place[:count])
    return pa.table({"place": place[: len(made)], "value": pa.array(made.tolist(), pa.string())})


def _suffixed(cursor: DuckDBPyConnection, name: str, used: str) -> None:
    """Give each old number the first of -2, -3, … that is free."""
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} (old VARCHAR, new VARCHAR)")
    left, number = True, 2
    while left:
        cursor.execute(
            f"INSERT INTO {name} SELECT old, old || '-{number}' FROM {name}_old "  # noqa: S608
            f"WHERE old NOT IN (SELECT old FROM {name}) AND old || '-{number}' NOT IN ({used})"
        )
        left = bool(
            cursor.execute(
                f"SELECT 1 FROM {name}_old WHERE old NOT IN (SELECT old FROM {name}) LIMIT 1"  # noqa: S608
            ).fetchall()
        )
        number += 1
