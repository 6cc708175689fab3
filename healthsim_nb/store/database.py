"""The database of a workspace: one instance a process and file, a cursor for each use."""

from __future__ import annotations

import atexit
import threading
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

import duckdb

from healthsim_nb.errors import SpecificationError, WorkspaceError
from healthsim_nb.schema.ddl import VARIABLE
from healthsim_nb.store import migrations
from healthsim_nb.store.backup import keep_copy
from healthsim_nb.store.desk.mending import lacking, mend, told
from healthsim_nb.store.refusals import damaged, refusal
from healthsim_nb.store.scenarios import remove_unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

MEMORY = ":memory:"

_open: dict[Path, Database] = {}
_all: WeakSet[Database] = WeakSet()
_threads: WeakKeyDictionary[duckdb.DuckDBPyConnection, int] = WeakKeyDictionary()
"""The thread that asked for each cursor."""
TRIES, TICK = 100, 0.02
"""How often a busy cursor is asked to end, and seconds between."""
_guard = threading.RLock()


@dataclass(eq=False)
class Database:
    """An open database. Make it with `open_database`, end it with `close`."""

    path: Path | None
    """None: in memory."""
    read_only: bool
    _connection: duckdb.DuckDBPyConnection
    _handles: int = 1
    _loads: int = 0
    _keeps_order: bool = True
    _cursors: WeakSet[duckdb.DuckDBPyConnection] = field(default_factory=WeakSet)

    @property
    def name(self) -> str:
        """The path as text, for messages."""
        return str(self.path) if self.path else MEMORY

    @property
    def closed(self) -> bool:
        """Whether every handle has been closed."""
        return self._handles == 0

    @property
    def alone(self) -> bool:
        """Whether this is the only handle that the program has on it."""
        return self._handles == 1

    def cursor(self, scenario: int | None = None) -> duckdb.DuckDBPyConnection:
        """Return a new cursor whose views show one scenario, or all.

        One cursor serves one call, widget or thread: a half-read result blocks its cursor, and two
        threads on one cursor lose results.
        """
        if self.closed:
            raise WorkspaceError(
                f"The workspace {self.name} is closed: open it again with hs.open()."
            )
        with _guard:
            cursor = self._connection.cursor()
            self._cursors.add(cursor)
            _threads[cursor] = threading.get_ident()
        if scenario is not None:
            cursor.execute(f"SET VARIABLE {VARIABLE} = {int(scenario)}")
        return cursor

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor in a transaction: all of it is kept, or nothing."""
        if self.read_only:
            raise WorkspaceError(
                f"The workspace {self.name} is open read-only: it cannot be changed."
            )
        with self.cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
                cursor.commit()
            except BaseException:
                _roll_back(cursor)
                raise

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Let rows of one insert arrive in any order meanwhile: it halves the time of a load."""
        # The setting is one for the whole instance, so the last load to end puts it back.
        with _guard:
            self._loads += 1
            if self._loads == 1:
                self._keeps_order = bool(self._setting("preserve_insertion_order"))
                self._connection.execute("SET preserve_insertion_order = false")
        try:
            yield
        finally:
            with _guard:
                self._loads -= 1
                if self._loads == 0 and not self.closed:
                    order = str(self._keeps_order).lower()
                    self._connection.execute(f"SET preserve_insertion_order = {order}")

    def close(self) -> None:
        """Close this handle; the last one closes the database and its cursors."""
        if self.release():
            # A cursor that is still open would keep the file locked.
            for cursor in list(self._cursors):
                _end(cursor)
            self._connection.close()

    def release(self) -> bool:
        """Give a handle back that was forgotten, and return whether it was the last.

        Cursors that somebody still holds go on; the file is free when they end.
        """
        with _guard:
            if self._handles == 0:
                return False
            self._handles -= 1
            if self._handles == 0 and self.path:
                _open.pop(self.path, None)
            return self._handles == 0

    def _setting(self, name: str) -> object:
        row = self._connection.execute(f"SELECT current_setting('{name}')").fetchone()
        return row[0] if row else None


def open_database(
    path: str | Path, *, now: datetime, read_only: bool = False, memory_limit: str | None = None
) -> Database:
    """Open a workspace's database, or make it; bring an older one up to date.

    Parameters
    ----------
    path
        The file; ``":memory:"`` for none.
    now
        When; it dates what is changed.
    read_only
        Whether other programs may read it at the same time.
    memory_limit
        The most memory that DuckDB takes, such as ``"4GB"``; it holds for the whole process.

    Raises
    ------
    WorkspaceError
        If it cannot be opened: locked, damaged, written by a later version, no such folder.
    """
    file = None if str(path) == MEMORY else Path(path).expanduser().resolve()
    with _guard:
        database = _shared(file, read_only) or _fresh(file, now=now, read_only=read_only)
    if memory_limit is not None:
        _limit(database, memory_limit)
    return database


