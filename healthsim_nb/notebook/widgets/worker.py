"""A thread of a widget's own, so that the notebook stays free and what lasts can be ended."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Lock, Thread, get_ident
from typing import TYPE_CHECKING, TypeVar

from healthsim_nb.notebook import background

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
LAST = 2.0
"""Seconds that what was ended may take to end."""
STEP = 0.05
"""Seconds between two tries to end a statement; one that has not begun is missed."""


@dataclass(eq=False)
class Job:
    """Something that a worker does or will do."""

    kind: str
    future: Future = field(default_factory=Future)
    dropped: bool = False
    """Nobody waits for it any more."""


class Worker:
    """Does one thing after the other on one thread, to which all of its cursors belong.

    Parameters
    ----------
    failed
        Takes what a job raised that nobody waits for.
    """

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="healthsim-widget")
        self._failed, self._guard = failed, Lock()
        self._jobs: list[Job] = []
        self._now: tuple[Job, int] | None = None

    def ask(self, kind: str, work: Callable[[Job], object]) -> Job:
        """Do the work soon; what was asked before of the same kind is dropped or ended."""
        self.end(kind)
        job = self._begun(kind, work)
        job.future.add_done_callback(lambda future: self._ended(job, future))
        return job

    def do(self, work: Callable[[], T]) -> T:
        """Do the work and return what it returns; an interrupt ends it."""
        job = self._begun("", lambda _: work())
        try:
            found: T = job.future.result()
        except KeyboardInterrupt:
            self._drop(job)
            wait([job.future])
            raise
        return found

    def end(self, kind: str | None = None) -> bool:
        """Drop and end what was asked for, of one kind or all, and return whether there was any."""
        jobs = [job for job in self._jobs if kind in (None, job.kind) and not job.future.done()]
        for job in jobs:
            self._drop(job)
        return bool(jobs)

    def close(self) -> None:
        """End everything, and the thread."""
        self.end()
        now = self._now
        # A widget that is forgotten may be cleared away on any thread, this one too.
        if now is None or now[1] != get_ident():
            wait([job.future for job in self._jobs], LAST)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begun(self, kind: str, work: Callable[[Job], object]) -> Job:
        job = Job(kind)
        job.future = self._pool.submit(copy_context().run, self._do, job, work)
        self._jobs = [*(other for other in self._jobs if not other.future.done()), job]
        return job

    def _do(self, job: Job, work: Callable[[Job], object]) -> object:
        with self._guard:
            self._now = (job, get_ident())
        try:
            return None if job.dropped else work(job)
        finally:
            with self._guard:
                self._now = None

    def _drop(self, job: Job) -> None:
        job.dropped = True
        if not job.future.cancel():
            Thread(target=self._press, args=(job,), daemon=True).start()

    def _press(self, job: Job) -> None:
        """Interrupt what DuckDB does for a job until it has ended, and for no other one."""
        while not job.future.done():
            with self._guard:
                if self._now is not None and self._now[0] is job:
                    background.interrupt(self._now[1])
            wait([job.future], STEP)

    def _ended(self, job: Job, future: Future) -> None:
        if job.dropped or future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self._failed(error)
