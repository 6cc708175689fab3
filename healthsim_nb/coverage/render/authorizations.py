"""Rows of prior authorizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.cents import lettered
from healthsim_nb.coverage.claims import LINE_BITS
from healthsim_nb.coverage.consent import DENIED, PARTIAL
from healthsim_nb.coverage.prices import price_list
from healthsim_nb.engine.arrow import batch, dates, words
from healthsim_nb.engine.calendar import FAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.consent import Consents
    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]

STATUSES = ("requested", "pended", "approved", "partial", "denied")
SERVICE_TYPES = {
    "imaging": "62",
    "inpatient": "48",
    "surgery": "2",
    "equipment": "12",
    "home-health": "42",
    "therapy": "PT",
}
"""X12 service type codes; others 1, medical care."""
REASONS = (
    "Not medically necessary for the diagnosis given",
    "A less costly service has to be tried first",
    "The documents that were asked for did not come",
)
OUTCOMES = ("upheld", "overturned")
VALID_DAYS = 90


def authorizations(
    claims: Claims, asked: Consents, people: People, known: NDArray[np.bool_], last_day: int
) -> pa.RecordBatch:
    """Return a row for each request for a member that the plan knows, as on the last day."""
    member = known[claims.visits.person[claims.visit[asked.claim]]]
    at = np.flatnonzero((asked.requested < last_day) & member)
    claim, line = asked.claim[at], asked.line[at]
    visit = claims.visit[claim]
    decided, resolved = asked.decided[at], asked.resolved[at]
    open_ = decided >= last_day
    heard = asked.appealed[at] < last_day
    final = heard & (resolved < last_day)
    overturned = final & asked.overturned[at]
    decision = asked.decision[at]
    status = np.array([2, 3, 4])[decision]
    status = np.where(overturned, 2, status)
    status = np.where(open_, (asked.pended[at] < last_day).astype(np.int64), status)
    granted = ~open_ & ((decision != DENIED) | overturned)
    service, units = claims.lines["service"][line], claims.lines["units"][line].astype(np.int32)
    approved = np.where(decision == PARTIAL, np.maximum(units // 2, 1), units).astype(np.int32)
    kinds = [SERVICE_TYPES.get(name, "1") for name in SERVICES]
    systems = ["CPT" if code.isdigit() else "HCPCS" for code in price_list().codes]
    end = np.where(overturned, resolved, decided)
    begins = np.minimum(claims.day[claim], end)
    why = claims.draws.take(claim).below("coverage.why", len(REASONS))
    refused = ~open_ & (decision == DENIED) & ~overturned
    names = sorted(set(systems))
    system = np.array([*(names.index(s) for s in systems), -1])[service]
    return batch(
        "authorizations",
        {
            "id": claims.base[claim],
            "authorization_number": lettered("A", claims.base[claim] >> LINE_BITS),
            "member_id": people.id[claims.visits.person[visit]],
            "patient_id": people.id[claims.visits.person[visit]],
            "encounter_id": claims.visits.id[visit],
            "order_id": pa.nulls(len(at), pa.int64()),
            "requesting_provider_id": claims.provider[claim],
            "service_type": words(claims.lines["benefit"][line], kinds),
            "code": words(service, price_list().codes),
            "code_system": words(system, names),
            "diagnosis_code": words(claims.visits.diagnosis[visit], claims.visits.codes),
            "urgency": words(asked.urgent[at].astype(np.int8), ("standard", "expedited")),
            "requested_date": dates(asked.requested[at]),
            "decision_date": dates(decided, open_),
            "status": words(status, STATUSES),
            "denial_reason": words(np.where(refused, why, -1), REASONS),
            "units_requested": units,
            "units_approved": pa.array(approved, mask=~granted),
            "valid_from": dates(begins, ~granted),
            "valid_to": dates(begins + VALID_DAYS, ~granted),
            "pended_date": dates(
                asked.pended[at], (asked.pended[at] == FAR) | (asked.pended[at] >= last_day)
            ),
            "appeal_date": dates(asked.appealed[at], ~heard),
            "appeal_outcome": words(
                np.where(final, asked.overturned[at].astype(np.int64), -1), OUTCOMES
            ),
        },
    )
