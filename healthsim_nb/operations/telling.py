"""What somebody who waits is told: how many patients are done, and about how far the next are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthsim_nb import simulation
from healthsim_nb.engine import pulse

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

PLAYED = 0.6
"""About the share of the work on patients that is done when their months are played."""


@dataclass
class Telling:
    """Tells of patients who are done, and meanwhile of a share of those who are being made.

    Telling also asks whether to go on: what is told may raise.
    """

    tell: Callable[[int], None] | None
    wanted: int
    """Patients who are to be made; 0: nobody knows, since they are looked for."""
    _done: int = 0
    _told: int = 0

    def done(self, patients: int) -> None:
        """Tell that so many are done."""
        self._done = patients
        self._tell(patients)

    def meanwhile(self) -> AbstractContextManager[None]:
        """Return what lets this hear, in the thread that waits, how far the months are."""
        return pulse.heard(self._between if self.tell else None)

    def _between(self, share: float) -> None:
        making = max(min(self.wanted - self._done, simulation.PART), 0)
        self._tell(self._done + int(PLAYED * share * making))

    def _tell(self, patients: int) -> None:
        self._told = max(self._told, patients)
        if self.tell:
            self.tell(self._told)
