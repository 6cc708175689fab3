"""Which pharmacy benefit a fill falls under: plan, formulary and year on its day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.engine.calendar import FAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.render.members import Roll
    from healthsim_nb.pharmacy.benefits import Benefits

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Holding:
    """The benefit of each fill, shape (f,) a column."""

    plan: I64
    """Plan that pays first, or whose old card is shown; `NONE` without."""
    row: I64
    """Row of the book."""
    year: I64
    subscriber: I64
    formulary: I64
    """`NONE` without."""
    covered: Bools
    ended: Bools
    """Whether the card is of a plan that had ended."""
    second: I64
    """Plan that pays second, `NONE` without."""

    def take(self, at: NDArray[np.intp]) -> Holding:
        """Return some of them."""
        return Holding(**{name: column[at] for name, column in vars(self).items()})


def holding(roll: Roll, benefits: Benefits, person: I64, day: I64) -> Holding:
    """Return the benefit that people have on some days."""
    enrolment, book = roll.enrolment, roll.book
    month = enrolment.months.place(day)
    at = (month, person)
    real, card = enrolment.plan[at].astype(np.int64), enrolment.card[at].astype(np.int64)
    known = enrolment.seen_from[at] <= day
    ended = (real == NONE) & (card != NONE)
    plan = np.where(ended, card, real)
    formulary = benefits.of_plan[plan]
    has = (formulary != NONE) & known
    year = enrolment.months.year(month)
    return Holding(
        plan=plan,
        row=book.row(plan, year),
        year=year,
        subscriber=enrolment.subscriber[at].astype(np.int64),
        formulary=formulary,
        covered=has & (real != NONE),
        ended=has & ended,
        second=enrolment.second[at].astype(np.int64),
    )


def lasts(roll: Roll, person: I64, day: I64, held: Holding) -> I64:
    """Return each day's last of the month if plan or year change with it, else a far one."""
    enrolment, book = roll.enrolment, roll.book
    months = enrolment.months
    month = months.place(day)
    following = np.minimum(month + 1, months.count - 1)
    row = book.row(enrolment.plan[following, person].astype(np.int64), months.year(following))
    ends = months.begins(month + 1).astype(np.int64) - 1
    return np.where((row != held.row) | (months.year(month + 1) != held.year), ends, FAR)
