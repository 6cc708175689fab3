"""From the record of a block to its claims: who is billed, for what, under which card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.bills import Office, written
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.claims import put_together
from healthsim_nb.coverage.visits import read_visits
from healthsim_nb.engine.calendar import FAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.enrollment import Enrolment
    from healthsim_nb.population.people import People

OLD_CARDS = 0.5
"""Share of visits soon after coverage ended at which the old card is still shown (judgement)."""
YEAR = 365.25


def bill(
    tables: Mapping[str, pa.RecordBatch],
    people: People,
    enrolment: Enrolment,
    book: Book,
    seed: int,
    death: NDArray[np.int32],
) -> tuple[Claims, NDArray[np.int64]]:
    """Return the claims of a block's visits, and the month of each.

    Visits of people who show no card are not billed to anybody.

    Parameters
    ----------
    death
        Day of death of each person, `FAR` while alive.
    """
    visits = read_visits(tables, people, seed)
    month = enrolment.months.place(visits.day)
    card = enrolment.card[month, visits.person]
    over = enrolment.seen_until[month, visits.person] < FAR
    shown = ~over | visits.draws.chance("coverage.old-card", OLD_CARDS)
    at = np.flatnonzero((card != NONE) & shown)
    visits, month = visits.take(at), month[at]
    medicare = np.array([line == "medicare" for line in book.column("line_of_business")])
    office = Office(
        visits,
        tables,
        age=((visits.day - people.birth_day[visits.person]) / YEAR).astype(np.int64),
        medicare=medicare[card[at]],
        state=people.state[visits.person].astype(np.int64),
        left=death[visits.person] - visits.end,
    )
    claims = put_together(visits, written(office))
    # Care at home after a stay may begin in the next year, with another card.
    then, who = enrolment.months.place(claims.day), visits.person[claims.visit]
    held = enrolment.card[then, who] != NONE
    return claims, np.where(held, then, month[claims.visit])
