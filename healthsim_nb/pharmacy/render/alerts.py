"""Rows of alerts of utilization review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.engine.arrow import batch, dates, words
from healthsim_nb.engine.ids import numbered
from healthsim_nb.engine.rng import Draws
from healthsim_nb.pharmacy.checks import SEVERITIES, product_checks
from healthsim_nb.pharmacy.counter import ANSWER
from healthsim_nb.pharmacy.requests import REVIEW, SOON
from healthsim_nb.pharmacy.reviewing import REASONS, alerts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.dispensed import Settled
    from healthsim_nb.pharmacy.products import Products
    from healthsim_nb.pharmacy.reviewing import Alerts

    I64 = NDArray[np.int64]

NUMBER_BITS = 6
SERVICES, RESULTS = ("M0", "P0", "R0"), ("1A", "1B", "1G", "2A")
PRESCRIBER, PATIENT, SOURCE = range(3)
FALSE, AS_WRITTEN, APPROVED, NOT_FILLED = range(4)
KNOWN = 0.45
"""Share of findings that are no news to the pharmacist (judgement)."""
OWN_TEXTS = {
    "HD": "the dose of a day is above the most that is usual",
    "PA": "the age of the patient speaks against it",
    "SX": "the sex of the patient speaks against it",
    "PG": "harms the child or may; do not dispense before the prescriber agrees",
    "DC": "a disease on record speaks against it",
    "ER": "too much of the last fill should be left",
}


def rows(settled: Settled) -> pa.RecordBatch:
    """Return a row for each finding."""
    diagnoses = settled.written.diagnoses
    found = alerts_of(settled.desk, settled.lines, settled.asked.seen, settled.verdicts, diagnoses)
    claim = settled.id[found.line]
    order = np.lexsort((found.other, found.reason, claim))
    claim, line = claim[order], found.line[order]
    told = found.told[order]
    texts = [f"{what}; {advice}" for what, advice in product_checks(_shelf(settled)).pairs.texts]
    own = [OWN_TEXTS.get(reason, "") for reason in REASONS]
    text = np.where(told < 0, len(texts) + found.reason[order], told)
    service, result = _answer(settled, found, order)
    beside, other = found.beside[order], found.other[order]
    number = np.minimum(numbered(claim), (1 << NUMBER_BITS) - 1)
    return batch(
        "dur_alerts",
        {
            "id": claim << NUMBER_BITS | number,
            "pharmacy_claim_id": claim,
            "patient_id": settled.written.people.id[settled.person[line]],
            "reason_code": words(found.reason[order], REASONS),
            "severity": words(found.severity[order], SEVERITIES),
            "description": words(text, [*texts, *own]),
            "conflicting_claim_id": pa.array(settled.id[beside], mask=beside < 0),
            "conflicting_ndc": words(other, _shelf(settled).ndc),
            "professional_service_code": words(service, SERVICES),
            "result_code": words(result, RESULTS),
            "alert_date": dates(settled.lines.day[line]),
        },
    )


def _shelf(settled: Settled) -> Products:
    return settled.written.products


def _answer(settled: Settled, found: Alerts, order: NDArray[np.intp]) -> tuple[I64, I64]:
    """Return what the pharmacist did about each finding, and what came of it."""
    line = found.line[order]
    refusal, lines = settled.verdicts.refusal[line], settled.lines
    filled = np.zeros(len(settled.desk.fills.use), bool)
    answers = np.flatnonzero((lines.variant == ANSWER) & settled.verdicts.sent)
    filled[lines.fill[answers]] = True
    draws = Draws(settled.written.seed, settled.id[line])
    known = draws.chance("pharmacy.known-alert", KNOWN)
    service = np.where(known, SOURCE, PATIENT)
    result = np.where(known, FALSE, AS_WRITTEN)
    barred = refusal == REVIEW
    service = np.where(barred, PRESCRIBER, service)
    result = np.where(barred, np.where(filled[lines.fill[line]], APPROVED, NOT_FILLED), result)
    early = refusal == SOON
    return np.where(early, PATIENT, service), np.where(early, NOT_FILLED, result)
