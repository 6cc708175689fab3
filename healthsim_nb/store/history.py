"""What was done in a workspace: entries that are written once, and read newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from healthsim_nb.errors import HealthsimError, SpecificationError
from healthsim_nb.store.plain import table

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from duckdb import DuckDBPyConnection

DONE, FAILED, STOPPED = "done", "failed", "stopped"
NOT_KEPT = "not kept: "
"""How an input begins that is no part of the history, such as a user's rows."""
NEW_NAME = ("generate", "clone", "merge", "persist", "receive", "resume")
"""What makes a scenario: repeated, it takes a name that is free."""

LEADING = ("what", "data", "sources", "format", "sql", "path", "run_id")
"""What is said first, without its name, wherever it is said."""


@dataclass(frozen=True)
class Entry:
    """One thing that was done."""

    id: int
    kind: str
    scenario: str | None
    """Name that its scenario had then."""
    inputs: dict[str, Any]
    """What was asked for, by name; ``of`` is the scenario whose method it was."""
    result: dict[str, Any]
    status: str
    rows: int | None
    started_by: str
    began_at: datetime
    seconds: float
    repeat: Callable[[Entry], Any] | None = field(default=None, repr=False, compare=False)

    @property
    def given(self) -> dict[str, Any]:
        """What was said."""
        return {name: value for name, value in self.inputs.items() if name != "of"}

    @property
    def code(self) -> str:
        """The same as Python; what is not kept stands there as ``...``."""
        of = self.inputs.get("of")
        subject = "ws" if of is None else f"ws.scenario({of!r})"
        said = [f"{name}={_code(value)}" for name, value in self.given.items()]
        if self.given and next(iter(self.given)) in LEADING:
            said[0] = _code(next(iter(self.given.values())))
        return f"{subject}.{self.kind}({', '.join(said)})"

    def again(self) -> Any:  # noqa: ANN401 - whatever it returned
        """Do it again, with the same inputs; a new scenario takes a name that is free.

        Raises
        ------
        SpecificationError
            If something that it needs is not kept here, such as rows of the user's own.
        """
        lacking = [name for name, value in self.given.items() if _lacks(value)]
        if lacking or self.repeat is None:
            raise SpecificationError(
                f"Entry {self.id} ({self.kind}) cannot be repeated: {', '.join(lacking) or 'it'} "
                "is not kept in the history. Its code shows how to do it with what you have."
            )
        return self.repeat(self)

    @property
    def told(self) -> str:
        """What came of it, in a few words."""
        return ", ".join(f"{name} {_said(value)}" for name, value in self.result.items())

    def row(self) -> tuple[object, ...]:
        """Return what a list shows of it."""
        began = f"{self.began_at:%Y-%m-%d %H:%M}"
        spent = f"{self.seconds:.1f} s"
        return (
            *(self.id, began, self.kind, self.scenario, self.status),
            *(self.rows, spent, self.started_by, self.told),
        )

    def __str__(self) -> str:
        """Return what it was, as code, and what came of it."""
        return (
            f"{self.id}  {self.began_at:%Y-%m-%d %H:%M}  {self.code}\n  {self.status}: {self.told}"
        )


class History(Sequence[Entry]):
    """Entries, newest first."""

    COLUMNS = ("no.", "began", "what", "scenario", "status", "rows", "took", "by", "result")

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = list(entries)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> History: ...
    def __getitem__(self, place: int | slice) -> Entry | History:
        """Return an entry by its place, 0 the newest."""
        found = self._entries[place]
        return History(found) if isinstance(found, list) else found

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, number: int) -> Entry:
        """Return an entry by its number.

        Raises
        ------
        SpecificationError
            If there is none.
        """
        for one in self._entries:
            if one.id == number:
                return one
        known = f"from {self._entries[-1].id} to {self._entries[0].id}" if self._entries else "none"
        raise SpecificationError(f"The history has no entry {number}. There are: {known}.")

    def __repr__(self) -> str:
        """Return the entries as a table."""
        if not self._entries:
            return "Nothing has been done here yet."
        return table(self.COLUMNS, [entry.row() for entry in self._entries])


def write(cursor: DuckDBPyConnection, entry: Entry) -> None:
    """Append an entry, which gets the next number."""
    cursor.execute(
        "INSERT INTO hs.history_entries (id, kind, scenario, inputs, result, status, row_count, "
        "started_by, began_at, seconds) "
        "SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM hs.history_entries",
        [
            *(entry.kind, entry.scenario, json.dumps(entry.inputs), json.dumps(entry.result)),
            *(entry.status, entry.rows, entry.started_by, entry.began_at, entry.seconds),
        ],
    )


def read(
    cursor: DuckDBPyConnection,
    repeat: Callable[[Entry], Any],
    *,
    kind: str | None = None,
    scenario: str | None = None,
    status: str | None = None,
    started_by: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> History:
    """Return the entries that are asked for, newest first."""
    rows = cursor.execute(
        "SELECT id, kind, scenario, inputs, result, status, row_count, started_by, began_at, "
        "seconds FROM hs.history_entries "
        "WHERE ($kind IS NULL OR kind = $kind) AND ($scenario IS NULL OR scenario = $scenario) "
        "AND ($status IS NULL OR status = $status) AND ($by IS NULL OR started_by = $by) "
        "AND ($since IS NULL OR began_at::DATE >= $since) "
        "AND ($until IS NULL OR began_at::DATE <= $until) ORDER BY id DESC",
        {
            "kind": kind,
            "scenario": scenario,
            "status": status,
            "by": started_by,
            "since": since,
            "until": until,
        },
    ).fetchall()
    return History(
        [
            Entry(*(*row[:3], json.loads(row[3]), json.loads(row[4]), *row[5:], repeat))
            for row in rows
        ]
    )


def failure(error: BaseException) -> tuple[str, dict[str, Any]]:
    """Return how something ended that raised, and what it said."""
    if isinstance(error, KeyboardInterrupt):
        return STOPPED, {"said": "; ".join(getattr(error, "__notes__", ())) or "stopped"}
    kind = "" if isinstance(error, HealthsimError) else f"{type(error).__name__}: "
    return FAILED, {"said": f"{kind}{error}".strip()}


def _lacks(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_lacks, value.values()))
    return isinstance(value, str) and value.startswith(NOT_KEPT)


def _code(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {_code(part)}' for name, part in value.items())}}}"
    return "..." if _lacks(value) else repr(value)


def _said(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
