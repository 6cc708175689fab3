"""The file that is open, and what all parts of a workspace use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self, cast
from weakref import finalize

from healthsim_nb.engine.progress import counted
from healthsim_nb.errors import UnknownNameError, WorkspaceError
from healthsim_nb.operations.growing import grow
from healthsim_nb.scenario import Scenario
from healthsim_nb.schema import scenario_tables, tables
from healthsim_nb.schema.dictionary import Dictionary, entries
from healthsim_nb.store import registry
from healthsim_nb.templates.library import load as load_library

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    import duckdb

    from healthsim_nb.operations.growing import Growth
    from healthsim_nb.store.database import Database
    from healthsim_nb.store.registry import Brief
    from healthsim_nb.templates.library import Library
    from healthsim_nb.workspace import Workspace


class Handle:
    """The file that is open, and what all parts of a workspace use."""

    def __init__(self, database: Database, library: Path | None = None) -> None:
        self._database = database
        self._own_library = library
        # A workspace that is forgotten, as when its cell is run again, must not keep the file.
        self._forgotten = finalize(self, database.release)
        self._forgotten.atexit = False

    @property
    def name(self) -> str:
        """Where it is."""
        return self._database.name

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return not self._forgotten.alive or self._database.closed

    def scenarios(
        self,
        search: str | None = None,
        tag: str | None = None,
        *,
        template: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> list[Brief]:
        """Return the scenarios, newest first.

        Parameters
        ----------
        search
            A text in the name, description, request, template or a tag.
        tag, template
            Only those with this tag, of this template.
        since, until
            Only those made from this day on, up to this day.
        """
        with self.cursor() as cursor:
            return registry.briefs(
                cursor, search=search, tag=tag, template=template, since=since, until=until
            )

    def scenario(self, name: str) -> Scenario:
        """Return the scenario of that name, or the only one near it.

        Raises
        ------
        UnknownNameError
            If there is none, or several: the message lists them.
        """
        with self.cursor() as cursor:
            brief = registry.find(cursor, name)
        return self._handle(brief.id, brief.name)

    def tables(self) -> list[str]:
        """Return the names of the tables that a scenario has."""
        return list(scenario_tables())

    def dictionary(self, table: str | None = None) -> Dictionary:
        """Return what the columns of a table, or of all, mean."""
        if table is not None and table not in tables():
            raise UnknownNameError.of("table", table, tables())
        return Dictionary(tuple(e for e in entries() if table in (None, e.table)))

    def cursor(self, scenario: Scenario | None = None) -> duckdb.DuckDBPyConnection:
        """Return a new DuckDB cursor whose views show one scenario, or all.

        It is yours: it may read and write anything in the file. Close it when you are done.
        """
        return self._use().cursor(scenario.id if scenario else None)

    def close(self) -> None:
        """Close the file, so that another program can open it."""
        if self._forgotten.detach():
            self._database.close()

    def __enter__(self) -> Self:
        """Return the workspace."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Return where it is and how much it holds."""
        if self.closed:
            return f"Workspace {self.name}, closed"
        count = len(self.scenarios())
        return f"Workspace {self.name}, {count} scenario{'' if count == 1 else 's'}"

    def _one(self, scenario: Scenario | str) -> Scenario:
        return self.scenario(scenario) if isinstance(scenario, str) else scenario

    def _grow(
        self, change: Growth, *, workers: int | None, progress: Callable[[int], None] | None
    ) -> None:
        database, library = self._use(), self._library()
        tell = counted(progress, change.made.n - change.first)
        grow(database, change, library, clock=self._now, workers=workers, progress=tell)

    def _handle(self, number: int, name: str) -> Scenario:
        return Scenario(cast("Workspace", self), number, name)

    def _library(self) -> Library:
        return load_library(self._own_library)

    def _use(self) -> Database:
        if self.closed:
            raise WorkspaceError(
                f"The workspace {self.name} is closed: open it again with hs.open()."
            )
        return self._database

    @staticmethod
    def _now() -> datetime:
        """Return the time on the user's clock."""
        return datetime.now(UTC).astimezone().replace(tzinfo=None)
