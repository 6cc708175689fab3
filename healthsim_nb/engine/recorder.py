"""Append-only columns: what a turn decided, kept slim until rows are rendered."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]


class Recorder:
    """Collects parts of columns by kind and joins them once, at the end."""

    def __init__(self) -> None:
        self._parts: defaultdict[str, list[Columns]] = defaultdict(list)

    def add(self, kind: str, /, **columns: NDArray[Any]) -> None:
        """Append rows of one kind; the last axis of every column is the row."""
        if len({c.shape[-1] for c in columns.values()}) > 1:
            raise ValueError(f"{kind}: columns of different lengths")
        self._parts[kind].append(columns)

    def columns(self, kind: str, like: Columns) -> Columns:
        """Return all rows of a kind; ``like`` gives the columns when there are none."""
        parts = self._parts.get(kind)
        if not parts:
            return {name: column[..., :0] for name, column in like.items()}
        return {name: np.concatenate([p[name] for p in parts], axis=-1) for name in parts[0]}
