"""How far a long call is: a number that knows of how much it is, and when the rest will be done."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SOON = 1.0
"""Seconds after which the pace is known well enough to speak of the time left."""
TENS, MINUTE, HOUR = 10, 60, 3600


class Done(int):
    """What is done so far.

    It is a number like any other; ``.told`` says it in words, ``.left`` is the seconds left.
    """

    of: int | None
    """How much there is to do; None: nobody knows."""
    seconds: float
    """Since it began."""
    unit: str

    @classmethod
    def so_far(cls, done: int, of: int | None, seconds: float, unit: str) -> Done:
        """Return how far something is.

        >>> Done.so_far(250, 1000, 30.0, "patients").told
        '250 of 1,000 patients, about 2 min left'
        """
        made = cls(done)
        made.of, made.seconds, made.unit = of, seconds, unit
        return made

    @property
    def left(self) -> float | None:
        """Seconds until all is done, at the pace so far; None as long as nobody knows."""
        if self.of is None or self <= 0 or self.seconds < SOON:
            return None
        return max(self.of - self, 0) * self.seconds / self

    @property
    def told(self) -> str:
        """How far it is, and the time left, in words."""
        if self.of is None:
            return f"{int(self):,} {self.unit}"
        said = f"{min(int(self), self.of):,} of {self.of:,} {self.unit}"
        return said if self.left is None else f"{said}, {lasting(self.left)} left"


def counted(
    progress: Callable[[int], None] | None, of: int | None, unit: str = "patients"
) -> Callable[[int], None] | None:
    """Return what tells ``progress`` how far it is of how much; None if nobody wants to know."""
    if progress is None:
        return None
    began = perf_counter()
    return lambda done: progress(Done.so_far(int(done), of, perf_counter() - began, unit))


def stepped(progress: Callable[[int], None] | None, unit: str) -> Callable[[int, int], None] | None:
    """Return what tells ``progress`` how many steps are done of how many."""
    if progress is None:
        return None
    began = perf_counter()
    return lambda done, of: progress(Done.so_far(done, of, perf_counter() - began, unit))


def questions(
    progress: Callable[[int, int], None] | None,
) -> Callable[[int, int], None] | None:
    """Return what tells ``progress`` how many questions are asked of how many."""
    if progress is None:
        return None
    began = perf_counter()
    return lambda done, of: progress(
        Done.so_far(done, of, perf_counter() - began, "questions asked"), of
    )


def lasting(seconds: float) -> str:
    """Return a time that is left, as one would say it.

    >>> lasting(0.4), lasting(42), lasting(100), lasting(7300)
    ('a second', 'about 40 s', 'about 2 min', 'about 2 h')
    """
    if round(seconds) <= 1:
        return "a second"
    if seconds < MINUTE:
        return f"about {seconds if seconds < TENS else round(seconds, -1):.0f} s"
    if seconds < HOUR:
        return f"about {seconds / MINUTE:.0f} min"
    return f"about {seconds / HOUR:.0f} h"
