"""Creatinine and filtration rate: CKD-EPI 2021 (Inker et al., N Engl J Med 2021;385:1737).

``eGFR = 142 · min(Scr/k, 1)^a · max(Scr/k, 1)^-1.200 · 0.9938^age · 1.012 [if female]``
with k 0.7 / 0.9 and a -0.241 / -0.302 for women / men. The equation holds for adults; for
children creatinine grows with muscle, and the bedside Schwartz equation (Schwartz 2009,
``0.413 · height / Scr``) is what laboratories report.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.curves import AGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

ADULT = 18
KAPPA, ALPHA, FEMALE = (0.7, 0.9), (-0.241, -0.302), (1.012, 1.0)
RATES = 401
"""Filtration rates from 0 to 200 in halves."""
CENTS = 2001
"""Creatinine from 0 to 20 mg/dL in hundredths."""


def egfr(creatinine: float, age: int, female: bool) -> float:
    """Return the filtration rate in mL/min/1.73 m².

    >>> round(egfr(0.8, 50, female=True), 1), round(egfr(1.4, 70, female=False), 1)
    (89.7, 54.1)
    """
    sex = 0 if female else 1
    ratio = creatinine / KAPPA[sex]
    shape: float = min(ratio, 1) ** ALPHA[sex] * max(ratio, 1) ** -1.2
    return 142 * shape * 0.9938**age * FEMALE[sex]


@cache
def creatinine_table() -> NDArray[np.int16]:
    """Return creatinine in hundredths by (sex, age, filtration rate in halves)."""
    rate = np.maximum(np.arange(RATES) / 2, 0.5)
    table = np.empty((2, AGES, RATES), np.int16)
    for sex in (0, 1):
        for age in range(AGES):
            q = rate / (142 * 0.9938 ** max(age, ADULT) * FEMALE[sex])
            scr = KAPPA[sex] * np.where(q > 1, q ** (1 / ALPHA[sex]), q ** (-1 / 1.2))
            table[sex, age] = np.rint(np.clip(scr, 0.15, 20) * 100)
    return table


@cache
def rate_table() -> NDArray[np.int16]:
    """Return the filtration rate, rounded, by (sex, age, creatinine in hundredths)."""
    cents = np.maximum(np.arange(CENTS), 1) / 100
    table = np.empty((2, AGES, CENTS), np.int16)
    for sex in (0, 1):
        ratio = cents / KAPPA[sex]
        shape = np.minimum(ratio, 1) ** ALPHA[sex] * np.maximum(ratio, 1) ** -1.2
        for age in range(AGES):
            table[sex, age] = np.rint(142 * shape * 0.9938**age * FEMALE[sex])
    return table


@cache
def growing() -> NDArray[np.float64]:
    """Return a child's share of an adult's creatinine by age."""
    return np.minimum(1.0, 0.34 + 0.66 * np.arange(AGES) / ADULT)
