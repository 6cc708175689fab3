"""Append-only columns: what a turn decided, kept slim until rows are rendered."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]


class Recorder:
    """Collects parts of columns by kind and joins them once, at the end."""

    def __init__(self) -> None:
        self._parts: defaultdict[str, list[Columns]] = defaultdict(list)
        self._taken: Counter[str] = Counter()

    def add(self, kind: str, /, **columns: NDArray[Any]) -> None:
        """Append rows of one kind; the last axis of every column is the row."""
        if len({c.shape[-1] for c in columns.values()}) > 1:
            raise ValueError(f"{kind}: columns of different lengths")
        self._parts[kind].append(columns)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of what there are rows."""
        return tuple(self._parts)

    def columns(self, kind: str, like: Columns) -> Columns:
        """Return all rows of a kind; ``like`` gives the columns when there are none."""
        parts = self._parts.get(kind)
        if not parts:
            return {name: column[..., :0] for name, column in like.items()}
        return {name: np.concatenate([p[name] for p in parts], axis=-1) for name in parts[0]}

    def take(self) -> dict[str, Columns]:
        """Return what came since the last time, joined; it stays here, too."""
        found = {}
        for kind, parts in self._parts.items():
            new = parts[self._taken[kind] :]
            if new:
                found[kind] = {n: np.concatenate([p[n] for p in new], axis=-1) for n in new[0]}
            self._taken[kind] = len(parts)
        return found

    def put(self, taken: dict[str, Columns]) -> None:
        """Append what was taken from another recorder."""
        for kind, columns in taken.items():
            self.add(kind, **columns)
            self._taken[kind] = len(self._parts[kind])
