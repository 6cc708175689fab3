"""Rows of formularies: the same for every block that names them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.cents import money
from healthsim_nb.engine.arrow import batch, words
from healthsim_nb.pharmacy.render.amounts import QUANTITY

if TYPE_CHECKING:
    from healthsim_nb.pharmacy.benefits import Benefits
    from healthsim_nb.pharmacy.formulary import Formulary
    from healthsim_nb.pharmacy.products import Products

PRODUCT_BITS = 12


@lru_cache(maxsize=16)
def formulary_drugs(benefits: Benefits, shelf: Products, day: int) -> tuple[pa.RecordBatch, ...]:
    """Return the rows of each formulary, from a day on."""
    return tuple(_rows(f, at, shelf, day) for at, f in enumerate(benefits.formularies))


def _rows(f: Formulary, number: int, shelf: Products, day: int) -> pa.RecordBatch:
    coded = np.array([code != "" for code in shelf.ndc])
    once = np.zeros(len(shelf), bool)
    once[np.unique(np.array(shelf.ndc), return_index=True)[1]] = True
    at = np.flatnonzero(f.covered & coded & once & ~shelf.administered)
    tier, n = f.tier[at].astype(np.int64), len(at)
    rate, limited = f.costs.coinsurance[tier, 0], f.limit_units[at] > 0
    units = np.ascontiguousarray(f.limit_units[at], "<i8")
    mask = pa.array(limited).buffers()[1]
    return batch(
        "formulary_drugs",
        {
            "id": (number + 1) << PRODUCT_BITS | at,
            "formulary_id": words(np.zeros(n, np.int8), [f.id]),
            "plan_id": pa.nulls(n, pa.int64()),
            "ndc": words(at, shelf.ndc),
            "rxnorm_code": words(at, shelf.rxnorm),
            "drug_name": words(at, shelf.name),
            "tier": tier.astype(np.int32),
            "tier_name": words(tier - 1, f.tier_names),
            "copay_amount": money(f.costs.copay[tier, 0], rate > 0),
            "coinsurance_rate": pa.array(rate / 10_000, mask=rate == 0),
            "prior_authorization": f.prior_authorization[at],
            "step_therapy": f.step_group[at] >= 0,
            "quantity_limit": pa.Array.from_buffers(QUANTITY, n, [mask, pa.py_buffer(units)]),
            "quantity_limit_days": pa.array(f.limit_days[at].astype(np.int32), mask=~limited),
            "specialty": f.specialty[at],
            "effective_date": pa.array(np.full(n, day, np.int32)).view(pa.date32()),
            "termination_date": pa.nulls(n, pa.date32()),
        },
    )
