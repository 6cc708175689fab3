"""The only place that knows jupysql: ``%sql`` on the workspace of the notebook.

jupysql takes a second to import and has not been tested by its makers with DuckDB 2, so it is
loaded when ``%sql`` is first used, and what it needs from DuckDB is given by two small classes: a
connection that cannot close or commit ours, and a cursor (``shared.py``) that loses no row. What
it offers inside is not a public interface: the version is pinned, and if something has changed,
``%sql`` says so and ``%hs`` works on.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import duckdb
from IPython.core.error import UsageError
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from IPython.utils.capture import capture_output

from healthsim_nb.errors import HealthsimError
from healthsim_nb.notebook.shared import SharedCursor

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

ALIAS = "healthsim"
Cursor = Callable[[], duckdb.DuckDBPyConnection]

_DRIVER = "Original error message from DB driver:"
"""Above it jupysql guesses, below it DuckDB speaks."""
LIVE = (
    "Without autopandas jupysql shows the text of cells as live HTML: do so only with data that you"
    " trust. %config SqlMagic.autopandas = True brings data frames back."
)
NEEDS = "%sql needs jupysql 0.11 ({}). %hs query and %%hs query work without it."


class SharedConnection:
    """The workspace as a connection: each cursor is new and bound to the scenario in use."""

    def __init__(self, cursor: Cursor, frames: dict[str, Any]) -> None:
        self._new = cursor
        self._frames = frames

    def cursor(self) -> SharedCursor:
        """Return a new cursor."""
        return SharedCursor(self._new(), self._frames)

    def commit(self) -> None:
        """Leave the user's transaction as it is."""

    def rollback(self) -> None:
        """Leave the user's transaction as it is."""

    def close(self) -> None:
        """Leave the workspace open: ``%hs close`` closes it."""

    def df(self) -> None:
        """Say to jupysql that this is DuckDB: it looks for this name and the next."""

    pl = df


def connect(shell: Any, cursor: Cursor) -> Any:
    """Load jupysql, make the workspace its connection unless the user has chosen another.

    Returns
    -------
    function
        What jupysql has registered as ``%sql``.
    """
    with capture_output():  # it reports which configuration files it looked for
        shell.extension_manager.load_extension("sql")
    from sql._current import _get_sql_magic
    from sql.connection import ConnectionManager, DBAPIConnection

    magic = _get_sql_magic()
    # 'feedback' and 'displaycon': no "Running query in …" above every result;
    # 'named_parameters': 12:30 and ::casts are not parameters; 'autopandas': all rows, escaped
    magic.feedback, magic.displaycon = 0, False
    magic.named_parameters, magic.autopandas = "disabled", True
    magic.observe(_warn_of_html, names=["autopandas", "autopolars"])
    chosen = ConnectionManager.current
    ours = DBAPIConnection(SharedConnection(cursor, shell.user_ns), alias=ALIAS, config=magic)
    ConnectionManager.current = chosen or ours
    atexit.register(leave)  # before jupysql's own, which would tell that it closes us
    return magic.execute


def _warn_of_html(change: Any) -> None:
    """Tell what comes of turning data frames off."""
    if not (change.owner.autopandas or change.owner.autopolars):
        sys.stderr.write(f"{LIVE}\n")


@magics_class
class SqlMagics(Magics):
    """``%sql``, which loads jupysql when it is first used and tells errors in DuckDB's words."""

    shell: Any

    def __init__(self, shell: InteractiveShell, cursor: Cursor) -> None:
        super().__init__(shell)
        self._new = cursor
        self._execute: Any = None

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def sql(
        self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None
    ) -> Any:
        """Run SQL on the scenario in use (jupysql; its options work as usual)."""
        if self._execute is None:
            try:
                self._execute = connect(self.shell, self._new)
            except (ImportError, AttributeError, TypeError) as problem:
                raise UsageError(NEEDS.format(problem)) from None
            self.shell.register_magics(self)
        try:
            return self._execute(line, cell or "", local_ns=local_ns)
        except (UsageError, HealthsimError, duckdb.Error) as problem:
            raise UsageError(str(problem).rpartition(_DRIVER)[2].strip()) from None


def share(shell: InteractiveShell, cursor: Cursor) -> None:
    """Let ``%sql`` work on the workspace, from its first use on."""
    shell.register_magics(SqlMagics(shell, cursor))


def leave() -> None:
    """Take the workspace away from jupysql, if it has it."""
    manager = getattr(sys.modules.get("sql.connection"), "ConnectionManager", None)
    if manager is None:
        return
    manager.connections.pop(ALIAS, None)
    if getattr(manager.current, "alias", None) == ALIAS:
        manager.current = None
