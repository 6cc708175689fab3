"""What can only be seen when all rows of a call are there: ids twice, references to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import RowError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    from healthsim_nb.store.scenarios import Owner


def require_new_ids(
    cursor: DuckDBPyConnection, owner: Owner, table: str, ids: NDArray[np.int64]
) -> None:
    """Refuse an id that two rows have, of this call or of the scenario.

    Parameters
    ----------
    ids
        Those of this call in its order, shape (n,).
    """
    if not (np.diff(ids) > 0).all():
        values, places, counts = np.unique(ids, return_index=True, return_counts=True)
        if (counts > 1).any():
            twice = values[counts > 1]
            first = twice[np.argmin(places[counts > 1])]
            rows = np.flatnonzero(ids == first)[:2] + 1
            raise RowError(
                f"{table}, row {rows[1]}, id: {first} is the id of row {rows[0]}, too.",
                table,
                int(rows[1]),
                "id",
            )
    mine = f"{qualified(table)} WHERE scenario_id = {owner.scenario_id} AND run_key"
    found = cursor.execute(
        f"SELECT id FROM {mine} <> {owner.run_key} AND id BETWEEN {ids.min()} AND {ids.max()} "  # noqa: S608
        f"AND id IN (SELECT id FROM {mine} = {owner.run_key}) ORDER BY id LIMIT 1"
    ).fetchall()
    if found:
        row = int(np.flatnonzero(ids == found[0][0])[0]) + 1
        raise RowError(
            f"{table}, row {row}, id: {found[0][0]} exists already in the scenario "
            f"{owner.name!r}; leave the id out to have the row numbered.",
            table,
            row,
            "id",
        )


def check_references(
    cursor: DuckDBPyConnection, owner: Owner, names: list[str], *, strict: bool
) -> list[str]:
    """Return the references of this run's rows that lead to no row of the scenario, as sentences.

    Raises
    ------
    RowError
        If there is one and ``strict``.
    """
    lost = []
    for table in names:
        for column in scenario_tables()[table].columns:
            if column.references:
                said = _lost(cursor, owner, table, column.name, column.references)
                if said and strict:
                    raise RowError(
                        f"{said[1]} Add them, or say references='report' to keep such rows.",
                        table,
                        said[0],
                        column.name,
                    )
                lost += [said[1]] if said else []
    return lost


def _lost(
    cursor: DuckDBPyConnection, owner: Owner, table: str, column: str, target: str
) -> tuple[int, str] | None:
    mine = (
        f"{qualified(table)} AS t WHERE t.scenario_id = {owner.scenario_id} "
        f"AND t.run_key = {owner.run_key}"
    )
    number, value, which = cursor.execute(
        f"SELECT count(*), arg_min(t.{column}, t.id), min(t.id) FROM {mine} "  # noqa: S608
        f"AND t.{column} IS NOT NULL AND t.{column} NOT IN "
        f"(SELECT id FROM {qualified(target)} WHERE scenario_id = {owner.scenario_id})"
    ).fetchall()[0]
    if not number:
        return None
    rows = f"{number:,} row{'s' if number > 1 else ''} of {table} refer{'' if number > 1 else 's'}"
    said = f"{table}, id {which}, {column}: there is no row {value} in {target}."
    return int(which), f"{said} {rows} to {target} that are not there."
