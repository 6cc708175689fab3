"""What goes wrong with claims before they are decided, by who pays, and what plans leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.prices import price_list
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book

GROUPS = {
    "large-employer": "employer",
    "small-employer": "employer",
    "public-employer": "employer",
    "dual-advantage": "medicare-advantage",
    "supplement": "original-medicare",
    "chip": "medicaid",
}
"""Markets whose claims go as those of another; the others have a column of their own."""


def mistakes(book: Book) -> dict[str, NDArray[np.float64]]:
    """Return the chance of each mistake, by plan."""
    markets = [GROUPS.get(market, market) for market in book.column("market")]
    return {
        row["cause"]: np.array([float(row[market]) / 100 for market in markets])
        for row in rows("coverage/mistakes.csv")
    }


def left_out(book: Book, why: str) -> NDArray[np.bool_]:
    """Return which services each plan does not pay for, shape (plans, services).

    Parameters
    ----------
    why
        ``excluded`` or ``bundled``.
    """
    plans = book.column("id")
    found = np.zeros((len(plans), len(price_list().codes)), bool)
    for row in rows("coverage/exclusions.csv"):
        if row["why"] == why:
            found[np.isin(plans, row["plans"].split()), price_list().number(row["code"])] = True
    return found
