"""One patient's life on record: what happened when, until when, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, overload

from healthsim_nb.errors import UnknownNameError

if TYPE_CHECKING:
    from datetime import date

    import duckdb
    import pandas as pd

WORTH, OF_ONE_PANEL = 8, 2
"""Measurements that a picture has room for, and how many of them from one order."""


@dataclass(frozen=True)
class Entry:
    """Something on record."""

    kind: str
    """condition, drug, encounter, procedure, vaccine, allergy, result, sign, death."""
    code: str | None
    what: str
    begins: date
    ends: date | None
    """None: a moment, or not over."""
    why: str | None
    value: float | None
    unit: str | None
    low: float | None
    high: float | None
    """Reference interval."""
    flag: str | None
    encounter_id: int | None


@dataclass(frozen=True, repr=False)
class Timeline(Sequence[Entry]):
    """All that is on record of one patient, by day."""

    patient_id: int
    title: str
    """Who it is."""
    begins: date
    """First day of the months that were observed."""
    ends: date
    """The last."""
    entries: tuple[Entry, ...]

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self.entries)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, place: int | slice) -> Entry | tuple[Entry, ...]:
        """Return one entry, or some."""
        return self.entries[place]

    def of(self, *kinds: str) -> list[Entry]:
        """Return the entries of some kinds."""
        return [e for e in self.entries if e.kind in kinds]

    def measured(self, most: int = WORTH) -> dict[str, list[Entry]]:
        """Return measurements by name that were made more than once, the telling ones first.

        Parameters
        ----------
        most
            How many names at most: those that were abnormal most often.
        """
        series: dict[str, list[Entry]] = {}
        for e in self.of("result", "sign"):
            series.setdefault(e.what, []).append(e)
        repeated = {name: some for name, some in series.items() if len(some) > 1}
        ranked = sorted(
            repeated, key=lambda name: (-_outside(repeated[name]), -len(repeated[name]), name)
        )
        panels: Counter[str | None] = Counter()
        chosen = []
        for name in ranked:
            first = repeated[name][0]
            panel = first.why if first.kind == "result" else name
            panels[panel] += 1
            if panels[panel] <= OF_ONE_PANEL:
                chosen.append(name)
        return {name: repeated[name] for name in chosen[:most]}

    def df(self) -> pd.DataFrame:
        """Return the entries as a DataFrame."""
        import pandas as pd

        columns = [f.name for f in fields(Entry)]
        return pd.DataFrame([asdict(e) for e in self.entries], columns=columns)

    def to_text(self) -> str:
        """Return a line for each entry but measurements, which are counted."""
        told = [e for e in self.entries if e.kind not in ("result", "sign")]
        lines = [f"{e.begins}  {_until(e)}  {e.kind:<10}{e.what}{_why(e)}" for e in told]
        many = len(self.entries) - len(told)
        return "\n".join([self.title, *lines, f"and {many:,} measurements"])

    def __repr__(self) -> str:
        """Return a line for each entry but measurements."""
        return self.to_text()


def timeline(
    cursor: duckdb.DuckDBPyConnection, patient_id: int, span: tuple[date, date] | None = None
) -> Timeline:
    """Return all that is on record of a patient.

    Parameters
    ----------
    span
        First and last day that were observed; None: from the first entry of a visit to the last.

    Raises
    ------
    UnknownNameError
        If there is no such patient.
    """
    who = cursor.execute(
        "SELECT given_name || ' ' || family_name || ', ' || gender || ', born ' || birth_date"
        " || ', MRN ' || mrn FROM patients WHERE id = $patient",
        {"patient": patient_id},
    ).fetchone()
    if who is None:
        some = cursor.execute("SELECT id::VARCHAR FROM patients ORDER BY id LIMIT 5").fetchall()
        raise UnknownNameError.of("patient", str(patient_id), [name for (name,) in some])
    rows = cursor.execute(statement(), {"patient": patient_id}).fetchall()
    entries = tuple(Entry(*row) for row in rows)
    days = [e.begins for e in entries if e.kind not in ("condition", "drug")]
    first, last = span or (min(days, default=None), max(days, default=None))
    first, last = first or _birth(cursor, patient_id), last or _birth(cursor, patient_id)
    return Timeline(patient_id, who[0], first, last, entries)


@cache
def statement() -> str:
    """Return the query of a timeline."""
    return (files(__package__) / "timeline.sql").read_text(encoding="utf-8")


def _birth(cursor: duckdb.DuckDBPyConnection, patient_id: int) -> date:
    row = cursor.execute("SELECT birth_date FROM patients WHERE id = ?", [patient_id]).fetchone()
    assert row is not None
    found: date = row[0]
    return found


def _outside(some: list[Entry]) -> int:
    """Return how many values are outside their interval."""
    return sum(
        e.value is not None
        and ((e.low is not None and e.value < e.low) or (e.high is not None and e.value > e.high))
        for e in some
    )


def _until(e: Entry) -> str:
    return f"to {e.ends}" if e.ends and e.ends != e.begins else " " * 13


def _why(e: Entry) -> str:
    return f" ({e.why})" if e.why else ""
