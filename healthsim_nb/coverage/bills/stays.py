"""What a stay is billed as: the price of its group by revenue code, and the clinicians."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.bills.office import rate_of
from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.draft import FACILITY
from healthsim_nb.coverage.prices import (
    HOSPITAL_RATIO,
    STANDARD_AMOUNT,
    STAY,
    UNLISTED_WEIGHT,
    drg_weights,
    price_list,
    revenue_codes,
)
from healthsim_nb.coverage.visits import IMP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.bills.office import Office
    from healthsim_nb.coverage.draft import Draft

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

WITH_STAY = SERVICES.index("with-stay")


def stays(office: Office, draft: Draft) -> None:
    """Write stays in hospital."""
    v, prices = office.visits, price_list()
    at = np.flatnonzero(v.kind == IMP)
    days = np.maximum(v.end[at] - v.day[at], 1)
    known = [drg_weights().get(code, (UNLISTED_WEIGHT, False)) for code in [*v.drgs, ""]]
    base = np.array([round(STANDARD_AMOUNT * weight) for weight, _ in known])[v.drg[at]]
    surgical = np.array([cut for _, cut in known])[v.drg[at]]
    emergent = v.draws.take(at).chance("coverage.through-emergency", np.where(surgical, 0.4, 0.8))
    share = np.array([s for _, s in STAY])[:, None] * np.ones(len(at), np.int64)
    share[-2] *= emergent
    share[-1] *= surgical
    total = share.sum(axis=0)
    spent = (base * share[1:]) // total
    price = np.concatenate([[base - spent.sum(axis=0)], spent])
    for place, (code, _) in enumerate(STAY):
        rows_ = np.flatnonzero(share[place])
        first = place == 0
        draft.add(
            at[rows_],
            FACILITY,
            -1,
            price[place, rows_],
            revenue=revenue_codes().index(code),
            units=days[rows_] if first else 1,
            charge=price[place, rows_] * HOSPITAL_RATIO // 10,
            rate=rate_of("inpatient"),
            benefit=SERVICES.index("inpatient") if first else WITH_STAY,
        )
    office.clinician(draft, at, np.full(len(at), prices.number("99223")))
    later = np.flatnonzero(days > 1)
    daily = np.full(len(later), prices.number("99232"))
    office.clinician(draft, at[later], daily, units=days[later] - 1)
    office.clinician(draft, at, np.full(len(at), prices.number("99239")))
