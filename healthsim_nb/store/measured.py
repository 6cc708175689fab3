"""What can be measured of patients, and what patients can be told apart by, as SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.schema import scenario_tables, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date


@dataclass(frozen=True)
class Measured:
    """A value, as SQL that returns ``patient_id`` and ``value``."""

    title: str
    unit: str
    sql: str
    split: bool = False
    """True: the SQL is the user's own, and returns ``value`` and ``of``, its group."""


SUMS = {
    "cost": ("Allowed amount of each patient", "$", "claims", "sum(total_allowed)"),
    "paid": ("Paid for each patient", "$", "claims", "sum(total_paid)"),
    "visits": ("Encounters of each patient", "", "encounters", "count(*)"),
    "claims": ("Claims of each patient", "", "claims", "count(*)"),
    "drugs": ("Drugs of each patient", "", "medications", "count(DISTINCT rxnorm_code)"),
}
"""What is counted or summed over each patient's rows; who has none has 0."""
WORDS = {"sex": "gender", "payer": "line_of_business"}
"""Other names of columns of patients."""
UNITS = {"bmi": "kg/m²", "systolic_bp": "mmHg", "diastolic_bp": "mmHg", "weight_kg": "kg"}
UNITS |= {"height_cm": "cm", "heart_rate": "a minute", "temperature": "°F", "spo2": "%"}
BANDS = (18, 45, 65)
"""Ages at which a new group begins."""


def measured(
    ask: Callable[[str], Sequence[tuple[Any, ...]]], what: str, start: date | None
) -> Measured:
    """Return what is meant by ``what``.

    ``age``; a word of `SUMS`; a laboratory test by its name, a part of it or its LOINC code; a
    vital sign; a column, as ``gender`` or ``claims.total_paid``; or one SELECT. Of tests and vital
    signs it is each patient's latest.

    Raises
    ------
    UnknownNameError
        If there is no such thing: the message names the nearest.
    """
    said = what.strip().rstrip(";")
    if re.search(r"\s", said) and re.match(r"(?i)(select|with|from)\s", said):
        return Measured("Value", "", _own(said), split=True)
    word = WORDS.get(said.lower(), said.lower())
    if word == "age":
        value = f"greatest(0, datesub('year', birth_date, {_day(start)}))"
        sql = f"SELECT id AS patient_id, {value} AS value FROM patients"  # noqa: S608
        return Measured("Age at the start", "years", sql)
    if word in SUMS:
        return _sum(word)
    table, _, column = word.rpartition(".")
    found = _column(table, column)
    if found == "vital_signs":
        return _sign(column)
    if found is not None:
        whose = "id" if found == "patients" else "patient_id"
        owner = whose if _has(found, whose) else "NULL"
        sql = f'SELECT {owner} AS patient_id, "{column}" AS value FROM {found}'  # noqa: S608
        title = column.replace("_", " ").capitalize()
        title += "" if found == "patients" else f" ({found.replace('_', ' ')})"
        return Measured(title, UNITS.get(column, ""), sql)
    return _test(ask, said)


def grouped(by: str | None, start: date | None) -> tuple[str, str | None]:
    """Return the SQL of a group of patient ``p``, and its name.

    Raises
    ------
    UnknownNameError
        If patients cannot be told apart by that.
    """
    if by is None:
        return "'all'", None
    word = WORDS.get(by.strip().lower(), by.strip().lower())
    if word == "age":
        age = f"datesub('year', p.birth_date, {_day(start)})"
        first, *_, last = BANDS
        cases = [f"WHEN {age} < {first} THEN 'under {first}'"]
        cases += [f"WHEN {age} < {to} THEN '{low} to {to - 1}'" for low, to in pairwise(BANDS)]
        return f"CASE {' '.join(cases)} ELSE '{last} and older' END", "age"
    known = [c.name for c in tables()["patients"].columns]
    if word not in known:
        raise UnknownNameError.of("column of patients", by, ["age", *WORDS, *known])
    return f'p."{word}"::VARCHAR', by.strip().lower()


def _day(start: date | None) -> str:
    return f"DATE '{start}'" if start else "(SELECT min(admission_time)::DATE FROM encounters)"


def _sum(word: str) -> Measured:
    title, unit, table, value = SUMS[word]
    sql = (
        "SELECT p.id AS patient_id, coalesce(s.value, 0) AS value FROM patients AS p LEFT JOIN "  # noqa: S608
        f"(SELECT patient_id, {value} AS value FROM {table} GROUP BY patient_id) AS s "
        "ON s.patient_id = p.id"
    )
    return Measured(title, unit, sql)


def _sign(column: str) -> Measured:
    sql = (
        f'SELECT patient_id, arg_max("{column}", observation_time) AS value '  # noqa: S608
        "FROM vital_signs GROUP BY patient_id"
    )
    title = f"Latest {column.removesuffix('_kg').removesuffix('_cm').replace('_', ' ')}"
    return Measured(f"{title} of each patient", UNITS.get(column, ""), sql)


def _test(ask: Callable[[str], Sequence[tuple[Any, ...]]], said: str) -> Measured:
    """Return a laboratory test: by its whole name or code, else by the shortest name that fits."""
    found = ask(
        "SELECT test_name, loinc_code, any_value(unit) FROM lab_results "
        "WHERE value_numeric IS NOT NULL GROUP BY ALL"
    )
    rows = sorted(found, key=lambda row: (len(row[0]), row[0], row[1]))
    word = said.lower()
    same = [row for row in rows if word in (row[0].lower(), row[1])]
    near = same or [row for row in rows if all(w in row[0].lower() for w in word.split())]
    if not near:
        signs = [c.name for c in tables()["vital_signs"].columns[4:]]
        known = ["age", *WORDS, *SUMS, *signs, *(row[0] for row in rows)]
        raise UnknownNameError.of("measure", said, known)
    name, code, unit = near[0]
    sql = (
        "SELECT patient_id, arg_max(value_numeric, collected_time) AS value FROM lab_results "  # noqa: S608
        f"WHERE loinc_code = '{code}' GROUP BY patient_id"
    )
    return Measured(f"Latest {name} of each patient", unit or "", sql)


def _own(sql: str) -> str:
    return f"SELECT c0 AS value, 'all' AS of FROM (\n{sql}\n) AS own(c0)"  # noqa: S608


def _column(table: str, column: str) -> str | None:
    """Return the table of a column: the one that is named, else patients, vital signs, the only."""
    names = [table] if table else ["patients", "vital_signs"]
    found = next((t for t in names if t in scenario_tables() and _has(t, column)), None)
    if found or table:
        return found
    only = [t for t in scenario_tables() if _has(t, column)]
    return only[0] if len(only) == 1 else None


def _has(table: str, column: str) -> bool:
    return any(c.name == column for c in tables()[table].columns)
