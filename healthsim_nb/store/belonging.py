"""What belongs to a scenario besides its own tables, found by walking the declarations.

A table that is declared tomorrow is deleted, cloned and merged with the scenario without a word
here: rows are followed along ``-> table`` from where they stand to the scenario.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from healthsim_nb.schema import scenario_tables, tables
from healthsim_nb.schema.ddl import qualified

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from healthsim_nb.schema.types import Table

SCENARIOS = "scenarios"


@cache
def state_tables() -> dict[str, str]:
    """Return the state tables with rows of a scenario, children before those they point to.

    Each with the condition under which a row belongs to the scenario ``$scenario``.
    """
    found = {name: _condition(name) for name, table in tables().items() if not table.scenario}
    owned = {name: condition for name, condition in found.items() if condition}
    ordered: dict[str, str] = {}
    while len(ordered) < len(owned):
        for name in owned:
            parents = {p for other in owned if other not in ordered for p in _parents(other)}
            if name not in ordered and name not in parents:
                ordered[name] = owned[name]
    return ordered


def remove_rows(cursor: DuckDBPyConnection, scenario: int) -> None:
    """Remove every row of a scenario from every table, in the transaction of the cursor."""
    for table in scenario_tables():
        cursor.execute(
            f"DELETE FROM {qualified(table)} WHERE scenario_id = ?",  # noqa: S608
            [scenario],
        )
    for table, condition in state_tables().items():
        cursor.execute(
            f"DELETE FROM {qualified(table)} WHERE {condition}",  # noqa: S608
            {"scenario": scenario},
        )
    cursor.execute("DELETE FROM hs.scenarios WHERE id = ?", [scenario])


def _parents(name: str) -> set[str]:
    """Return the state tables that a table's rows point to, itself left out."""
    return {c.references for c in tables()[name].columns if c.references} - {name, SCENARIOS}


def _condition(name: str, above: tuple[str, ...] = ()) -> str:
    """Return the condition of a table's rows; empty if they belong to no scenario."""
    parts = [_part(c.name, c.references, (*above, name)) for c in tables()[name].columns
             if c.references and c.references not in (*above, name)]  # fmt: skip
    return " OR ".join(filter(None, parts))


def _part(column: str, target: str, above: tuple[str, ...]) -> str:
    if target == SCENARIOS:
        return f"{column} = $scenario"
    table: Table = tables()[target]
    inner = "" if table.scenario else _condition(target, above)
    if not inner:
        return ""
    return f"{column} IN (SELECT {table.key[0]} FROM {qualified(target)} WHERE {inner})"  # noqa: S608
