"""Rows of the lines of claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.cents import money
from healthsim_nb.coverage.draft import MODIFIERS, PLACES
from healthsim_nb.coverage.edits import refusals
from healthsim_nb.coverage.filing import UNPOINTED
from healthsim_nb.coverage.prices import price_list, revenue_codes
from healthsim_nb.engine.arrow import batch, dates, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.render.claims import File

    I8 = NDArray[np.int8]
    I64 = NDArray[np.int64]

POINTERS = ("1", "1 2", "1 2 3", "1 2 3 4")
GROUPS = ("CO", "OA", "PR")


def claim_lines(file: File) -> pa.RecordBatch:
    """Return a row for each line of each claim."""
    ledger, c, filed = file.ledger, file.claims, file.ledger.filed
    filing, line, of = filed.filing, filed.line, file.filings.claim
    claim, number = file.id[filing], filed.number + 1
    facility = c.institutional[of][filing]
    place, revenue = c.lines["place"][line], c.lines["revenue"][line]
    place[facility], revenue[~facility] = -1, -1
    adjustment = ledger.charge - ledger.paid
    adjustment -= ledger.patient
    adjustment -= ledger.other
    group, carc, rarc = _reasons(file, adjustment)
    return batch(
        "claim_lines",
        {
            "id": claim | number,
            "claim_id": claim,
            "line_number": number.astype(np.int32),
            "procedure_code": words(c.lines["service"][line], price_list().codes),
            "modifiers": words((c.modifier - 1)[line], MODIFIERS[1:]),
            "revenue_code": words(revenue, revenue_codes()),
            "place_of_service": words(place, PLACES),
            "ndc": pa.nulls(len(line), pa.string()),
            "service_date": dates(c.day[of].astype(np.int32)[filing]),
            "units": money((c.lines["units"].astype(np.int64) * 100)[line]),
            "charge_amount": money(ledger.charge),
            "allowed_amount": money(ledger.allowed),
            "deductible_amount": money(ledger.deductible),
            "copay_amount": money(ledger.copay),
            "coinsurance_amount": money(ledger.coinsurance),
            "paid_amount": money(ledger.paid),
            "patient_responsibility": money(ledger.patient),
            "diagnosis_pointers": words(_pointers(file), POINTERS),
            "carc_code": carc,
            "rarc_code": rarc,
            "status": words((ledger.refusal > 0).astype(np.int8), ("paid", "denied")),
            "carc_group": group,
            "adjustment_amount": money(adjustment),
            "other_payer_amount": money(ledger.other),
        },
    )


def _pointers(file: File) -> I8:
    """Return how many diagnoses each professional line points to: a visit to all it can."""
    c, filed, f = file.claims, file.ledger.filed, file.filings
    count = np.clip(c.visits.count[c.visit], 1, len(POINTERS)) - 1
    none = c.institutional[f.claim] | (f.refusal == UNPOINTED)
    found = np.where(none, -1, count[f.claim]).astype(np.int8)[filed.filing]
    return np.where(c.seen[filed.line], found, np.minimum(found, 0))


def _reasons(file: File, adjustment: I64) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Return adjustment group, reason and remark of each line."""
    ledger, table = file.ledger, refusals()
    usual = [("", ""), ("CO", "45"), ("PR", "1"), ("PR", "3"), ("PR", "2"), ("OA", "23")]
    rows = [*usual, *((row["group"], row["carc"]) for row in table[1:])]
    found = np.zeros(len(adjustment), np.int8)
    # What comes later goes before.
    found[ledger.coinsurance > 0] = 4
    found[ledger.copay > 0] = 3
    found[ledger.deductible > 0] = 2
    found[adjustment > 0] = 1
    found[ledger.filed.second] = 5
    refused = ledger.refusal > 0
    found[refused] = ledger.refusal[refused] + (len(usual) - 1)
    groups = np.array([GROUPS.index(g) if g else -1 for g, _ in rows], np.int8)
    codes = np.array([place if place else -1 for place in range(len(rows))], np.int8)
    return (
        words(groups[found], GROUPS),
        words(codes[found], [code for _, code in rows]),
        words(ledger.refusal - 1, [row["rarc"] for row in table[1:]]),
    )
