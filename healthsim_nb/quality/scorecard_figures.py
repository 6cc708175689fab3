"""From sums by age and sex to a figure and how far chance may have moved it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.quality.targets import Target, standard_2000

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

F64 = NDArray[np.float64]
Z95 = 1.959964
"""Standard errors on either side of a figure that 95 % of samples fall within."""


@dataclass(frozen=True)
class Cell:
    """Sums over the people (or stays) of one age band and stratum."""

    band: int
    stratum: str
    """Sex, and how many of the diagnoses that the targets speak of: 0, 1, or 2 and more."""
    n: int
    w: float
    """Sum of weights."""
    y: float
    """Sum of values."""
    yy: float
    yw: float
    ww: float


@dataclass(frozen=True)
class Figure:
    """What the records say."""

    n: int
    """People (or stays) behind it."""
    value: float | None
    """In the unit of the target; None: there is nobody."""
    error: float | None
    """Half of the 95 % interval, in the same unit."""


def bands() -> tuple[int, ...]:
    """Return the ages at which the bands of the standard population begin."""
    return tuple(standard_2000())


def figure(
    target: Target, cells: Sequence[Cell], weights: Mapping[tuple[int, str], float]
) -> Figure:
    """Return the figure that sums make up.

    A figure is ``Σky / Σkw``, with a weight k for each cell, or that of each age band and then by
    the weights of a standard population. Its error is that of a ratio (linearised), each person
    counting as a whole.

    Parameters
    ----------
    target
        Its standard, scale and kind of mean.
    cells
        Sums of those who are meant, by age band and stratum.
    weights
        How many people of a cell each of those stands for who are measured; 1 where it is not said.
    """
    parts = [c for c in cells if c.w > 0]
    n = sum(c.n for c in cells)
    if not parts:
        return Figure(n, None, None)
    merged = _merged(target, parts, weights)
    share = _shares(target, merged)
    ratio = np.array([c.y / c.w for c in merged])
    mean = float((share * ratio).sum())
    error = Z95 * float(np.sqrt((share**2 * _variances(merged, ratio)).sum()))
    if error == 0 and target.unit == "%":
        # Nobody, or everybody: the rule of three.
        error = min(1.0, 3 / n)
    if target.geometric:
        middle = float(np.exp(mean))
        return Figure(n, middle * target.scale, middle * error * target.scale)
    return Figure(n, mean * target.scale, error * target.scale)


def _merged(
    target: Target, parts: Sequence[Cell], weights: Mapping[tuple[int, str], float]
) -> list[Cell]:
    """Return one cell, or one a band."""
    found: dict[int, list[Cell]] = {}
    for cell in parts:
        weight = weights.get((cell.band, cell.stratum), 1.0)
        key = cell.band if target.standard == "2000" else 0
        found.setdefault(key, []).append(_times(cell, weight))
    return [_sum(group) for group in found.values()]


def _times(cell: Cell, k: float) -> Cell:
    """Return a cell each of whose people stands for ``k``."""
    return Cell(
        cell.band,
        cell.stratum,
        cell.n,
        k * cell.w,
        k * cell.y,
        k * k * cell.yy,
        k * k * cell.yw,
        k * k * cell.ww,
    )


def _sum(group: Sequence[Cell]) -> Cell:
    first = group[0]
    sums = (sum(getattr(c, name) for c in group) for name in ("n", "w", "y", "yy", "yw", "ww"))
    return Cell(first.band, first.stratum, *sums)


def _shares(target: Target, merged: Sequence[Cell]) -> F64:
    """Return what each band counts for; those without anybody are left out."""
    if target.standard != "2000":
        return np.ones(len(merged))
    found = np.array([standard_2000()[c.band] for c in merged])
    return np.asarray(found / found.sum())


def _variances(merged: Sequence[Cell], ratio: F64) -> F64:
    """Return the variance of each cell's ratio: of the residuals ``y - r w``."""
    n = np.array([c.n for c in merged], np.float64)
    w = np.array([c.w for c in merged])
    sums = np.array([[c.yy, c.yw, c.ww] for c in merged])
    residual = np.maximum(0.0, sums[:, 0] - 2 * ratio * sums[:, 1] + ratio**2 * sums[:, 2])
    return np.asarray(residual / w**2 * n / np.maximum(n - 1, 1))
