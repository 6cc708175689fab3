"""Rows of prescriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.cents import lettered
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.engine.arrow import batch, dates, words
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.pharmacy.holding import holding
from healthsim_nb.pharmacy.products import UNITS
from healthsim_nb.pharmacy.render.amounts import thousandths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.dispensed import Settled, Written

    I64 = NDArray[np.int64]

STATUSES = ("active", "completed", "cancelled", "expired")
ACTIVE, COMPLETED, CANCELLED, EXPIRED = range(4)
DAW = ("0", "1")


def rows(written: Written, settled: Settled | None) -> pa.RecordBatch:
    """Return a row for each prescription that was written."""
    made, uses, plan, shelf = written.schedule, written.uses, written.plan, written.products
    at = np.arange(len(written.use))
    if settled is not None:
        # Nothing is written anew for who has given up at the counter.
        at = np.flatnonzero((made.number == 0) | (made.written <= settled.stopped[written.use]))
    at = at[np.argsort(written.id[at], kind="stable")]
    use = written.use[at]
    who, product = uses.person[use], uses.product[use]
    ids, people = written.id[at], written.people
    until = made.written[at] + plan.valid[use]
    twin = shelf.brand[product] & (shelf.generic_of[product] >= 0)
    member = np.full(len(at), NONE, np.int64)
    if settled is not None:
        day = np.maximum(made.written[at], written.days[0])
        held = holding(settled.roll, settled.desk.benefits, who, day)
        member = np.where(held.covered, people.id[who], NONE)
    return batch(
        "prescriptions",
        {
            "id": ids,
            "prescription_number": lettered("RX", ids),
            "patient_id": people.id[who],
            "member_id": pa.array(member, mask=member == NONE),
            "medication_id": uses.medication[use],
            "ndc": words(product, shelf.ndc),
            "rxnorm_code": words(product, shelf.rxnorm),
            "drug_name": words(product, shelf.name),
            "quantity_prescribed": thousandths(shelf.quantity(product, plan.days[use])),
            "quantity_unit": words(shelf.unit[product], UNITS),
            "days_supply": plan.days[use].astype(np.int32),
            "refills_authorized": plan.refills[use].astype(np.int32),
            "written_date": dates(made.written[at]),
            "expiration_date": dates(until),
            "prescriber_id": uses.prescriber[use],
            "pharmacy_id": written.pharmacy[use],
            "daw_code": words(twin.astype(np.int8), DAW),
            "directions": words(uses.directions[use], uses.sigs),
            "diagnosis_code": words(uses.indication[use], uses.codes),
            "status": words(_status(written, at, until), STATUSES),
        },
    )


def _status(written: Written, at: NDArray[np.intp], until: I64) -> I64:
    made, uses, plan = written.schedule, written.uses, written.plan
    use = written.use[at]
    filled = np.bincount(made.prescription, minlength=len(written.use))[at]
    ended = uses.end[use] < written.last_day
    found = np.where(until < written.last_day, EXPIRED, ACTIVE)
    found = np.where(ended & (uses.end[use] != FAR), CANCELLED, found)
    course = ended & (uses.course[use] > 0)
    filled = filled + made.before[at]
    return np.where((filled > plan.refills[use]) | course, COMPLETED, found)
