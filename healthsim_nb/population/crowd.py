"""Whole groups of 64 people, and what is done in every group at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.engine.ids import numbered

if TYPE_CHECKING:
    from healthsim_nb.engine.rng import Draws

Index = NDArray[np.int64]
Pairs = tuple[Index, Index]

GROUP_BITS = 6
GROUP = 1 << GROUP_BITS
"""Consecutive patients among whom households form: work is always split between groups."""
_SEAT = np.int64(GROUP - 1)
_KEY_BITS = 32


@dataclass(frozen=True)
class Crowd:
    """People of whole groups, before they live together; all arrays have shape (n,)."""

    draws: Draws
    sex: NDArray[np.int8]
    age: NDArray[np.int64]
    """Completed years."""
    birth_day: NDArray[np.int32]
    cell: NDArray[np.int64]
    """Where their sex and age stand in a table of shape (2, 121)."""

    def __len__(self) -> int:
        return len(self.sex)


def group_of(who: Index) -> Index:
    """Return the number of each person's group."""
    return who >> GROUP_BITS


def arrange(who: Index, key: NDArray[np.integer]) -> Index:
    """Return people in the order of group, key (below 2**32) and seat in the group."""
    packed = (who & ~_SEAT) << _KEY_BITS | key.astype(np.int64) << GROUP_BITS | who & _SEAT
    packed.sort()
    return packed >> _KEY_BITS & ~_SEAT | packed & _SEAT


def rank(who: Index) -> Index:
    """Return 0, 1, 2, … within each group of arranged people."""
    return numbered(group_of(who))


def count(who: Index, people: int) -> Index:
    """Return how many of them each group has, shape (groups,)."""
    return np.bincount(group_of(who), minlength=people >> GROUP_BITS)


def without(crowd: Crowd, who: Index, *gone: Index) -> Index:
    """Return those who are not among ``gone``, in their order; duplicates among these are fine."""
    stays = np.ones(len(crowd), dtype=bool)
    for some in gone:
        stays[some] = False
    return who[stays[who]]


def facing(left: Index, right: Index, people: int) -> Pairs:
    """Return where the k-th of a group stands in each of two lists that are in order of group."""
    seats = np.full(people, -1, dtype=np.int64)
    own, other = rank(left), rank(right)
    fits = np.flatnonzero(other < GROUP)
    seats[(right & ~_SEAT)[fits] + other[fits]] = fits
    fits = np.flatnonzero(own < GROUP)
    met = seats[(left & ~_SEAT)[fits] + own[fits]]
    return fits[met >= 0], met[met >= 0]


def neighbours(up: Index, down: Index, key: NDArray[np.integer]) -> Pairs:
    """Pair people of two sides who are near each other by a key, as many as possible.

    Walk through each group by key: one side is a step up, the other a step down. Each height is
    crossed upwards and downwards in turn; two that cross it one after the other are a pair.

    Parameters
    ----------
    up, down
        The two sides.
    key
        What to walk by, from 0 to 2**31 - 1, for everybody in the crowd.
    """
    both = np.concatenate([up, down])
    side = np.repeat([1, 0], [len(up), len(down)])
    walk = arrange(both, key[both])
    step = np.zeros(len(key), dtype=np.int64)
    step[both] = side * 2 - 1
    step = step[walk]
    height = np.cumsum(step)
    seat = rank(walk)
    height -= (height - step)[np.arange(len(walk)) - seat]
    level = np.minimum(height, height - step) + GROUP
    crossing = (group_of(walk) << 8 | level) << GROUP_BITS | seat
    order = np.argsort(crossing)
    run = crossing[order] >> GROUP_BITS
    first = np.flatnonzero((numbered(run)[:-1] % 2 == 0) & (run[1:] == run[:-1]))
    one, two = order[first], order[first + 1]
    rises = step[one] > 0
    return walk[np.where(rises, one, two)], walk[np.where(rises, two, one)]
