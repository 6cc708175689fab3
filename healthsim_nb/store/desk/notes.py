"""The user's notes: on the workspace, a scenario, a run or a patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from healthsim_nb.errors import SpecificationError, UnknownNameError
from healthsim_nb.store import runs
from healthsim_nb.store.plain import table

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.store.database import Database
    from healthsim_nb.store.registry import Brief

LONGEST = 100_000
"""Characters of a note."""


@dataclass(frozen=True)
class Note:
    """One note."""

    id: int
    text: str
    scenario: str | None
    """Name of the scenario that it is about."""
    run: str | None
    """Id of the run that it is about."""
    patient_id: int | None
    created_at: datetime
    updated_at: datetime

    @property
    def about(self) -> str:
        """What it is about, in words."""
        if self.patient_id is not None:
            return f"patient {self.patient_id} of {self.scenario}"
        if self.run is not None:
            return f"run {self.run}"
        return f"scenario {self.scenario}" if self.scenario else "the workspace"

    def row(self) -> tuple[object, ...]:
        """Return what a list shows of it."""
        return (self.id, f"{self.updated_at:%Y-%m-%d %H:%M}", self.about, self.text)

    def to_text(self) -> str:
        """Return it with what it is about."""
        return f"Note {self.id} on {self.about}:\n{self.text}"

    def __repr__(self) -> str:
        """Return it with what it is about."""
        return self.to_text()


class Notes(Sequence[Note]):
    """Notes, newest first."""

    COLUMNS = ("no.", "written", "about", "note")

    def __init__(self, found: Sequence[Note]) -> None:
        self._found = list(found)

    @overload
    def __getitem__(self, place: int) -> Note: ...
    @overload
    def __getitem__(self, place: slice) -> Notes: ...
    def __getitem__(self, place: int | slice) -> Note | Notes:
        """Return a note by its place, 0 the newest."""
        found = self._found[place]
        return Notes(found) if isinstance(found, list) else found

    def __len__(self) -> int:
        return len(self._found)

    def to_text(self) -> str:
        """Return the notes, each with what it is about and all of its text."""
        if not self._found:
            return "There is no note here yet."
        return "\n\n".join(note.to_text() for note in self._found)

    def __repr__(self) -> str:
        """Return the notes as a table."""
        if not self._found:
            return self.to_text()
        return table(self.COLUMNS, [note.row() for note in self._found])


def write(
    database: Database,
    text: str,
    *,
    scenario: Brief | None,
    run: str | None,
    patient: int | None,
    now: datetime,
) -> Note:
    """Keep a note and return it.

    Raises
    ------
    SpecificationError
        If it is empty, or of a patient without a scenario.
    UnknownNameError
        If there is no such run or patient.
    """
    said = _tidy(text)
    with database.transaction() as cursor:
        owner = scenario.id if scenario else None
        key = None
        if run is not None:
            found = runs.find(cursor, run)
            key, owner = found.run_key, found.scenario_id
        if patient is not None:
            _require_patient(cursor, scenario, patient)
        number = _next(cursor)
        cursor.execute(
            "INSERT INTO hs.notes (id, scenario_id, run_key, patient_id, text, created_at, "
            "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [number, owner, key, patient, said, now, now],
        )
        return _one(cursor, number)


def read(
    cursor: DuckDBPyConnection,
    *,
    scenario: int | None = None,
    run: str | None = None,
    patient: int | None = None,
) -> Notes:
    """Return the notes that are asked for, newest first."""
    rows = cursor.execute(
        f"{_SELECT} WHERE ($scenario IS NULL OR n.scenario_id = $scenario) "
        "AND ($run IS NULL OR r.run_id = $run) AND ($patient IS NULL OR n.patient_id = $patient) "
        "ORDER BY n.id DESC",
        {"scenario": scenario, "run": run, "patient": patient},
    ).fetchall()
    return Notes([Note(*row) for row in rows])


def change(database: Database, number: int, text: str, *, now: datetime) -> Note:
    """Give a note another text and return it."""
    said = _tidy(text)
    with database.transaction() as cursor:
        _one(cursor, number)
        cursor.execute(
            "UPDATE hs.notes SET text = ?, updated_at = ? WHERE id = ?", [said, now, number]
        )
        return _one(cursor, number)


def remove(database: Database, number: int) -> Note:
    """Remove a note and return what it was."""
    with database.transaction() as cursor:
        gone = _one(cursor, number)
        cursor.execute("DELETE FROM hs.notes WHERE id = ?", [number])
    return gone


def tell_whose(cursor: DuckDBPyConnection, scenario: int, source: str) -> None:
    """Turn notes on patients into notes on a scenario, after a merge: ids may be others' there."""
    cursor.execute(
        "UPDATE hs.notes SET text = format('Patient {} of {}: {}', patient_id, $source, text), "
        "patient_id = NULL WHERE scenario_id = $scenario AND patient_id IS NOT NULL",
        {"scenario": scenario, "source": source},
    )


_SELECT = """
    SELECT n.id, n.text, s.name, r.run_id, n.patient_id, n.created_at, n.updated_at
    FROM hs.notes AS n
    LEFT JOIN hs.scenarios AS s ON s.id = n.scenario_id
    LEFT JOIN hs.runs AS r ON r.run_key = n.run_key
"""


def _one(cursor: DuckDBPyConnection, number: int) -> Note:
    row = cursor.execute(f"{_SELECT} WHERE n.id = ?", [number]).fetchone()
    if row is None:
        known = cursor.execute("SELECT id FROM hs.notes ORDER BY id").fetchall()
        there = ", ".join(str(n) for (n,) in known) or "none"
        raise SpecificationError(f"There is no note {number}. There are: {there}.")
    return Note(*row)


def _next(cursor: DuckDBPyConnection) -> int:
    row = cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM hs.notes").fetchone()
    assert row is not None
    return int(row[0])


def _tidy(text: str) -> str:
    said = text.strip()
    if not said:
        raise SpecificationError("A note says something: this one is empty.")
    if len(said) > LONGEST:
        raise SpecificationError(
            f"A note has at most {LONGEST:,} characters, this one {len(said):,}."
        )
    return said


def _require_patient(cursor: DuckDBPyConnection, scenario: Brief | None, patient: int) -> None:
    if scenario is None:
        raise SpecificationError(f"Say of which scenario patient {patient} is.")
    found = cursor.execute(
        "SELECT 1 FROM hs.patients WHERE scenario_id = ? AND id = ?", [scenario.id, patient]
    ).fetchone()
    if found is None:
        raise UnknownNameError(f"{scenario.name!r} has no patient {patient}.")
