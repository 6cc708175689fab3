"""Curves over age as tables: linear between knots, level beyond them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

AGES = 121
AGE_MONTHS = AGES * 12


def by_age(curve: Mapping[int, float]) -> NDArray[np.float64]:
    """Return the value at each whole year of age, shape (121,); an empty curve is 0."""
    return _line(curve, AGES, 1.0)


def by_month(curve: Mapping[int, float], unit: float = 12.0) -> NDArray[np.float64]:
    """Return the value at each month of age, shape (1452,); knots are ``unit`` months apart."""
    return _line(curve, AGE_MONTHS, unit)


def _line(curve: Mapping[int, float], size: int, unit: float) -> NDArray[np.float64]:
    """Interpolate in plain arithmetic: numpy's own may use fused operations on some machines."""
    if not curve:
        return np.zeros(size)
    knots = sorted((age * unit, value) for age, value in curve.items())
    table = np.full(size, knots[-1][1])
    place = np.arange(size, dtype=np.float64)
    for (x0, y0), (x1, y1) in reversed(list(itertools.pairwise(knots))):
        inside = place < x1
        step = (place - x0) * (y1 - y0)
        table[inside] = y0 + step[inside] / (x1 - x0)
    table[place <= knots[0][0]] = knots[0][1]
    return table
