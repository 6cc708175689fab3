"""Clinical notes, written from the tables: every number in a note is in the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, overload

from healthsim_nb import reference
from healthsim_nb.errors import SpecificationError

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb
    import pandas as pd

ALL = 2**62
PART = 2**17
"""Numbers that the ids of patients go through while notes are kept in one piece."""
COLUMNS = (
    "id",
    "patient_id",
    "encounter_id",
    "loinc_code",
    "note_type",
    "authored_time",
    "provider_id",
    "text",
)


@dataclass(frozen=True)
class Note:
    """A note as in the table ``clinical_notes``."""

    id: int
    patient_id: int
    encounter_id: int
    loinc_code: str
    note_type: str
    authored_time: datetime
    provider_id: int
    text: str

    def __str__(self) -> str:
        """Return its text."""
        return self.text


@dataclass(frozen=True, repr=False)
class Notes(Sequence[Note]):
    """Some notes, by patient and time."""

    notes: tuple[Note, ...]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.notes)

    @overload
    def __getitem__(self, place: int) -> Note: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Note, ...]: ...
    def __getitem__(self, place: int | slice) -> Note | tuple[Note, ...]:
        """Return one note, or some."""
        return self.notes[place]

    def df(self) -> pd.DataFrame:
        """Return the notes as a DataFrame."""
        import pandas as pd

        return pd.DataFrame([asdict(n) for n in self.notes], columns=list(COLUMNS))

    def to_text(self) -> str:
        """Return all notes, one under the other."""
        return "\n\n".join(n.text for n in self.notes) or "There is no note."

    def __repr__(self) -> str:
        """Return all notes, one under the other."""
        return self.to_text()


def notes(
    cursor: duckdb.DuckDBPyConnection,
    *,
    patient_id: int | None = None,
    encounter_id: int | None = None,
    limit: int = 20,
) -> Notes:
    """Return notes, written now from the tables, the earliest of each patient first.

    Raises
    ------
    SpecificationError
        If ``limit`` is less than 1.
    """
    if limit < 1:
        raise SpecificationError(f"limit is {limit}: at least 1 note must be wanted.")
    first, last = (0, ALL) if patient_id is None else (patient_id, patient_id)
    asked = {"first": first, "last": last, "encounter": encounter_id, "most": limit, **phrases()}
    found = cursor.execute(f"{statement()} ORDER BY id LIMIT $most", asked).fetchall()
    return Notes(tuple(Note(*row) for row in found))


def keep(cursor: duckdb.DuckDBPyConnection, table: str, owner: dict[str, int]) -> int:
    """Write the notes that a scenario lacks into a table; return how many.

    Parameters
    ----------
    cursor
        Its plain tables must be those of the scenario.
    table
        Where to.
    owner
        Columns that say whose the rows are.
    """
    sql = (
        f"INSERT INTO {table} ({', '.join([*owner, *COLUMNS])}) "  # noqa: S608
        f"SELECT {', '.join(str(int(v)) for v in owner.values())}, * FROM ({statement()}) "
        "WHERE id NOT IN (SELECT id FROM clinical_notes) ORDER BY id"
    )
    said = {"encounter": None, "most": ALL, **phrases()}
    written = 0
    for first, last in parts(cursor):
        row = cursor.execute(sql, {"first": first, "last": last, **said}).fetchone()
        written += int(row[0]) if row else 0
    return written


def parts(cursor: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """Return ranges of patients, so that the notes of one fit into memory."""
    found = cursor.execute(
        f"SELECT min(id), max(id) FROM patients GROUP BY id // {PART} ORDER BY 1"  # noqa: S608
    ).fetchall()
    return [(int(first), int(last)) for first, last in found]


@cache
def statement() -> str:
    """Return the query that writes notes."""
    return (files(__package__) / "notes.sql").read_text(encoding="utf-8")


@cache
def phrases() -> dict[str, list[str]]:
    """Return the words to choose from, by what they say."""
    found: dict[str, list[str]] = {}
    for row in reference.rows("clinical/note_phrases.csv"):
        found.setdefault(row["part"].replace("-", "_"), []).append(row["text"])
    return found
