"""What a notebook has open: one workspace, one scenario in use, the page last shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import healthsim_nb as hs
from healthsim_nb.errors import SpecificationError, WorkspaceError
from healthsim_nb.notebook import remembering

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from healthsim_nb import Page, Scenario, Workspace


class Session:
    """The workspace of one kernel.

    Nothing is opened before it is needed. Then it is the workspace that ``%hs open`` named, else
    the one that the notebook's own code has opened last, else the default file.

    Parameters
    ----------
    names
        The notebook's variables.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names
        self._workspace: Workspace | None = None
        self._ours = False
        self._used: str | None = None
        self._page: Page | None = None

    @property
    def opened(self) -> Workspace | None:
        """The workspace, if there is one."""
        if self._workspace is None or self._workspace.closed:
            self._workspace, self._ours = self._own(), False
        return self._workspace

    @property
    def workspace(self) -> Workspace:
        """The workspace; the default one is opened if there is none."""
        return self.opened or self.open()

    def open(self, path: str | None = None) -> Workspace:
        """Open a file, or take the workspace that a variable of the notebook holds."""
        named = self._names.get(path or "")
        other = named if isinstance(named, hs.Workspace) else None
        if other is not None and other.closed:
            raise WorkspaceError(
                f"{path} holds a workspace that is closed: open it with hs.open()."
            )
        new = other or (hs.open(path) if path else hs.open())
        self.leave()
        self._workspace, self._ours = new, other is None
        return self._workspace

    def close(self) -> None:
        """Close the workspace, whoever opened it, so that another program can open it."""
        remembering.flush()
        if self._page is not None:
            self._page.close()
        if self._workspace is not None:
            self._workspace.close()
        self._workspace = self._used = self._page = None

    def leave(self) -> None:
        """Close the workspace if it was opened here; the notebook's own stays open."""
        if not self._ours:
            self._workspace = None
        self.close()

    def use(self, scenario: Scenario) -> None:
        """Make a scenario the one that is spoken of."""
        self._used = scenario.name

    def scenario(self, name: object = None) -> Scenario:
        """Return the scenario of that name, else the one in use, else the newest."""
        if name:
            return self.workspace.scenario(str(name))
        found = self.in_use()
        if found is None:
            raise SpecificationError("There is no scenario yet: make one with %hs generate.")
        return found

    def in_use(self) -> Scenario | None:
        """Return the scenario in use: the one chosen or made last, else the newest."""
        known = [brief.name for brief in self.workspace.scenarios()]
        name = self._used if self._used in known else next(iter(known), None)
        return self.workspace.scenario(name) if name else None

    def cursor(self) -> DuckDBPyConnection:
        """Return a new cursor whose views show the scenario in use."""
        return self.workspace.cursor(self.in_use())

    def show(self, page: Page) -> Page:
        """Keep the page, so that its neighbours can be asked for."""
        if self._page is not None and self._page.source is not page.source:
            self._page.close()
        self._page = page
        return page

    @property
    def page(self) -> Page:
        """The page shown last."""
        if self._page is None:
            raise SpecificationError("There is no page yet: ask with %hs query.")
        return self._page

    def variables(self) -> list[str]:
        """Return the names of the notebook's variables that may be values of a query."""
        plain = (bool, int, float, str, date, Decimal, list, tuple, set)
        known = ((name, v) for name, v in self._names.items() if not name.startswith("_"))
        return [name for name, value in known if isinstance(value, plain)]

    def _own(self) -> Workspace | None:
        """Return the workspace that the notebook's code opened last."""
        values = reversed(self._names.values())
        return next((v for v in values if isinstance(v, hs.Workspace) and not v.closed), None)
