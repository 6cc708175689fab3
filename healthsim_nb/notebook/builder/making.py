"""Makes what a form asks for beside the main thread, tells how far it is, and stops if asked to."""

from __future__ import annotations

from contextvars import copy_context
from threading import Event, Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import HealthsimError
from healthsim_nb.notebook.background import Stopped
from healthsim_nb.notebook.generation import told_of
from healthsim_nb.operations.noting import started_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from healthsim_nb import Scenario, Workspace
    from healthsim_nb.notebook.builder.form import Asked

BEAT = 0.1
"""Seconds between two reports."""
STOPPED = "Stopped: nothing was kept."


class Making:
    """The one population that a builder makes at a time.

    Parameters
    ----------
    tell
        Takes what the browser is told.
    made
        Called with each scenario that is made.
    """

    def __init__(
        self,
        workspace: Workspace,
        tell: Callable[[dict[str, Any]], None],
        made: Callable[[Scenario], None] | None,
    ) -> None:
        self._workspace, self._tell, self._made = workspace, tell, made
        self._stop, self._last = Event(), 0.0
        self._thread: Thread | None = None
        self.scenario: Scenario | None = None

    @property
    def running(self) -> bool:
        """Whether one is being made."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, asked: Asked, name: str) -> None:
        """Begin to make what is asked for, unless something is being made."""
        if self.running:
            return
        self._stop.clear()
        run = copy_context().run
        self._thread = Thread(target=run, args=(self._make, asked, name), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let it end at its next report; nothing is kept."""
        self._stop.set()

    def wait(self) -> None:
        """Wait until it has ended."""
        if self._thread is not None:
            self._thread.join()

    def _make(self, asked: Asked, name: str) -> None:
        began = perf_counter()
        settings: dict[str, Any] = {**asked.settings, **({"name": name} if name else {})}
        self._tell({"kind": "progress", "done": 0, "of": 0, "told": "Getting ready"})
        try:
            with started_by("widget"):
                made = self._workspace.generate(asked.what, **settings, progress=self._progress)
        except Stopped:
            self._tell({"kind": "ended", "told": STOPPED})
        except HealthsimError as error:
            self._tell({"kind": "ended", "told": str(error), "failed": True})
        else:
            self._keep(made, perf_counter() - began)

    def _keep(self, made: Scenario, seconds: float) -> None:
        self.scenario = made
        if self._made is not None:
            self._made(made)
        brief = made.brief
        told = f"{brief.patients:,} patients, {brief.rows:,} rows, {seconds:.1f} s"
        self._tell({"kind": "ended", "made": brief.name, "told": told})

    def _progress(self, done: int) -> None:
        if self._stop.is_set():
            raise Stopped
        now = perf_counter()
        if now - self._last > BEAT:
            self._last = now
            so_far, of, words = told_of(done)
            self._tell({"kind": "progress", "done": so_far, "of": of, "told": words})
