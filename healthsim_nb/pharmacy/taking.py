"""How people take their drugs: who fills the first time, goes on, comes in time, by class."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.pharmacy.adherence import LINES, abandonment, gaps
from healthsim_nb.population.ages import LINES_OF_BUSINESS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

LIKE = {"uninsured": "commercial", "military": "commercial"}
"""Lines of business that are not counted apart."""
LINE = np.array([LINES.index(LIKE.get(name, name)) for name in LINES_OF_BUSINESS])
"""Which of the lines that are counted each line of business is like."""
SLOTS = 4096
LASTING = 3
"""How much rarer a lapse is in the years after the first (judgement, between cohorts of those who
begin a statin: 47 % stop within 2.6 years, BMJ 2016;353:i3305, and 48 % within ten years, Finnish
prescription register 1997-2007; of the list, a quarter to a third in the first)."""
NEW, LONG = range(2)
"""Rows of `months_taken`: who begins a drug, and who has taken it for years."""
LONGEST = 240
"""Months beyond which nobody is counted as persistent."""
HUNDRED = 100
KINDS = ("usual", "specialty", "medicaid")
USUAL, SPECIAL, PUBLIC = range(3)
TAKERS = ((35, 15), (65, 50), (85, 100), (100, 380))
"""How much later than the mean people come, in percent, by cumulative percent of people: most are
nearly in time, some are late by weeks (a mean near 1; judgement)."""


@cache
def months_taken() -> NDArray[np.int16]:
    """Return after how many months a drug is given up, by row, percent persistent and slot.

    The published percent is of the first year of those who begin; whoever has gone on beyond it,
    or had before the run, gives up more rarely.
    """
    table = np.full((2, HUNDRED + 1, SLOTS), LONGEST, np.int16)
    table[:, 0] = 1
    for percent in range(1, HUNDRED):
        first, later = percent / 100, 1 - (1 - percent / 100) / LASTING
        for row, begins in ((NEW, first), (LONG, later)):
            for month in range(LONGEST, 0, -1):
                kept = begins ** (min(month, 12) / 12) * later ** (max(month - 12, 0) / 12)
                # Slots from ``kept`` on have given up by that month.
                table[row, percent, round(SLOTS * kept) :] = month
    return table


@cache
def stretch() -> I64:
    """Return percent by which late fills are later, by percent of days covered: shape (101,).

    So that fills of 30 days, at the gaps of the list, cover so many of all days.
    """
    usual = gaps()[USUAL]
    late, early = usual[usual > 0].sum(), usual[usual < 0].sum()
    found = np.zeros(HUNDRED + 1, np.int64)
    for percent in range(1, HUNDRED + 1):
        wanted = 30 * HUNDRED * (HUNDRED - percent) // percent
        found[percent] = max((wanted - early) * HUNDRED // late, 20)
    return found


@cache
def left_behind() -> I64:
    """Return the cents beyond which a fill is left at the counter, by kind and slot.

    Whoever would leave it at some price leaves it at any higher one.
    """
    listed = abandonment()
    table = np.full((len(KINDS), SLOTS), 1 << 40, np.int64)
    for at in range(len(listed.cents) - 1, -1, -1):
        for number, kind in enumerate(KINDS):
            # Nothing to pay: some are left all the same.
            share = (SLOTS * int(getattr(listed, kind)[at]) + HUNDRED**2 // 2) // HUNDRED**2
            table[number, :share] = int(listed.cents[at]) - 1
    return table
