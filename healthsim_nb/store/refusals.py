"""Turns what DuckDB says about a file that it does not open into a sentence with a way out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healthsim_nb.errors import (
    WorkspaceDamagedError,
    WorkspaceError,
    WorkspaceLockedError,
    WorkspaceTooNewError,
)

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_REASON = re.compile(r'Cannot open file "[^"]*": (.+)')
_STORAGE = re.compile(r"version number (\d+), but we can only read versions between \d+ and (\d+)")


def refusal(path: Path, error: duckdb.Error) -> WorkspaceError:
    """Return the error of ours for an error of DuckDB on opening ``path``."""
    said = str(error)
    if "lock" in said and "Conflicting" in said:
        return WorkspaceLockedError(_locked(path, said))
    if "different configuration" in said or "Unique file handle conflict" in said:
        return WorkspaceLockedError(
            f"{path} is open in this program already, in another way (read-only or with other "
            "settings): close it there first, or open it in the same way."
        )
    newer = _STORAGE.search(said)
    if newer:
        return WorkspaceTooNewError(
            f"{path} was written by a later version of DuckDB (storage {newer[1]}, this one reads "
            f'up to {newer[2]}): upgrade it with pip install --upgrade "duckdb<3".'
        )
    if "not a valid DuckDB database" in said:
        return WorkspaceDamagedError(
            f"{path} is not a DuckDB database: open another file, or begin one under a new name."
        )
    if "read-only mode: database does not exist" in said:
        return WorkspaceError(f"{path} does not exist, so it cannot be opened read-only.")
    return _unreadable(path, said)


def damaged(path: Path | str, said: str) -> WorkspaceDamagedError:
    """Return the error for a database that is broken, with DuckDB's own words."""
    first = said.strip().partition("\n")[0].rstrip(".")
    return WorkspaceDamagedError(
        f"{path} is a damaged database: take a copy from before, or begin a new workspace under "
        f"another name. DuckDB says: {first}."
    )


def _locked(path: Path, said: str) -> str:
    holder = _HOLDER.search(said)
    who = f" (process {holder['pid']}: {holder['program']})" if holder else ""
    shared = "read-only mode" in said
    way = "read-only here too: hs.open(path, read_only=True)" if shared else "both read-only"
    return (
        f"{path} is open in another program{who}, probably another notebook. Do one of: close it "
        f"there with ws.close() or by stopping its kernel; work on a copy of the file; open it "
        f"{way}."
    )


def _unreadable(path: Path, said: str) -> WorkspaceError:
    if path.is_dir():
        return WorkspaceError(
            f"{path} is a folder: name a file in it, such as {path / 'study.duckdb'}."
        )
    if not path.parent.is_dir():
        return WorkspaceError(f"{path} cannot be made: there is no folder {path.parent}.")
    reason = _REASON.search(said)
    if reason:
        return WorkspaceError(f"{path} cannot be opened: {reason[1].strip().lower()}.")
    return damaged(path, said)
