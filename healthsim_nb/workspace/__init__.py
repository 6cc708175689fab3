"""What ``hs.open()`` returns: one DuckDB file, its scenarios, and the way to make more."""

from __future__ import annotations

from pathlib import Path

from healthsim_nb.operations import checkpointing
from healthsim_nb.store.database import open_database
from healthsim_nb.workspace.making import Making
from healthsim_nb.workspace.remembering import Remembering
from healthsim_nb.workspace.ruling import Ruling
from healthsim_nb.workspace.showing import Showing

__all__ = ["DEFAULT", "Workspace", "open"]

DEFAULT = "healthsim.duckdb"


class Workspace(Making, Remembering, Showing, Ruling):
    """One DuckDB file with scenarios. Made by ``hs.open()``; a context manager that closes it."""


def open(  # noqa: A001 - hs.open()
    path: str | Path = DEFAULT,
    *,
    read_only: bool = False,
    memory_limit: str | None = None,
    library: str | Path | None = None,
) -> Workspace:
    """Open a workspace, or begin one.

    Parameters
    ----------
    path
        Its DuckDB file; ``":memory:"`` for one that ends with the program.
    read_only
        True: other programs may read the file at the same time, and nothing can be changed.
    memory_limit
        The most memory that DuckDB takes, such as ``"4GB"``; else four fifths of the machine's.
    library
        A folder with conditions, templates and codes of your own, laid out as ``references/`` is.

    Raises
    ------
    WorkspaceError
        If the file cannot be opened: open in another program, damaged, of a later version.
    """
    own = Path(library) if library is not None else None
    database = open_database(
        path, now=Workspace._now(), read_only=read_only, memory_limit=memory_limit
    )
    if database.alone:
        checkpointing.sweep(database)
    return Workspace(database, own)
