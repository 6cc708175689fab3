"""Rows of prior authorizations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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
    Bools = NDArray[np.bool_]

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


@dataclass(frozen=True, eq=False)
class Standing:
    """How far some requests are on the last day, shape (r,) a column."""

    asked: Consents
    at: NDArray[np.intp]
    """Which of all requests."""
    last_day: int

    @cached_property
    def open(self) -> Bools:
        """Not decided yet."""
        return self.asked.decided[self.at] >= self.last_day

    @cached_property
    def heard(self) -> Bools:
        """Appealed by then."""
        return self.asked.appealed[self.at] < self.last_day

    @cached_property
    def final(self) -> Bools:
        """The appeal is decided, too."""
        return self.heard & (self.asked.resolved[self.at] < self.last_day)

    @cached_property
    def overturned(self) -> Bools:
        """The appeal was won."""
        return self.final & self.asked.overturned[self.at]

    @cached_property
    def refused(self) -> Bools:
        """It is denied, as things stand."""
        denied: Bools = self.asked.decision[self.at] == DENIED
        return denied & ~self.open & ~self.overturned

    @cached_property
    def granted(self) -> Bools:
        """It is approved, if only in part."""
        return ~self.open & ~self.refused

    @cached_property
    def pended(self) -> Bools:
        """It was put off by then."""
        return self.asked.pended[self.at] < min(self.last_day, FAR)

    @cached_property
    def status(self) -> I64:
        """Index into `STATUSES`."""
        decided = np.array([2, 3, 4])[self.asked.decision[self.at]]
        decided = np.where(self.overturned, 2, decided)
        return np.where(self.open, self.pended.astype(np.int64), decided)


def authorizations(
    claims: Claims, asked: Consents, people: People, known: NDArray[np.bool_], last_day: int
) -> pa.RecordBatch:
    """Return a row for each request for a member that the plan knows, as on the last day."""
    member = known[claims.visits.person[claims.visit[asked.claim]]]
    at = np.flatnonzero((asked.requested < last_day) & member)
    claim, line = asked.claim[at], asked.line[at]
    visit = claims.visit[claim]
    now = Standing(asked, at, last_day)
    service, units = claims.lines["service"][line], claims.lines["units"][line].astype(np.int32)
    approved = np.where(asked.decision[at] == PARTIAL, np.maximum(units // 2, 1), units).astype(
        np.int32
    )
    kinds = [SERVICE_TYPES.get(name, "1") for name in SERVICES]
    systems = ["CPT" if code.isdigit() else "HCPCS" for code in price_list().codes]
    end = np.where(now.overturned, asked.resolved[at], asked.decided[at])
    begins = np.minimum(claims.day[claim], end)
    why = claims.draws.take(claim).below("coverage.why", len(REASONS))
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
            "decision_date": dates(asked.decided[at], now.open),
            "status": words(now.status, STATUSES),
            "denial_reason": words(np.where(now.refused, why, -1), REASONS),
            "units_requested": units,
            "units_approved": pa.array(approved, mask=~now.granted),
            "valid_from": dates(begins, ~now.granted),
            "valid_to": dates(begins + VALID_DAYS, ~now.granted),
            "pended_date": dates(asked.pended[at], ~now.pended),
            "appeal_date": dates(asked.appealed[at], ~now.heard),
            "appeal_outcome": words(
                np.where(now.final, asked.overturned[at].astype(np.int64), -1), OUTCOMES
            ),
        },
    )
