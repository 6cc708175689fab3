"""Rows of claims."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.coverage.cents import lettered, money
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.claims import LINE_BITS, Claims
from healthsim_nb.coverage.draft import AFTER, FACILITY, LABORATORY, PLACES
from healthsim_nb.coverage.filing import (
    INCOMPLETE,
    OTHER_FIRST,
    REPLACEMENT,
    RESENT,
    SECONDARY,
    VOID,
    Filings,
)
from healthsim_nb.coverage.prices import revenue_codes
from healthsim_nb.coverage.render.sponsors import plan_ids
from healthsim_nb.coverage.visits import HH, IMP, within
from healthsim_nb.engine.arrow import batch, dates, words
from healthsim_nb.engine.calendar import FAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.money import Ledger
    from healthsim_nb.population.people import People

    I8 = NDArray[np.int8]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

STATUSES = ("paid", "denied", "reversed")
PAID, DENIED, REVERSED = range(3)
BILL_TYPES = ("011", "013", "014", "034", "021", "072")
CARE_AFTER = {"01": "021", "08": "072"}
"""Type of bill of care after a visit, by how its revenue code begins; others: home health."""
FREQUENCIES = ("1", "7", "8")
MOST_OTHERS = 11
"""Further diagnoses that a professional claim has room for."""
PAY_WEEKDAY, WEEK = 6, 7
"""Payments go out on Wednesdays; 1970-01-01 was a Thursday."""


def pay_day(decided: I64) -> I64:
    """Return the day on which what was decided is paid."""
    return decided + 1 + (PAY_WEEKDAY - (decided + 1)) % WEEK


@dataclass(frozen=True, eq=False)
class File:
    """What rows of claims are made from."""

    claims: Claims
    filings: Filings
    ledger: Ledger
    book: Book
    people: People
    last_day: int

    @cached_property
    def id(self) -> I64:
        """Claim ids by filing, rising."""
        found: I64 = self.claims.base[self.filings.claim] | self.filings.version << LINE_BITS
        return found

    @cached_property
    def visit(self) -> I64:
        """Visit of each filing."""
        return self.claims.visit[self.filings.claim]

    @cached_property
    def person(self) -> I64:
        """Person of each filing."""
        return self.claims.visits.person[self.visit]

    @cached_property
    def plan(self) -> I64:
        """Plan id of each filing."""
        return plan_ids(self.book, self.ledger.accounts.row)

    @cached_property
    def status(self) -> I64:
        """Index into `STATUSES`, by filing."""
        denied = self.ledger.sums(self.ledger.refusal == 0) == 0
        undone = (self.filings.undone < FAR) | (self.filings.version == VOID)
        return np.where(undone, REVERSED, np.where(denied, DENIED, PAID))

    @cached_property
    def paid(self) -> I64:
        """Cents paid by filing."""
        return self.ledger.sums(self.ledger.paid)

    @cached_property
    def charge(self) -> I64:
        """Cents charged by filing."""
        return self.ledger.sums(self.ledger.charge)

    @cached_property
    def owed(self) -> I64:
        """Cents owed by the patient by filing."""
        return self.ledger.sums(self.ledger.patient)


def claims(file: File) -> pa.RecordBatch:
    """Return a row for each time that a claim was decided."""
    f, c, v = file.filings, file.claims, file.claims.visits
    slot, kind = c.slot[f.claim], v.kind[file.visit]
    facility = c.institutional[f.claim]
    stay = (slot == FACILITY) & (kind == IMP)
    paid_on = pay_day(f.decided)
    unpaid = (file.status == DENIED) | (f.version == VOID) | (paid_on >= file.last_day)
    allowed, other = file.ledger.sums(file.ledger.allowed), file.ledger.sums(file.ledger.other)
    place = c.lines["place"][c.first[f.claim]].astype(np.int64)
    asked = _authorized(file)
    principal = v.diagnosis[file.visit]
    return batch(
        "claims",
        {
            "id": file.id,
            "claim_number": lettered("C", file.id >> LINE_BITS),
            "member_id": file.people.id[file.person],
            "patient_id": file.people.id[file.person],
            "encounter_id": v.id[file.visit],
            "plan_id": file.plan,
            "authorization_id": pa.array(asked, mask=asked == NONE),
            "claim_type": words(facility.astype(np.int8), ("professional", "institutional")),
            "status": words(file.status, STATUSES),
            "frequency_code": words(_frequency(file), FREQUENCIES),
            "original_claim_id": _earlier(
                file, np.isin(f.version, (REPLACEMENT, VOID)) | _mended(f)
            ),
            "service_date": dates(c.day[f.claim]),
            "service_end_date": dates(c.end[f.claim]),
            "principal_diagnosis": words(principal, v.codes),
            "other_diagnoses": _others(file),
            "admitting_diagnosis": words(np.where(stay, principal, -1), v.codes),
            "billing_provider_id": c.provider[f.claim],
            "rendering_provider_id": pa.array(c.provider[f.claim], mask=f.refusal == INCOMPLETE),
            "facility_id": c.facility[f.claim],
            "place_of_service": words(np.where(facility, -1, place), PLACES),
            "bill_type": _bill_type(file, slot, kind, facility),
            "drg_code": words(np.where(stay, v.drg[file.visit], -1), v.drgs),
            "in_network": file.ledger.inside,
            "total_charge": money(file.charge),
            "total_allowed": money(allowed),
            "total_paid": money(file.paid),
            "patient_responsibility": money(file.owed),
            "submitted_date": dates(f.submitted),
            "received_date": dates(f.submitted + 1),
            "adjudicated_date": dates(f.decided),
            "paid_date": dates(paid_on, unpaid),
            "payer_sequence": np.where(f.version == SECONDARY, 2, 1).astype(np.int32),
            "other_payer_paid": money(other),
            "earlier_claim_id": _earlier(file, f.of != NONE),
            "total_adjustment": money(file.charge - file.paid - file.owed - other),
        },
    )


def _authorized(file: File) -> I64:
    """Return the approval of each filing that has one, `NONE` for the others."""
    found = np.full(len(file.claims.first), NONE, np.int64)
    granted = file.ledger.consents.granted
    found[granted] = file.claims.base[granted]
    return np.where(file.filings.version == SECONDARY, NONE, found[file.filings.claim])


def _mended(f: Filings) -> Bools:
    """Return the claims that correct one that was refused."""
    found: Bools = (f.version == RESENT) & (f.refusal[f.of] != OTHER_FIRST)
    return found


def _frequency(file: File) -> I64:
    f = file.filings
    found = np.where(_mended(f) | (f.version == REPLACEMENT), 1, 0)
    return np.where(f.version == VOID, 2, found)


def _earlier(file: File, which: Bools) -> pa.Array:
    """Return the claim that went before, where there is one of that kind."""
    of = file.filings.of
    return pa.array(file.id[of] if len(of) else of, mask=(of == NONE) | ~which)


def _others(file: File) -> pa.DictionaryArray:
    """Return the further diagnoses of each visit, as one text."""
    v = file.claims.visits
    some = np.flatnonzero(v.count > 1)
    count = np.minimum(v.count[some] - 1, MOST_OTHERS)
    place, _ = within(v.first[some] + 1, count)
    offsets = np.r_[0, np.cumsum(count)]
    codes = pa.array(v.codes, pa.string()).take(pa.array(v.all_diagnoses[place]))
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), codes)
    texts = pc.binary_join(lists, " ")
    number = np.full(len(v), -1, np.int32)
    number[some] = np.arange(len(some))
    index = number[file.visit]
    return pa.DictionaryArray.from_arrays(pa.array(index, mask=index < 0), texts)


def _bill_type(file: File, slot: I64, kind: I64, facility: Bools) -> pa.DictionaryArray:
    base = np.where(slot == LABORATORY, 2, 1)
    base = np.where((slot == FACILITY) & (kind == IMP), 0, base)
    base = np.where((slot == FACILITY) & (kind == HH), 3, base)
    after = [BILL_TYPES.index(CARE_AFTER.get(code[:2], "034")) for code in revenue_codes()]
    revenue = file.claims.lines["revenue"][file.claims.first[file.filings.claim]]
    base = np.where(slot == AFTER, np.array(after)[revenue], base)
    values = [b + f for b in BILL_TYPES for f in FREQUENCIES]
    return words(np.where(facility, base * len(FREQUENCIES) + _frequency(file), -1), values)
