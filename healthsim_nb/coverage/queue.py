"""Lines whose shares wait for others: for their turn, or for the payer before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.wavefront import later

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.wavefront import Limits, Services, Shares

    I64 = NDArray[np.int64]

SHARES = ("deductible", "copay", "coinsurance", "paid", "before")


@dataclass(frozen=True, eq=False)
class Followers:
    """Lines of later payers that look at nothing but what the payer before left."""

    line: I64
    """Filed lines."""
    before: I64
    """The filed lines of the payer before."""
    allowed: I64
    method: NDArray[np.integer]

    def fill(self, shares: I64) -> None:
        """Fill in their shares, shape (5, l), once those of the payer before are there."""
        before = shares[:, self.before]
        pays, owes = later(before, self.allowed, self.method, (before[3], before[3]))
        none = np.zeros_like(owes)
        shares[:, self.line] = owes, none, none, pays, before[3] + before[4]


@dataclass(frozen=True, eq=False)
class Queue:
    """Lines that wait for their turn, and what became of those that do not."""

    settled: I64
    """Deductible, copay, coinsurance, paid, paid before of each filed line, shape (5, l)."""
    followers: Followers
    line: I64
    """Filed lines that wait: the first of the services. The others take some of them back."""
    services: Services
    limits: Limits
    household: I64
    """Of each service."""
    when: I64
    """Order of the services: the days since 1970, each so many long, and the filing."""
    a_day: int

    def priced(self, shares: Shares) -> tuple[I64, I64]:
        """Fill in what became of the services, and return all, and where visits ran out.

        Parameters
        ----------
        shares
            What became of the services.
        """
        n = len(self.line)
        for row, name in zip(self.settled, SHARES, strict=True):
            row[self.line] = getattr(shares, name)[:n]
        self.followers.fill(self.settled)
        return self.settled, self.line[shares.refused[:n]]
