"""The k-th item of every chain at once: what lies in one wave does not know of one another.

Items of a chain depend on all that came before them in it, so they cannot be worked out at once;
the k-th items of all chains can. A wave has at most one item of each chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.ids import numbered
from healthsim_nb.engine.order import in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]
    Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Waves:
    """Items laid out wave by wave."""

    order: Index
    """The item at each place."""
    where: I64
    """The place of each item, and -1 for item -1, which is none."""
    begins: I64
    """The place where each wave begins, and the number of items."""

    def __len__(self) -> int:
        return len(self.begins) - 1


def turns(chain: I64, when: I64) -> I64:
    """Return the turn of each item in its chain, from 0, shape (n,).

    Parameters
    ----------
    chain
        Which items wait for one another.
    when
        Their order; items stay as they stand where it is the same.
    """
    order = in_order(chain, when)
    found = np.empty(len(chain), np.int64)
    found[order] = numbered(chain[order])
    return found


class Some:
    """Items of one sort: their places in the waves, and which of them a wave has."""

    def __init__(self, which: NDArray[np.bool_], begins: I64) -> None:
        self._place = np.flatnonzero(which)
        self._begins: list[int] = np.searchsorted(self._place, begins).tolist()

    def of(self, wave: int) -> Index | None:
        """Return the places of those of a wave; None if it has none."""
        begin, end = self._begins[wave], self._begins[wave + 1]
        return self._place[begin:end] if begin < end else None


def lay_out(turn: I64, count: int | None = None, rank: I64 | None = None) -> Waves:
    """Return items in waves, the first turns first.

    Parameters
    ----------
    turn
        When each item's turn is, shape (n,).
    count
        How many waves; None: as many as there are turns.
    rank
        What comes first within a wave, from 0, shape (n,); None: items stay as they stand.
    """
    last = int(turn.max(initial=-1)) + 1
    key = turn if rank is None else turn * (int(rank.max(initial=0)) + 1) + rank
    # Small keys are sorted by radix.
    small = int(key.max(initial=0)) < 1 << 15
    order = np.argsort(key.astype(np.int16) if small else key, kind="stable")
    where = np.empty(len(turn) + 1, np.int64)
    where[order], where[-1] = np.arange(len(turn)), -1
    sizes = np.bincount(turn, minlength=last if count is None else count)
    return Waves(order, where, np.r_[0, np.cumsum(sizes)])
