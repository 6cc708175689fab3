"""Work beside the notebook's main thread of which only the newest counts."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from threading import Event, Lock, Thread
from typing import Any

Check = Callable[[Any], None]
"""Called now and then by the work; it raises `Stale` when something newer is wanted."""


class Stale(BaseException):
    """Something newer was asked for; nobody waits for this any more."""


class Latest:
    """Does one thing at a time, and of what is asked meanwhile only the newest."""

    def __init__(self) -> None:
        self._guard, self._turn = Lock(), Lock()
        self._newest: Event = Event()
        self._thread: Thread | None = None

    def ask(self, work: Callable[[Check], None], pause: float = 0.0) -> None:
        """Do the work soon; what was asked before is dropped, or stops at its next check.

        Parameters
        ----------
        work
            Takes a function to call now and then with anything.
        pause
            Seconds in which nothing else may be asked before it begins.
        """
        old = Event()
        with self._guard:
            self._newest.set()
            self._newest = old
            run = copy_context().run
            self._thread = Thread(target=run, args=(self._do, work, old, pause), daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Let go of all that was asked."""
        self._newest.set()

    def wait(self) -> None:
        """Wait until the newest is done; for tests."""
        if self._thread is not None:
            self._thread.join()

    def _do(self, work: Callable[[Check], None], old: Event, pause: float) -> None:
        def check(_: object) -> None:
            if old.is_set():
                raise Stale

        if old.wait(pause):
            return
        with self._turn:
            try:
                check(None)
                work(check)
            except Stale:
                pass
