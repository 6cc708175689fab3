"""Every error of ours, so that one ``except`` catches them all and no other.

::

    HealthsimError(ValueError)
    ├── UnknownNameError          a name that does not exist: says the nearest, lists what does
    ├── SpecificationError        settings that cannot be: size, months, mix, dates, references
    │   └── RequestError          a sentence that could not be understood
    ├── TemplateError             a YAML file with problems: all of them, each with its path
    ├── InputError                data from elsewhere that cannot be read at all
    ├── RowError                  a row of the user's own that cannot be kept: names row and field
    ├── QueryError                a query that a scenario does not allow, or that fails
    ├── WorkspaceError            a database that cannot be opened or written
    │   ├── WorkspaceLockedError  open in another program
    │   ├── WorkspaceDamagedError not a database, or a broken one
    │   └── WorkspaceTooNewError  written by a later version
    ├── RunError                  a run that cannot be begun or taken up again
    │   ├── RunIdCollisionError   no number is left for a run of this second
    │   ├── CheckpointSaveError   a checkpoint that cannot be written
    │   └── CheckpointLoadError   one that is missing, damaged, of another run or a later version
    ├── ShareError                a file with a scenario in it that is not what it says
    └── ExportError               an output that cannot be written
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


SHORTEST = 3
"""Letters below which a part of a name says nothing."""


class HealthsimError(ValueError):
    """The root of every error of ours."""


class UnknownNameError(HealthsimError):
    """A name was asked for that does not exist."""

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
        """Return the error that names the nearest match and lists what exists."""
        return cls(unknown(kind, name, known))


class SpecificationError(HealthsimError):
    """Settings of a scenario that cannot be."""


class RequestError(SpecificationError):
    """A sentence that could not be understood, or only in part."""


class TemplateError(HealthsimError):
    """A template or condition file with problems."""


class RowError(HealthsimError):
    """A row of the user's own that cannot be kept.

    Parameters
    ----------
    said
        The sentence.
    table, row, field
        Where it is; rows count from 1. None if it is not about one.
    """

    def __init__(
        self,
        said: str,
        table: str | None = None,
        row: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(said)
        self.table, self.row, self.field = table, row, field


class InputError(HealthsimError):
    """Data from elsewhere that cannot be read at all: no such file, no table, not that format."""


class QueryError(HealthsimError):
    """A query that is not allowed on a scenario, or that fails."""


class WorkspaceError(HealthsimError):
    """A workspace that cannot be opened, read or written."""


class WorkspaceLockedError(WorkspaceError):
    """The workspace is open in another program."""


class WorkspaceDamagedError(WorkspaceError):
    """The file is not a DuckDB database, or a broken one."""


class WorkspaceTooNewError(WorkspaceError):
    """The workspace was written by a later version of this package."""


class RunError(HealthsimError):
    """A run that cannot be begun or taken up again."""


class RunIdCollisionError(RunError):
    """No number is left for another run of the same name, size and second."""


class CheckpointSaveError(RunError):
    """A checkpoint that cannot be written."""


class CheckpointLoadError(RunError):
    """A checkpoint that is missing, damaged, of something else or of a later version."""


class ShareError(HealthsimError):
    """A file with a scenario in it that is not what it says."""


class ExportError(HealthsimError):
    """An export that cannot be written."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that resembles ``name`` most, whole or in one of its words.

    >>> nearest("diabetis", ["diabetes-management", "asthma"])
    'diabetes-management'
    """
    folded = {_fold(k): k for k in known}
    wanted = _fold(name)
    found = get_close_matches(wanted, folded, n=1, cutoff=0.6)
    if found:
        return folded[found[0]]
    inside = [k for f, k in folded.items() if len(wanted) >= SHORTEST and wanted in f]
    if inside:
        return inside[0] if len(inside) == 1 else None
    words = {word: k for f, k in folded.items() for word in f.split("-")}
    close = get_close_matches(wanted, words, n=1, cutoff=0.75)
    return words[close[0]] if close else None


def _fold(name: str) -> str:
    return name.casefold().replace("_", "-").replace(" ", "-")


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence for a name that does not exist.

    >>> unknown("template", "diabetis", ["diabetes", "asthma"])
    "No template named 'diabetis'. Did you mean 'diabetes'? Known: asthma, diabetes."
    """
    names = sorted(known)
    near = nearest(name, names)
    hint = f" Did you mean '{near}'?" if near else ""
    return f"No {kind} named {name!r}.{hint} {listing(names)}"


def listing(names: list[str], most: int = 12) -> str:
    """Return ``Known: a, b.``, shortened when there are many."""
    if not names:
        return "There are none yet."
    shown = ", ".join(names[:most])
    rest = len(names) - most
    return f"Known: {shown}{f' and {rest} more' if rest > 0 else ''}."
