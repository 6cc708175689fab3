"""Fills that come to a benefit: what is asked for, when, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.pharmacy.holding import Holding, holding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.render.members import Roll
    from healthsim_nb.pharmacy.benefits import Benefits
    from healthsim_nb.pharmacy.dispensed import Written

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

READY, READY_CONTROLLED = 75, 85
"""Percent of a supply that must be used up before the next (payer sheets: 75 to 80; 85 to 90 for
controlled substances)."""
LONG = 45
"""Days of supply from which a fill is one of 90 days."""


@dataclass(frozen=True, eq=False)
class Fills:
    """Fills that come to a benefit, shape (f,) a column, in order of use and time."""

    use: I64
    person: I64
    product: I64
    prescription: I64
    allowed: I64
    """How often the prescription may be filled."""
    nth: I64
    day: I64
    early: I64
    days: I64
    mail: Bools
    known: Bools
    """Whether the plan knew of the use before the run."""
    due: I64
    """Days after which the next fill is not too soon."""

    @property
    def opening(self) -> Bools:
        """Which are the first of their prescription, and reviewed."""
        found = np.ones(len(self.use), bool)
        found[1:] = self.prescription[1:] != self.prescription[:-1]
        return found


def fills_of(written: Written, roll: Roll, benefits: Benefits) -> tuple[Fills, Holding]:
    """Return the fills for which somebody shows a card, and the benefit of each."""
    uses, plan, made = written.uses, written.plan, written.schedule
    held = holding(roll, benefits, uses.person[made.use], made.day)
    at = np.flatnonzero(held.covered | held.ended)
    use, day, held = made.use[at], made.day[at], held.take(at)
    person, product, days = uses.person[use], uses.product[use], plan.days[use]
    early = _early(roll, day, made.early[at], days)
    asked = np.flatnonzero(early)
    before = holding(roll, benefits, person[asked], (day - early)[asked])
    early[asked[~_same(held.take(asked), before)]] = 0
    used_up = np.where(written.products.schedule[product] > 0, READY_CONTROLLED, READY)
    fills = Fills(
        use=use,
        person=person,
        product=product,
        prescription=made.prescription[at],
        allowed=plan.refills[use] + 1 - made.before[made.prescription[at]],
        nth=made.nth[at],
        day=day,
        early=early,
        days=days,
        mail=plan.mail[use],
        known=uses.known[use],
        due=-(-days * used_up // 100),
    )
    return fills, held


def _early(roll: Roll, day: I64, early: I64, days: I64) -> I64:
    """Return the days by which fills are asked for too soon, in the month in which they are due.

    A month does not know of the next, which may not have been played yet.
    """
    months = roll.enrolment.months
    room = day - months.begins(months.place(day)).astype(np.int64)
    found = np.minimum(early, room)
    return np.where(found * 4 > days, found, 0)


def _same(one: Holding, other: Holding) -> Bools:
    """Return where two days fall under the same plan and year."""
    found: Bools = one.covered & other.covered & (one.row == other.row)
    return found
