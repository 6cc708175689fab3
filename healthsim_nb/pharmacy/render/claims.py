"""Rows of pharmacy claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.cents import lettered, money
from healthsim_nb.coverage.render.sponsors import plan_ids
from healthsim_nb.engine.arrow import batch, dates, moment, times, words
from healthsim_nb.pharmacy.counter import MONTHS, OTHER, QUARTER, REBILL
from healthsim_nb.pharmacy.render.amounts import thousandths
from healthsim_nb.pharmacy.requests import REFUSALS, TAKEN, UNDO
from healthsim_nb.pharmacy.slips import slips

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.dispensed import Settled

    I64 = NDArray[np.int64]

STATUSES = ("paid", "rejected", "reversed")
PAID, REJECTED, REVERSED = range(3)
TRANSACTIONS = ("B1", "B2", "B3")
PHASES = ("deductible", "initial", "coverage-gap", "catastrophic")
PROGRAMS = (*("copay-card", "low-income-subsidy", "manufacturer-discount", "subsidy-and-discount"),)
RESOLUTIONS = (
    None,
    "coverage on the day of the fill",
    "coverage that has not ended",
    "payment by the other plan first",
    "a listed alternative, or a formulary exception",
    "prior authorization",
    "another drug first, or a step therapy exception",
    "a smaller quantity, or an override of the limit",
    "refill when enough of the last supply is used up",
    "the pharmacist's answer to the review",
    "a new prescription",
)
"""By number of the refusal."""
OPENS = 9 * 60
APART = 2
"""Minutes between claims for one fill on one day."""


def rows(settled: Settled) -> pa.RecordBatch:
    """Return a row for each claim that was sent."""
    at, v, lines, desk = settled.rows, settled.verdicts, settled.lines, settled.desk
    fill, f = lines.fill[at], desk.fills
    product, use = f.product[fill], f.use[fill]
    written, book = settled.written, settled.roll.book
    undo = lines.kind[at] == UNDO
    refusal = np.where(undo, np.int8(TAKEN), v.refusal[at])
    status = np.where(refusal != TAKEN, REJECTED, np.where(v.taken_back[at] | undo, REVERSED, PAID))
    people = written.people.id[settled.person[at]]
    plan = np.where(lines.variant[at] == OTHER, _second(settled, fill), desk.held.row[fill])
    tier = np.where(refusal == TAKEN, desk.costs["tier"][fill], -1)
    tier = np.where(lines.variant[at] == OTHER, -1, tier)
    kind = np.where(undo, 1, np.where(lines.variant[at] == REBILL, 2, 0))
    prices = _prices(settled, at, refusal, undo)
    original = _original(settled, at)
    program = v.subsidy[at] + v.discount[at] + v.card[at]
    return batch(
        "pharmacy_claims",
        {
            "id": settled.id[at],
            "claim_number": lettered("PC", settled.id[at]),
            "prescription_id": written.id[f.prescription[fill]],
            "member_id": people,
            "patient_id": people,
            "pharmacy_id": settled.pharmacy[fill],
            "prescriber_id": written.uses.prescriber[use],
            "transaction_code": words(kind, TRANSACTIONS),
            "original_claim_id": pa.array(original, mask=original < 0),
            "status": words(status, STATUSES),
            "reject_code": words(refusal - (refusal == TAKEN), (*REFUSALS, *slips().codes)),
            "fill_number": v.fill[at]
            + written.schedule.before[f.prescription[fill]].astype(np.int32),
            "service_date": dates(_served(settled, at)),
            "service_time": times(moment(lines.day[at], _minute(settled, at))),
            "ndc": words(product, written.products.ndc),
            "quantity_dispensed": thousandths(_quantity(settled, at)),
            "days_supply": (f.days[fill] * _months(settled, at)).astype(np.int32),
            "tier": pa.array(tier.astype(np.int32), mask=tier <= 0),
            "part_d_phase": words(np.where(status == REJECTED, -1, v.phase[at]), PHASES),
            "usual_and_customary": money(prices[2]),
            "ingredient_cost": money(prices[0]),
            "dispensing_fee": money(prices[1]),
            "total_price": money(prices[0] + prices[1]),
            "deductible_amount": money(v.deductible[at]),
            "copay_amount": money(v.copay[at]),
            "coinsurance_amount": money(v.coinsurance[at]),
            "program_paid": money(program),
            "patient_pay": money(v.patient[at]),
            "plan_paid": money(v.plan[at]),
            "plan_id": plan_ids(book, plan),
            "program": words(_program(settled, at), PROGRAMS),
            "out_of_pocket": money(v.counted[at]),
            "resolution": words(refusal - (refusal == TAKEN), (*RESOLUTIONS, *slips().resolutions)),
        },
    )


def _second(settled: Settled, fill: I64) -> I64:
    """Return the row of the plan that pays second."""
    held, book = settled.desk.held, settled.roll.book
    return book.row(np.maximum(held.second[fill], 0), held.year[fill])


def _quantity(settled: Settled, at: NDArray[np.intp]) -> I64:
    desk, fill = settled.desk, settled.lines.fill[at]
    asked = desk.quantity[fill] * _months(settled, at)
    return np.where(settled.asked.less[at], desk.less[fill], asked)


def _months(settled: Settled, at: NDArray[np.intp]) -> I64:
    """Return how many times a fill's supply is asked for."""
    return np.where(settled.lines.variant[at] == QUARTER, MONTHS, 1)


def _prices(
    settled: Settled, at: NDArray[np.intp], refusal: NDArray[np.int8], undo: NDArray[np.bool_]
) -> list[I64]:
    """Return ingredient cost, fee and usual charge; nothing is paid for what is refused."""
    desk, fill = settled.desk, settled.lines.fill[at]
    sign = np.where(refusal != TAKEN, 0, np.where(undo, -1, 1))
    found = [
        np.where(settled.asked.less[at], small[fill], full[fill])
        for small, full in zip(desk.small, desk.full, strict=True)
    ]
    return [found[0] * sign, found[1] * sign, found[2] * _months(settled, at)]


def _original(settled: Settled, at: NDArray[np.intp]) -> I64:
    """Return the claim that each takes back or follows, -1 for none."""
    of = settled.lines.of[at]
    return np.where(of < 0, -1, settled.id[of])


def _served(settled: Settled, at: NDArray[np.intp]) -> I64:
    """Return the day of the fill: that of the claim that is taken back or billed anew."""
    lines = settled.lines
    anew = (lines.kind[at] == UNDO) | (lines.variant[at] == REBILL)
    return lines.day[np.where(anew, lines.of[at], at)]


def _minute(settled: Settled, at: NDArray[np.intp]) -> I64:
    """Return when each is sent: those for one fill on one day one after the other."""
    fills = settled.desk.fills
    fill = settled.lines.fill[at]
    draws = settled.written_draws[fills.use[fill]]
    first = OPENS + draws + fills.nth[fill] * 7 % 60
    return first + settled.lines.variant[at].astype(np.int64) * APART


def _program(settled: Settled, at: NDArray[np.intp]) -> I64:
    v = settled.verdicts
    subsidy, discount, card = v.subsidy[at] != 0, v.discount[at] != 0, v.card[at] != 0
    found = np.where(subsidy & discount, 3, np.where(subsidy, 1, np.where(discount, 2, -1)))
    return np.where(card, 0, found)
