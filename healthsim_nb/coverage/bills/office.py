"""Where lines are written: what is known of each visit, and what clinicians and hospitals get."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.draft import CLINICIAN, PLACES
from healthsim_nb.coverage.prices import HOSPITAL_RATIO, price_list, rate_kinds
from healthsim_nb.coverage.visits import EMER, IMP, OBSENC, VR, coded, whole
from healthsim_nb.network.ids import facility_parts, provider_parts
from healthsim_nb.network.pool import kinds, specialties

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from healthsim_nb.coverage.draft import Draft
    from healthsim_nb.coverage.visits import Visits
    from healthsim_nb.engine.rng import Draws

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

URGENT_ROLES, PRIMARY_ROLES = ("urgent",), ("primary", "telehealth")
ALONE = ("90834", "90935", "92014", "77412", "77386", "97110", "96413")
"""Services that are what the patient came for: no visit is billed beside them."""
NOT_ITSELF = {"90935": ""}
"""Procedures that others bill (see ``coverage/extras.csv``): the dialysis house by its own code."""


@dataclass(frozen=True, eq=False)
class Office:
    """Visits that are billed, and what was ordered and done at them."""

    visits: Visits
    tables: Mapping[str, pa.RecordBatch]
    age: I64
    """Completed years at each visit."""
    medicare: Bools
    """Whether each visit's payer is Medicare, which has check-up codes of its own."""
    state: I64
    left: I64
    """Days that the patient lives after each visit."""

    @cached_property
    def place(self) -> I64:
        """Where the clinician is, an index into `PLACES`."""
        facility = facility_parts(self.visits.facility).row
        urgent = facility == [k.name for k in kinds()].index("urgent-care")
        by_kind = np.array([PLACES.index(p) for p in ("11", "23", "21", "22", "10", "12")])
        return np.where(urgent, PLACES.index("20"), by_kind[self.visits.kind])

    @cached_property
    def benefit(self) -> I64:
        """The benefit of a visit to this clinician."""
        roles = [s.role for s in specialties()]
        names = [
            "urgent" if r in URGENT_ROLES else "primary" if r in PRIMARY_ROLES else "specialist"
            for r in roles
        ]
        found = np.array([SERVICES.index(n) for n in names])[
            provider_parts(self.visits.provider).row
        ]
        mental = self.visits.about(lambda code: code.startswith("F"))
        found = np.where(mental, SERVICES.index("mental-health"), found)
        return np.where(self.visits.kind == VR, SERVICES.index("telehealth"), found)

    @cached_property
    def done(self) -> tuple[I64, I64]:
        """Visit and service of each procedure that has a price."""
        table = self.tables["procedures"]
        code, words = coded(table["code"])
        words = [NOT_ITSELF.get(word, word) for word in words]
        return self.priced(code, words, whole(table["encounter_id"]))

    @cached_property
    def alone(self) -> Bools:
        """Visits that are for one service only."""
        table = self.tables["procedures"]
        code, words = coded(table["code"])
        visit, at = self.visits.find(whole(table["encounter_id"]))
        found = np.zeros(len(self.visits), bool)
        found[visit[np.array([*(w in ALONE for w in words), False])[code[at]]]] = True
        return found

    def priced(self, code: I64, words: list[str], encounter: I64) -> tuple[I64, I64]:
        """Return visit and service of what has a price."""
        service = np.array([*(price_list().number(w) for w in words), -1])[code]
        visit, at = self.visits.find(encounter)
        service = service[at]
        return visit[service >= 0], service[service >= 0]

    def clinician(
        self, draft: Draft, at: I64, service: I64, **more: I64 | int | str | bool
    ) -> None:
        """Write what a clinician is paid for, at office or facility prices."""
        prices = price_list()
        inside = np.isin(self.visits.kind[at], (EMER, IMP, OBSENC)) | bool(
            more.pop("inside", False)
        )
        units = np.asarray(more.pop("units", 1))
        price = np.where(inside, prices.facility[service], prices.office[service]) * units
        given = {"rate": prices.rate[service], "benefit": prices.benefit[service], "units": units}
        charge = price * prices.ratio[service] // 10
        given |= {"place": self.place[at], "charge": charge}
        draft.add(at, CLINICIAN, service, price, **{**given, **more})

    def outpatient(
        self, draft: Draft, slot: int, at: I64, service: I64, **more: I64 | int | str | bool
    ) -> None:
        """Write what a hospital is paid for without a stay."""
        prices = price_list()
        imaging = prices.is_kind("img")[service]
        lab = prices.is_kind("lab")[service]
        rate = np.where(imaging, rate_of("hospital-imaging"), rate_of("outpatient"))
        rate = np.where(lab, rate_of("hospital-lab"), rate)
        rate = np.where(prices.is_kind("ed")[service], rate_of("emergency"), rate)
        rate = np.where(prices.is_kind("drug")[service], rate_of("hospital-drugs"), rate)
        price = np.where(
            prices.outpatient[service] > 0, prices.outpatient[service], prices.office[service]
        ) * np.asarray(more.pop("doses", 1))
        given = {
            "rate": rate,
            "revenue": prices.revenue[service],
            "charge": price * HOSPITAL_RATIO // 10,
        }
        draft.add(at, slot, service, price, **{**given, **more})


def drawn(draws: Draws, stream: str, levels: tuple[tuple[str, int], ...]) -> I64:
    """Return services in proportion to their weights."""
    found = draws.choice(stream, [weight for _, weight in levels])
    return numbers(np.array([code for code, _ in levels]))[found]


def numbers(codes: NDArray[np.str_]) -> I64:
    """Return the services of procedure codes."""
    return np.array([price_list().number(str(code)) for code in codes])


def rate_of(kind: str) -> int:
    """Return the place of a kind of rate."""
    return rate_kinds().index(kind)
