"""Who has the low-income subsidy of Part D."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

SUBSIDIZED = 0.09
"""Share of people with Part D who have the low-income subsidy without Medicaid (CMS 2023: 28 % of
all have it, 20 % with Medicaid)."""


def subsidized(seed: int, book: Book, people: I64, plan: I64, second: I64) -> tuple[Bools, Bools]:
    """Return who has the low-income subsidy if it is Part D, and who of them has Medicaid.

    Parameters
    ----------
    people, plan, second
        Who, their plan and the one that pays second, `NONE` without, shape (n,) each.
    """
    public = np.array([*(p.line_of_business == "medicaid" for p in book.plans), False])
    special = np.array([*(p.market == "dual-advantage" for p in book.plans), False])
    dual = public[second] | special[plan]
    poor = Draws(seed, people).chance("pharmacy.subsidy", SUBSIDIZED)
    return dual | poor, dual
