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
    """Sums over the people (or stays) of one age band and sex."""

    band: int
    sex: str
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
    target: Target, cells: Sequence[Cell], everybody: Mapping[tuple[int, str], int]
) -> Figure:
    """Return the figure that sums make up.

    A figure is ``Σy / Σw`` over all, or over each cell and then by the weights of a standard
    population. Its error is that of a ratio (linearised), each person counting as a whole.

    Parameters
    ----------
    target
        Its standard, scale and kind of mean.
    cells
        Sums of those who are meant, by age band and sex.
    everybody
        People of the cohort by age band and sex, measured or not.
    """
    parts = [c for c in cells if c.w > 0]
    n = sum(c.n for c in cells)
    if not parts:
        return Figure(n, None, None)
    merged = _merged(target, parts)
    share = _shares(target, merged, everybody)
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


def _merged(target: Target, parts: Sequence[Cell]) -> list[Cell]:
    """Return one cell, or one a band (2000), or one a band and sex (scenario)."""
    found: dict[tuple[object, ...], list[Cell]] = {}
    for cell in parts:
        key = {"": (), "2000": (cell.band,), "scenario": (cell.band, cell.sex)}[target.standard]
        found.setdefault(key, []).append(cell)
    return [_sum(group) for group in found.values()]


def _sum(group: Sequence[Cell]) -> Cell:
    first = group[0]
    sums = (sum(getattr(c, name) for c in group) for name in ("n", "w", "y", "yy", "yw", "ww"))
    return Cell(first.band, first.sex, *sums)


def _shares(
    target: Target, merged: Sequence[Cell], everybody: Mapping[tuple[int, str], int]
) -> F64:
    """Return what each cell counts for; bands without anybody are left out."""
    if target.standard == "2000":
        weights = [standard_2000()[c.band] for c in merged]
    elif target.standard == "scenario":
        weights = [float(everybody[c.band, c.sex]) for c in merged]
    else:
        weights = [1.0]
    found = np.array(weights)
    return np.asarray(found / found.sum())


def _variances(merged: Sequence[Cell], ratio: F64) -> F64:
    """Return the variance of each cell's ratio: of the residuals ``y - r w``."""
    n = np.array([c.n for c in merged], np.float64)
    w = np.array([c.w for c in merged])
    sums = np.array([[c.yy, c.yw, c.ww] for c in merged])
    residual = np.maximum(0.0, sums[:, 0] - 2 * ratio * sums[:, 1] + ratio**2 * sums[:, 2])
    return np.asarray(residual / w**2 * n / np.maximum(n - 1, 1))
