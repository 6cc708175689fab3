"""Households that reach beyond the patients of a scenario: who of them is seen, and how.

Patients come in groups of 64. Where a scenario ends inside a group, or has not all of it, some
of a family may not be patients. They are on the family's plan all the same: they are persons and
members, and what they spend counts, but their visits and claims are nobody's business here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.claims import LINE_BITS, SLOT_BITS, VERSION_BITS
from healthsim_nb.engine.ids import patient_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.enrollment import Enrolment
    from healthsim_nb.population.people import People

    Bools = NDArray[np.bool_]

PATIENT_BITS = 16 + SLOT_BITS + VERSION_BITS + LINE_BITS
"""Ids of claims and of what belongs to them begin with the patient's number."""
SHARED = ("plans", "networks", "network_providers", "network_facilities", "groups")
"""Tables whose rows may repeat from block to block: the same id is the same row."""
BY_PATIENT = ("risk_scores", "care_gaps")
"""Tables whose ids do not begin with a claim."""
OF_RELATIVES = {
    "members": "id",
    **dict.fromkeys(("coverage_spans", "enrollment_events", "accumulators"), "member_id"),
}
"""Tables in which relatives have rows, and the column that says whose a row is."""


def relatives(enrolment: Enrolment, patient: Bools) -> NDArray[np.intp]:
    """Return who shares a plan with a patient but is none."""
    found = np.zeros(len(patient), bool)
    if patient.all():
        return np.flatnonzero(found)
    first = enrolment.plan != NONE, enrolment.subscriber
    second = enrolment.second != NONE, enrolment.second_subscriber
    for month in range(len(enrolment.plan)):
        # Whoever's plan is a patient's second may be the first of others in the family.
        cards = [(covered[month], heads[month]) for covered, heads in (first, second)]
        named = [heads[covered & patient] for covered, heads in cards]
        of_patients = np.unique(np.concatenate(named))
        for covered, heads in cards:
            found |= covered & np.isin(heads, of_patients)
        found[of_patients] = True
    found[patient] = False
    return np.flatnonzero(found)


def cut(
    tables: dict[str, pa.RecordBatch], people: People, patient: Bools, also: NDArray[np.intp]
) -> dict[str, pa.RecordBatch]:
    """Return the rows of patients, and those of relatives that a plan knows."""
    if patient.all():
        return tables
    return {name: _cut(name, rows, people, patient, also) for name, rows in tables.items()}


def _cut(
    name: str, rows: pa.RecordBatch, people: People, patient: Bools, also: NDArray[np.intp]
) -> pa.RecordBatch:
    if name in SHARED:
        return rows
    owner = OF_RELATIVES.get(name, "patient_id" if name in BY_PATIENT else None)
    if owner:
        person = people.rows_of(rows[owner].to_numpy())
    else:
        number = patient_index(people.id)
        order = np.argsort(number, kind="stable")
        person = order[np.searchsorted(number[order], rows["id"].to_numpy() >> PATIENT_BITS)]
    own = patient[person]
    related = np.isin(person, also)
    kept = own | related if name in OF_RELATIVES else own
    found = rows.take(pa.array(np.flatnonzero(kept)))
    hidden = {"members": "patient_id", "accumulators": "claim_id"}.get(name)
    if hidden:
        place = found.schema.names.index(hidden)
        known = pa.array(found[hidden].to_numpy(), mask=~own[kept])
        found = found.set_column(place, hidden, known)
    return found
