"""A workspace in a notebook: its widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from healthsim_nb.workspace.handle import Handle

if TYPE_CHECKING:
    from healthsim_nb.notebook.browser import Browser
    from healthsim_nb.notebook.builder import Builder
    from healthsim_nb.workspace import Workspace


class Showing(Handle):
    """A workspace in a notebook: its widgets."""

    def builder(self, what: str | None = None, *, name: str = "builder") -> Builder:
        """Return the cohort builder, a form for a notebook; `.scenario` is what it made last.

        Parameters
        ----------
        what
            What it begins with: a template's id, a request or a specification as YAML. Left out:
            as it was left in this notebook.
        name
            Under which what is entered is kept for this notebook.
        """
        from healthsim_nb.notebook.builder import Builder

        return Builder(cast("Workspace", self), what, name=name)

    def browser(self, *, name: str = "browser") -> Browser:
        """Return the browser of scenarios, history and rules, for a notebook.

        Parameters
        ----------
        name
            Under which what is chosen in it is kept for this notebook.
        """
        from healthsim_nb.notebook.browser import Browser

        return Browser(cast("Workspace", self), name=name)
