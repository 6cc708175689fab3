"""Runs something long beside the notebook's main thread, so that it shows how far it is and stops.

DuckDB 2 often ignores an interrupt that arrives while a statement runs in the main thread. Here the
main thread only waits: an interrupt reaches it at once, what DuckDB does for the work is stopped,
and the work ends at its next report.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from contextvars import copy_context
from threading import Event, get_ident
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")
Report = Callable[[int], None]
"""Called with how much is done."""
QUIET, STEP = 0.5, 0.1
"""Seconds before anything is shown, and between two looks."""
PATIENT = 3.0
"""Seconds before anything is shown of what seldom lasts."""


class Stopped(KeyboardInterrupt):
    """The user interrupted; raised inside the work, so that it undoes what it did."""


def run(
    work: Callable[[Report], T], show: Report, quiet: float | None = None, *, reads: bool = False
) -> T:
    """Do the work on a thread of its own and return what it returns.

    Parameters
    ----------
    work
        Takes a function, and calls it now and then with how much is done.
    show
        Called in this thread about ten times a second with what was last reported.
    quiet
        Seconds before it is called first; left out: half of one.
    reads
        Whether it only reads: then it is interrupted until it ends. What changes rows is
        interrupted once, so that it can undo what it did.

    Raises
    ------
    KeyboardInterrupt
        If the user interrupted, when the work has ended.
    """
    quiet = QUIET if quiet is None else quiet
    stop, last, began = Event(), [0], perf_counter()

    def report(done: int) -> None:
        last[0] = done
        if stop.is_set():
            raise Stopped

    thread: list[int] = []

    def begin() -> T:
        thread.append(get_ident())
        return work(report)

    future: Future[T] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="healthsim") as pool:
        try:
            future = pool.submit(copy_context().run, begin)
            while not future.done():
                wait([future], STEP)
                if not future.done() and perf_counter() - began > quiet:
                    show(last[0])
            return future.result()
        except KeyboardInterrupt as interrupt:
            stop.set()
            if future is not None:
                _end(future, thread, again=reads)
                _take_notes(interrupt, future)
            raise


def ask(work: Callable[[], T]) -> T:
    """Do what only reads and tells nothing of how far it is; an interrupt ends it."""
    return run(lambda _: work(), lambda _: None, reads=True)


def interrupt(thread: int) -> None:
    """Interrupt the statements that DuckDB runs on cursors of a thread."""
    database = sys.modules.get("healthsim_nb.store.database")  # loaded with the first workspace
    if database is not None:
        database.interrupt(thread)


def _end(future: Future[T], thread: list[int], *, again: bool) -> None:
    """Interrupt what DuckDB runs for the work; a statement that has not begun is missed."""
    while thread and not future.done():
        interrupt(thread[0])
        wait([future], STEP)
        if not again:
            return


def _take_notes(interrupt: KeyboardInterrupt, future: Future[T]) -> None:
    """Wait until the work has ended, and tell what it said of its end."""
    with suppress(CancelledError):
        error = future.exception()
        for note in getattr(error, "__notes__", ()):
            if note not in getattr(interrupt, "__notes__", ()):
                interrupt.add_note(note)