def _shared(file: Path | None, read_only: bool) -> Database | None:
    """Return the instance that this process has of the file, with one handle more."""
    known = _open.get(file) if file else None
    if known is None:
        return None
    if known.path and not known.path.exists():
        raise WorkspaceError(
            f"{known.path} was removed while it was open here: close it before you open it again."
        )
    if known.read_only and not read_only:
        raise WorkspaceError(
            f"{known.path} is open read-only in this program: close it first to write to it."
        )
    known._handles += 1
    return known


def _fresh(file: Path | None, *, now: datetime, read_only: bool) -> Database:
    if file is None and read_only:
        raise WorkspaceError("A workspace in memory begins empty, so it cannot be read-only.")
    connection, copy = _connect(file, read_only)
    database = Database(file, read_only, connection)
    _all.add(database)
    try:
        lacked = _prepare(database, now)
    except BaseException:
        database.close()
        raise
    if copy is not None:
        warnings.warn(
            f"{file} was of an earlier version of healthsim_nb and was brought up to date; "
            f"as it was before it is kept in {copy.name}.",
            stacklevel=4,
        )
    if lacked:
        warnings.warn(told(database.name, lacked, mended=not read_only), stacklevel=4)
    if file:
        _open[file] = database
    return database


def _connect(file: Path | None, read_only: bool) -> tuple[duckdb.DuckDBPyConnection, Path | None]:
    """Open a database; one of an earlier version is copied first, and the copy returned, too."""
    if file is None:
        return duckdb.connect(MEMORY), None
    try:
        version = _examine(file) if file.exists() else 0
        earlier = 0 < version < migrations.known()[-1].version
        copy = keep_copy(file, version) if earlier and not read_only else None
        return duckdb.connect(str(file), read_only=read_only), copy
    except duckdb.Error as error:
        raise refusal(file, error) from None


def _examine(file: Path) -> int:
    """Return the schema that a file has, 0 if none; refuse what is not DuckDB's.

    `duckdb.connect` would fetch an extension for SQLite.
    """
    quoted = str(file).replace("'", "''")
    with duckdb.connect() as probe:
        try:
            probe.execute(f"ATTACH '{quoted}' AS probe (TYPE duckdb, READ_ONLY)")
        except duckdb.Error as error:
            # Open in this process without our knowledge: DuckDB shares it if it is in the same way.
            if "Unique file handle conflict" not in str(error):
                raise
            return 0
        try:
            found = probe.execute("SELECT max(version) FROM probe.hs.schema_migrations").fetchall()
        except duckdb.Error:
            return 0
        return int(found[0][0] or 0)


def _prepare(database: Database, now: datetime) -> list[str]:
    """Bring a database up to date, and return what it lacked."""
    with database.cursor() as cursor:
        try:
            version = migrations.version(cursor, database.name)
        except duckdb.Error as error:
            raise damaged(database.name, str(error)) from error
        if database.read_only:
            migrations.require_current(version, database.name)
            return list(lacking(cursor))
        migrations.migrate(cursor, version, now=now)
        lacked = mend(cursor)
        remove_unfinished(cursor)
        return lacked


def _limit(database: Database, memory_limit: str) -> None:
    quoted = memory_limit.replace("'", "''")
    try:
        with database.cursor() as cursor:
            cursor.execute(f"SET memory_limit = '{quoted}'")
    except duckdb.Error:
        database.close()
        raise SpecificationError(
            f"memory_limit is a number with a unit, such as '4GB' or '500MB'; got {memory_limit!r}."
        ) from None


@atexit.register
def _close_all() -> None:
    """Close what the program left open: DuckDB 2.0 complains on stderr about what survives it."""
    for database in list(_all):
        while not database.closed:
            database.close()


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    # A failed commit has ended the transaction already.
    try:
        cursor.rollback()
    except duckdb.Error:
        return


def interrupt(thread: int) -> None:
    """Stop what DuckDB does on the cursors of a thread; what has not begun yet goes on."""
    with _guard:
        cursors = [cursor for cursor, of in _threads.items() if of == thread]
    for cursor in cursors:
        with suppress(duckdb.Error):  # closed by now
            cursor.interrupt()


def _end(cursor: duckdb.DuckDBPyConnection) -> None:
    """Close a cursor; what it is busy with, for a widget perhaps, is stopped."""
    for _ in range(TRIES):
        try:
            cursor.close()
        except duckdb.Error:  # DuckDB 2 refuses to close what is busy
            cursor.interrupt()
            sleep(TICK)
        else:
            return
    cursor.close()
