"""A copy of a file as it was before it is brought up to date."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from healthsim_nb.errors import WorkspaceError

if TYPE_CHECKING:
    from pathlib import Path

LOG = ".wal"
"""DuckDB's log of what is not in the file yet: it belongs to it."""


def keep_copy(file: Path, version: int) -> Path:
    """Copy a file that nobody has open beside itself, and return the copy.

    Parameters
    ----------
    file
        A workspace; in its own process it must not be open, or its lock is lost.
    version
        The schema it has, for the name of the copy: ``study.duckdb.schema-1.bak``.

    Raises
    ------
    WorkspaceError
        If there is no room: then nothing was changed.
    """
    first = file.with_name(f"{file.name}.schema-{version}.bak")
    others = (first.with_name(f"{first.name}-{n}") for n in range(2, 10_000))
    copy = first if not first.exists() else next(path for path in others if not path.exists())
    log = file.with_name(file.name + LOG)
    partial = copy.with_name(f".{copy.name}.partial")
    try:
        shutil.copy2(file, partial)
        if log.exists():
            shutil.copy2(log, copy.with_name(copy.name + LOG))
        partial.replace(copy)
    except OSError as error:
        partial.unlink(missing_ok=True)
        why = error.strerror or str(error)
        raise WorkspaceError(
            f"{file} is of an earlier version and would be brought up to date, but a copy of it "
            f"cannot be kept first ({why}): it was left as it is."
        ) from None
    return copy
