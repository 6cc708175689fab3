"""Gives rows what follows from themselves: ids, numbers, the person of a patient."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import yaml

from healthsim_nb.reference.identifiers import mrn
from healthsim_nb.schema import scenario_tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIRST_MRN, MRNS = 45_000_000, 40_000_000
"""Where numbers of patients without one begin: the simulation is below, merges are above."""
PERSON = {"household_id": "p.id", "household_role": "'head'"}
"""What a person made of a patient has that the patient has not."""


@cache
def filled() -> dict[str, dict[str, str]]:
    """Return what ``filled.yaml`` says: table to column to SQL expression."""
    text = (files(__package__) / "filled.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return found


def fill(cursor: DuckDBPyConnection, table: str, rows: pa.Table) -> pa.Table:
    """Return rows with what follows from themselves where they say nothing."""
    for column, expression in filled().get(table, {}).items():
        given = rows.column(column)
        if not given.null_count:
            continue
        if expression == "mrn":
            ids = rows.column("id").to_numpy()
            made = pa.array(mrn.make(FIRST_MRN + ids % MRNS).tolist(), pa.string())
        else:
            sql = f"SELECT coalesce({column}, {expression}) AS made FROM rows"  # noqa: S608
            made = cursor.sql(sql).to_arrow_table().column("made").combine_chunks()
        value = pa.chunked_array([made]) if expression != "mrn" else _else(given, made)
        place = rows.schema.get_field_index(column)
        rows = rows.set_column(place, column, value.cast(rows.schema.field(place).type))
    return rows


def numbered(given: pa.Array, highest: int) -> pa.Array:
    """Return ids, those that are missing numbered from above the highest of all."""
    if not given.null_count:
        return given
    missing = np.asarray(given.is_null())
    present = given.drop_null().to_numpy()
    top = max(highest, int(present.max()) if len(present) else 0)
    ids = given.fill_null(0).to_numpy(zero_copy_only=False).copy()
    ids[missing] = top + 1 + np.arange(missing.sum())
    return pa.array(ids)


def add_persons(cursor: DuckDBPyConnection, scenario: int, run_key: int) -> int:
    """Make the persons of patients who point to themselves and are nobody yet; return how many."""
    patient = {c.name for c in scenario_tables()["patients"].columns}
    columns = [c.name for c in scenario_tables()["persons"].columns]
    values = [PERSON.get(c, f"p.{c}" if c in patient else "NULL") for c in columns]
    made: Any = cursor.execute(
        f"INSERT INTO hs.persons (scenario_id, run_key, {', '.join(columns)}) "  # noqa: S608
        f"SELECT {scenario}, {run_key}, {', '.join(values)} FROM hs.patients AS p "
        f"WHERE p.scenario_id = {scenario} AND p.run_key = {run_key} AND p.person_id = p.id "
        f"AND p.id NOT IN (SELECT id FROM hs.persons WHERE scenario_id = {scenario})"
    ).fetchall()[0][0]
    return int(made)


def _else(given: pa.ChunkedArray, made: pa.Array) -> pa.ChunkedArray:
    whole = given.combine_chunks()
    return pa.chunked_array([pa.compute.coalesce(whole, made)])
