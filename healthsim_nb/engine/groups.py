"""Rows that belong together, and lists that are kept one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


def groups(labels: NDArray[Any], index: NDArray[np.intp]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield each label of some rows, rising, and the rows that have it, in their order.

    >>> [(label, rows.tolist()) for label, rows in groups(np.array([7, 5, 7]), np.array([0, 1, 2]))]
    [(5, [1]), (7, [0, 2])]
    """
    if not len(index):
        return
    mine = labels[index]
    order = np.argsort(mine, kind="stable")
    mine, index = mine[order], index[order]
    begins = np.flatnonzero(mine[1:] != mine[:-1]) + 1
    ends = [*begins.tolist(), len(mine)]
    begin = 0
    for end in ends:
        yield int(mine[begin]), index[begin:end]
        begin = end


def each(
    counts: NDArray[np.int64], firsts: NDArray[np.int64], which: NDArray[Any]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return, for lists kept one after the other, who has what is in them: its place and theirs.

    Parameters
    ----------
    counts, firsts
        How long each list is and where it begins, shape (k,).
    which
        The list of each row, shape (n,).

    >>> [found.tolist() for found in each(np.array([2, 1]), np.array([0, 2]), np.array([1, 0]))]
    [[0, 1, 1], [2, 0, 1]]
    """
    mine = counts[which]
    owner = np.repeat(np.arange(len(mine)), mine)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(mine) - mine, mine)
    return owner, firsts[which][owner] + place


def place_in(known: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each key among some that rise, -1 where it is not there.

    >>> place_in(np.array([3, 7]), np.array([7, 5, 3])).tolist()
    [1, -1, 0]
    """
    if not len(known):
        return np.full(len(keys), -1)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[place] == keys, place, -1)
