"""How far work in a thread of ours is while somebody waits for it; and whether anybody still does.

The one who waits names a listener; the thread that works beats. A listener that raises ends the
wait, and the work stops at its next beat.
"""

from __future__ import annotations

from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
STEP = 0.2
"""Seconds between two looks."""


class Abandoned(BaseException):
    """Nobody waits for this work any more."""


@dataclass
class Pulse:
    """What the one who waits and the one who works share."""

    share: float = 0.0
    """How much of the work is done."""
    over: bool = False
    """Whether nobody waits any more."""


_listener: ContextVar[Callable[[float], None] | None] = ContextVar("listener", default=None)
_own: ContextVar[Pulse | None] = ContextVar("pulse", default=None)


@contextmanager
def heard(listener: Callable[[float], None] | None) -> Iterator[None]:
    """Let a function hear, while this thread waits, which share of a piece of work is done."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def waited(future: Future[T], pulse: Pulse) -> T:
    """Return the result of work; meanwhile the listener hears how far it is."""
    listener = _listener.get()
    while listener is not None and not future.done():
        wait([future], STEP)
        if not future.done():
            listener(pulse.share)
    return future.result()


def beating(pulse: Pulse, work: Callable[[], T]) -> T:
    """Do work whose beats are for this pulse."""
    token = _own.set(pulse)
    try:
        return work()
    finally:
        _own.reset(token)


def beat(share: float | None = None) -> None:
    """Tell which share is done, if anybody listens; `Abandoned` if nobody waits any more."""
    pulse = _own.get()
    if pulse is None:
        return
    if pulse.over:
        raise Abandoned
    if share is not None:
        pulse.share = share
