"""What is left of the accounts of members and families: medical claims and drugs may share them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]
    Index = NDArray[np.intp]

DUE, ROOM = range(2)
"""Columns: what is left of the deductible, and of the out-of-pocket maximum."""


@dataclass(frozen=True, eq=False)
class Balances:
    """What is left of deductibles and maxima, in cents: counted down as claims are decided."""

    member: I64
    """By the member's account, shape (members, 2)."""
    family: I64
    """By the family's account, shape (families, 2)."""

    @classmethod
    def of(cls, deductible: I64, most: I64, family_deductible: I64, family_most: I64) -> Balances:
        """Return what is left before anything was decided."""
        return cls(
            np.stack([deductible, most], axis=1),
            np.stack([family_deductible, family_most], axis=1),
        )


def cut(parts: I64, at: Index, over: I64) -> None:
    """Take what is beyond a maximum from coinsurance, then copay, then deductible.

    Parameters
    ----------
    parts
        Deductible, copay, coinsurance and others, shape (3 or more, n).
    at, over
        Of which there is too much, and how much.
    """
    for row in (2, 1, 0):
        less = np.minimum(over, parts[row][at])
        parts[row][at] -= less
        over = over - less
