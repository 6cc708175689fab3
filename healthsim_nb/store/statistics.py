"""Statistics of a scenario, each from one statement in ``sql/``."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    import duckdb

Figures = dict[str, Any]
LISTS = {"diagnoses": 4, "medications": 3, "labs": 4}
"""Statistics of several rows; how many at most."""
NEEDS = {
    "patients": "patients",
    "diagnoses": "diagnoses",
    "encounters": "encounters",
    "labs": "lab_results",
    "vitals": "vital_signs",
    "medications": "medications",
    "claims": "claims",
    "pharmacy_claims": "pharmacy_claims",
}
"""Each statistic with the table that it needs rows of."""


def statistics(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    filled: Collection[str],
    span: tuple[date | None, date | None],
) -> Figures:
    """Return the statistics that a scenario has rows for.

    Parameters
    ----------
    filled
        The tables that have rows.
    span
        First and last day; without them there are no ages and no rates.
    """
    start, until = span
    settings = {"scenario": scenario, "start": start, "until": until}
    found: Figures = {}
    for name, table in NEEDS.items():
        if table in filled:
            rows = ask(cursor, name, **settings, most=LISTS.get(name, 0))
            found[name] = rows if name in LISTS or name == "encounters" else rows[0]
    _shares(found)
    return found


def ask(cursor: duckdb.DuckDBPyConnection, name: str, **settings: object) -> list[Figures]:
    """Return the rows of a statement in ``sql/`` as dictionaries."""
    sql = statement(name)
    used = {key: value for key, value in settings.items() if f"${key}" in sql}
    result = cursor.execute(sql, used)
    names = [column[0] for column in result.description or ()]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in result.fetchall()
    ]


@cache
def statement(name: str) -> str:
    """Return the text of ``sql/<name>.sql``."""
    return (files(__package__) / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _shares(found: Figures) -> None:
    """Add what follows from two statistics: shares of patients, rates per year."""
    people = found.get("patients", {}).get("count")
    years = found.get("patients", {}).get("years")
    for row in found.get("diagnoses", []) + found.get("medications", []):
        row["share"] = row["patients"] / people if people else None
    for row in found.get("encounters", []):
        row["per_patient_year"] = row["count"] / years if years else None


def _plain(value: object) -> object:
    """Return the value as JSON knows it."""
    return float(value) if isinstance(value, Decimal) else value
