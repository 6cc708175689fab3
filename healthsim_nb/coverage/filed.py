"""The lines that are filed, with what is asked of each again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.filing import SECONDARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.filing import Filings

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Filed:
    """Every line of every filing, shape (l,) a column, in order of filing and line."""

    filing: I64
    line: I64
    """Place among the claims' lines."""
    number: I64
    """Of the line on its claim, from 0."""
    first: I64
    """Place of each filing's first line."""
    benefit: I64
    cell: I64
    """Plan and benefit as one number."""
    second: Bools
    """Whether it goes to a payer that pays second."""

    def of(self, table: NDArray[Any]) -> NDArray[Any]:
        """Return what a table of plans and services says of each line."""
        return np.take(table.ravel(), self.cell)

    def sums(self, column: I64) -> I64:
        """Return the sum of a column by filing."""
        if not len(column):
            return column
        total = np.cumsum(column)
        ends = total[np.r_[self.first[1:], len(column)] - 1]
        found: I64 = np.diff(ends, prepend=0)
        return found

    def before(self, filings: Filings, at: I64) -> I64:
        """Return the line of the first payer that each of some lines of a second follows."""
        found: I64 = self.first[filings.of[self.filing[at]]] + self.number[at]
        return found


def filed_lines(claims: Claims, filings: Filings) -> Filed:
    """Return the lines of filings."""
    count = claims.count[filings.claim]
    first = np.cumsum(count) - count
    filing = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(filing)) - first[filing]
    line = claims.first[filings.claim][filing] + number
    benefit = claims.lines["benefit"][line]
    cell = (filings.plan * len(SERVICES))[filing] + benefit
    return Filed(filing, line, number, first, benefit, cell, (filings.version == SECONDARY)[filing])
