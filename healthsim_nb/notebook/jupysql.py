"""The only place that knows jupysql: ``%sql`` on the workspace of the notebook.

jupysql takes a second to import and has not been tested by its makers with DuckDB 2, so it is
loaded when ``%sql`` is first used, and what it needs from DuckDB is given by the two small classes
below: a connection that cannot close or commit ours, and a cursor that returns every row of
statements that jupysql would cut short. What it offers inside is not a public interface: the
version is pinned, and if something has changed, ``%sql`` says so and ``%hs`` works on.
"""

from __future__ import annotations

import atexit
import re
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
from healthsim_nb.words import parameters

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

ALIAS = "healthsim"
Cursor = Callable[[], duckdb.DuckDBPyConnection]

_READS = ("summarize", "describe", "desc ", "show", "values", "table ", "explain")
"""Statements that jupysql reads two rows of and does not run again for the rest."""
_DRIVER = "Original error message from DB driver:"
"""Above it jupysql guesses, below it DuckDB speaks."""
NO_VARIABLE = "assign it in the notebook"
NEEDS = "%sql needs jupysql 0.11 ({}). %hs query and %%hs query work without it."
_NO_TABLE = re.compile(r"Table with name (\w+) does not exist")


class SharedCursor:
    """One DuckDB cursor, as jupysql wants it."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, frames: dict[str, Any]) -> None:
        self._cursor = cursor
        self._frames = frames
        self._sql = ""
        self._values: tuple[Any, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, sql: str, *values: Any) -> SharedCursor:
        """Run a statement; tables that do not exist may be data frames of the notebook.

        ``$name`` and ``{name}`` are the notebook's variables, bound as values.
        """
        self._sql, names = parameters.dollars(sql)
        if names and not values:
            values = (parameters.values(names, self._frames, NO_VARIABLE),)
        self._values = values
        while True:
            try:
                self._cursor.execute(self._sql, *values)
            except duckdb.CatalogException as problem:
                if not self._lend(problem):
                    raise
            else:
                return self

    def df(self) -> Any:
        """Return every row as a DataFrame."""
        if self._sql.lstrip().lower().startswith(_READS):
            self._cursor.execute(self._sql, *self._values)
        return self._cursor.df()

    def _lend(self, problem: duckdb.Error) -> bool:
        """Register the data frame that a statement speaks of; False: there is none of that name."""
        found = _NO_TABLE.search(str(problem))
        name = found[1] if found else ""
        frame = self._frames.get(name)
        if not hasattr(frame, "__dataframe__") and not hasattr(frame, "__arrow_c_stream__"):
            return False
        self._cursor.register(name, frame)
        return True


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
    chosen = ConnectionManager.current
    ours = DBAPIConnection(SharedConnection(cursor, shell.user_ns), alias=ALIAS, config=magic)
    ConnectionManager.current = chosen or ours
    atexit.register(leave)  # before jupysql's own, which would tell that it closes us
    return magic.execute


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
