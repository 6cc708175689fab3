"""Picks rows of long tables in a fixed time each, by Walker's alias method in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from healthsim_nb.reference.weighted import Weighted

_WHOLE = 1 << 32


@dataclass(frozen=True)
class Alias:
    """Groups of rows, each with its weights; made for many picks.

    >>> table = Alias.of([[1, 3], [5]])
    >>> table.pick(np.array([0, 0, 1]), np.array([0, 2**31, 7], dtype=np.uint32)).tolist()
    [0, 1, 0]

    References
    ----------
    Vose, A linear algorithm for generating random numbers with a given distribution, 1991.
    """

    own: NDArray[np.uint64]
    """Below that part of 2**32 a slot means its own row, otherwise the other one."""
    other: NDArray[np.int64]
    first: NDArray[np.int64]
    """The slot at which each group begins."""
    size: NDArray[np.uint64]

    @classmethod
    def of(cls, groups: Sequence[Sequence[int]]) -> Alias:
        """Return the table for one list of weights a group."""
        slots = [_slots(weights) for weights in groups]
        size = np.array([len(weights) for weights in groups])
        return cls(
            own=np.array([own for pair in slots for own in pair[0]], dtype=np.uint64),
            other=np.array([other for pair in slots for other in pair[1]], dtype=np.int64),
            first=np.cumsum(size) - size,
            size=size.astype(np.uint64),
        )

    def pick(self, group: NDArray[np.integer], bits: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return a row of each group, counted from 0 in the group, shape (n,)."""
        spread = bits * self.size[group]
        slot = (spread >> np.uint64(32)).astype(np.int64)
        at = self.first[group] + slot
        keeps = (spread & np.uint64(_WHOLE - 1)) < self.own[at]
        row: NDArray[np.int64] = np.where(keeps, slot, self.other[at])
        return row


def weights_of(table: Weighted) -> list[list[int]]:
    """Return the weights of each group of a table."""
    weights = np.diff(table.ends, prepend=0)
    return [part.tolist() for part in np.split(weights, table.first[1:])]


def _slots(weights: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return, for slots of equal size, the part that is each one's own row, and the other row."""
    size, total = len(weights), sum(weights)
    left = [weight * size for weight in weights]
    own, other = [_WHOLE] * size, list(range(size))
    small = [row for row in range(size) if left[row] < total]
    large = [row for row in range(size) if left[row] >= total]
    while small and large:
        row, giver = small.pop(), large[-1]
        own[row], other[row] = left[row] * _WHOLE // total, giver
        left[giver] -= total - left[row]
        if left[giver] < total:
            small.append(large.pop())
    return own, other
