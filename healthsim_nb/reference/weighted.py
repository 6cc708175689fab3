"""Picks rows in proportion to whole-number weights, with exact integer arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Weighted:
    """Groups of rows (cities of a state, names of a birth cohort), each with its weights.

    >>> table = Weighted.of([[1, 3], [5]])
    >>> table.pick(np.array([0, 0, 1]), np.array([0, 2**31, 7], dtype=np.uint32)).tolist()
    [0, 1, 0]
    """

    ends: I64
    """Weights added up over all rows, group after group."""
    before: I64
    """The sum of the groups before each group."""
    total: I64
    """The sum of each group."""
    first: I64
    """The row at which each group begins."""

    @classmethod
    def of(cls, groups: Sequence[Sequence[int]]) -> Weighted:
        """Return the table for one list of weights a group; a group's sum is below 2**32."""
        total = np.array([sum(group) for group in groups], dtype=np.int64)
        sizes = np.array([len(group) for group in groups], dtype=np.int64)
        weights = np.array([weight for group in groups for weight in group], dtype=np.int64)
        return cls(
            ends=weights.cumsum(),
            before=total.cumsum() - total,
            total=total,
            first=sizes.cumsum() - sizes,
        )

    def pick(self, group: NDArray[np.integer], bits: NDArray[np.uint32]) -> I64:
        """Return a row of each group, counted from 0 in the group, shape (n,).

        Parameters
        ----------
        group
            The group to pick from, shape (n,).
        bits
            Random bits, uniform on [0, 2**32), shape (n,).
        """
        share = (bits.astype(np.uint64) * self.total[group].astype(np.uint64)) >> np.uint64(32)
        place = self.before[group] + share.astype(np.int64)
        row: I64 = np.searchsorted(self.ends, place, side="right") - self.first[group]
        return row
