"""Remembers what is entered into widgets, so that it is there when the notebook is opened again."""

from __future__ import annotations

import atexit
import os
from contextlib import suppress
from pathlib import PurePath
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from IPython import get_ipython

from healthsim_nb.errors import HealthsimError

if TYPE_CHECKING:
    from healthsim_nb import Workspace

PAUSE = 0.5
"""Seconds in which changes gather before they are written."""
NAMELESS = "console"
"""The notebook's name where nobody says it."""
_all: WeakSet[Memory] = WeakSet()


class Memory:
    """What one widget of one notebook holds, kept in the workspace.

    Parameters
    ----------
    workspace
        Where it is kept.
    widget
        The widget's name in its notebook.
    notebook
        The notebook's name; left out: of the one that runs.
    """

    def __init__(self, workspace: Workspace, widget: str, notebook: str | None = None) -> None:
        self.widget = widget
        self.notebook = notebook or notebook_name()
        self._workspace = workspace
        self._pending: dict[str, Any] | None = None
        self._timer: Timer | None = None
        self._lock, self._writing = Lock(), Lock()
        _all.add(self)

    def recall(self) -> dict[str, Any]:
        """Return what was entered, by field; empty if nothing was."""
        return self._workspace.widget_inputs(self.notebook, self.widget)

    def keep(self, values: dict[str, Any]) -> None:
        """Keep what the widget holds now, soon: of many changes in a row the last is written."""
        with self._lock:
            self._pending = dict(values)
            if self._timer is None:
                self._timer = Timer(PAUSE, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what is still to be written. A widget works on where nothing can be kept."""
        # Whoever closes the workspace next waits for the timer that is writing.
        with self._writing:
            with self._lock:
                values, self._pending = self._pending, None
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
            if values is None or self._workspace.closed:
                return
            with suppress(HealthsimError):
                self._workspace.keep_widget_inputs(self.notebook, self.widget, values)


@atexit.register
def flush() -> None:
    """Write what every widget has still to write."""
    for memory in list(_all):
        memory.flush()


def notebook_name() -> str:
    """Return the file name of the notebook that runs, as JupyterLab or VS Code tells it."""
    shell = get_ipython()
    names = shell.user_ns if shell is not None else {}
    path = names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or ""
    return PurePath(str(path)).name or NAMELESS
