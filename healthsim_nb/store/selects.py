"""The rows of one scenario as SELECTs, a table each: for frames, relations and exports."""

from __future__ import annotations

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import PROVENANCE, SCHEMA, qualified


def select(scenario: int, table: str, *, provenance: bool = False, ordered: bool = True) -> str:
    """Return the SELECT of one scenario's rows of a table.

    Parameters
    ----------
    scenario
        The scenario's id.
    table
        A canonical table.
    provenance
        Whether each row says where it is from, too: source, template, seed and time.
    ordered
        Whether rows come by id, so that two exports of the same data are equal to the byte.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    """
    if table not in scenario_tables():
        raise UnknownNameError.of("table of a scenario", table, scenario_tables())
    names = [f"t.{column.name}" for column in scenario_tables()[table].columns]
    join = ""
    if provenance:
        names += [f"runs.{name}" for name in PROVENANCE]
        join = f" LEFT JOIN {SCHEMA}.runs AS runs ON runs.run_key = t.run_key"
    order = " ORDER BY t.id" if ordered else ""
    return (
        f"SELECT {', '.join(names)} FROM {qualified(table)} AS t{join} "  # noqa: S608
        f"WHERE t.scenario_id = {int(scenario)}{order}"
    )


def selects(scenario: int, *, provenance: bool = False) -> dict[str, str]:
    """Return the SELECT of every scenario table, by name."""
    return {table: select(scenario, table, provenance=provenance) for table in scenario_tables()}
