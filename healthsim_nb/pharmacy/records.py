"""All tables of the pharmacy for one block, from its people, its record and its coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.engine.calendar import day_number
from healthsim_nb.engine.rng import Draws
from healthsim_nb.pharmacy.accounts import open_accounts
from healthsim_nb.pharmacy.asking import Asked, reduced, requests_of
from healthsim_nb.pharmacy.benefits import benefits_of
from healthsim_nb.pharmacy.counter import Terms, lines_of
from healthsim_nb.pharmacy.desk import Desk
from healthsim_nb.pharmacy.dispensed import Settled, Written
from healthsim_nb.pharmacy.fills import LONG, fills_of
from healthsim_nb.pharmacy.gates import gates
from healthsim_nb.pharmacy.holding import lasts
from healthsim_nb.pharmacy.products import products_of
from healthsim_nb.pharmacy.refills import plan_fills, schedule
from healthsim_nb.pharmacy.render import (
    accumulators,
    alerts,
    claims,
    houses,
    members,
    prescriptions,
)
from healthsim_nb.pharmacy.reviewing import beside, neighbours
from healthsim_nb.pharmacy.taking import PUBLIC, SPECIAL, USUAL
from healthsim_nb.pharmacy.together import decide_together, in_one_order
from healthsim_nb.pharmacy.uses import uses_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from healthsim_nb.clinical.products import ProductTable
    from healthsim_nb.coverage.records import Billed, Patients
    from healthsim_nb.coverage.wavefront import Shares
    from healthsim_nb.pharmacy.requests import Verdicts
    from healthsim_nb.templates.template import Specification

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Tables = dict[str, pa.RecordBatch]

SHARED = ("pharmacies", "formulary_drugs")
"""Tables whose rows may repeat from block to block: the same id is the same row."""
BY_PERSON = {"rx_members": "member_id", "accumulators": "member_id"}
"""Tables in which relatives have rows, and the column that says whose a row is."""
HIDDEN = {"rx_members": "patient_id", "accumulators": "pharmacy_claim_id"}
"""What is nobody's business of relatives."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a block's people have prescribed, and what is asked of their benefits."""

    written: Written
    asked: Asked | None
    """None without coverage."""

    @property
    def combined(self) -> Bools:
        """By plan of the book: whether drugs count towards its deductible and maximum."""
        assert self.asked is not None
        benefits = self.asked.desk.benefits
        of_plan = benefits.of_plan[:-1]
        found: Bools = benefits.combined[of_plan] & (of_plan != NONE)
        return found


@dataclass(frozen=True, eq=False)
class Dispensed:
    """What was prescribed and dispensed to a block's people, whoever are its patients."""

    written: Written
    settled: Settled | None
    rows: Tables

    def of(self, patient: Bools, also: NDArray[np.intp]) -> Tables:
        """Return the rows of each table, by id.

        Parameters
        ----------
        patient
            By person: whether the scenario has them as a patient.
        also
            Their relatives who are members too.
        """
        people = self.written.people
        found = {}
        for name, rows in self.rows.items():
            person = people.rows_of(rows[BY_PERSON.get(name, "patient_id")].to_numpy())
            kept = patient[person]
            if name in BY_PERSON:
                kept = kept | np.isin(person, also)
            some = rows if kept.all() else rows.take(pa.array(np.flatnonzero(kept)))
            if name in BY_PERSON:
                column = HIDDEN[name]
                known = pa.array(some[column].to_numpy(), mask=~patient[person[kept]])
                some = some.set_column(some.schema.names.index(column), column, known)
            found[name] = some
        return {**found, **houses.shared(self.settled, found)}


def ask(
    spec: Specification,
    patients: Patients,
    record: Mapping[str, pa.RecordBatch],
    shelf: ProductTable,
    billed: Billed | None,
    last_day: int,
) -> Wanted:
    """Return what is prescribed of what people take, and what is asked of their benefits.

    A pure function of its arguments; each row depends on its household only.

    Parameters
    ----------
    shelf
        The products of the record's drugs.
    billed
        Their coverage; None: prescriptions only.
    last_day
        The day after the last.
    """
    people, products = patients.people, products_of(shelf)
    uses = uses_of(
        record, people, patients.doctor, patients.death, products, shelf,
        (day_number(spec.start), last_day),
    )  # fmt: skip
    draws = Draws(spec.seed, uses.medication)
    plan = plan_fills(
        uses, products, people.line_of_business[uses.person], draws, day_number(spec.start)
    )
    made = schedule(uses, plan, draws, last_day)
    written = Written(
        uses,
        plan,
        made,
        products,
        people,
        patients.death,
        record["diagnoses"],
        spec.seed,
        (day_number(spec.start), last_day),
    )
    return Wanted(written, None if billed is None else _asked(written, billed, draws))


def settle(billed: Billed, asked: Asked) -> tuple[Shares, Verdicts]:
    """Return what becomes of the medical lines that wait for their turn, and of those of drugs."""
    medical, drugs, when = in_one_order(billed, asked)
    pairs = (asked.stepped, asked.seen.pairs)
    visits = billed.queue.limits.visits
    return decide_together(medical, drugs, when, asked.accounts.limits, visits, pairs)


def dispense(wanted: Wanted, verdicts: Verdicts | None) -> Dispensed:
    """Return what is prescribed, filled and paid of what people take.

    Parameters
    ----------
    verdicts
        What became of the claims; None without coverage.
    """
    written = wanted.written
    if wanted.asked is None or verdicts is None:
        return Dispensed(written, None, {"prescriptions": prescriptions.rows(written, None)})
    settled = Settled(written, wanted.asked, verdicts)
    rows = {
        "rx_members": members.rows(settled),
        "prescriptions": prescriptions.rows(written, settled),
        "pharmacy_claims": claims.rows(settled),
        "dur_alerts": alerts.rows(settled),
        "accumulators": accumulators.rows(settled),
    }
    return Dispensed(written, settled, rows)


def _asked(written: Written, billed: Billed, draws: Draws) -> Asked:
    roll, products = billed.roll, written.products
    benefits = benefits_of(roll.book, products)
    fills, held = fills_of(written, roll, benefits)
    desk = Desk(fills, held, benefits, products, roll)
    units = (desk.quantity, fills.days)
    known = written.uses.known
    gate = gates(held, benefits, fills.use, fills.day, desk.cell, units, known, draws)
    near = neighbours(fills, products)
    households = written.people.rows_of(written.people.household_id)[fills.person]
    terms = _terms(written, desk, near.risky, households)
    lines, costly = lines_of(fills, held, gate, terms, draws, written.last_day)
    seen = beside(fills, lines, near, products)
    accounts = open_accounts(desk, billed.presented.desk.accounts)
    less = reduced(desk, gate, lines)
    chain = accounts.chain(fills.person, households, len(roll.people))
    requests, stepped = requests_of(desk, gate, lines, accounts, less, costly, chain, near.row)
    return Asked(desk, lines, seen, accounts, households, less, requests, stepped)


def _terms(written: Written, desk: Desk, risky: Bools, households: I64) -> Terms:
    """Return what is known of fills beforehand."""
    fills, held, products = desk.fills, desk.held, desk.products
    special, public = products.specialty[fills.product], desk.benefits.medicaid[held.formulary]
    until = written.schedule.written[fills.prescription] + written.plan.valid[fills.use]
    until = np.minimum(until, written.death[fills.person])
    until = np.minimum(until, lasts(desk.roll, fills.person, fills.day, held))
    monthly = (fills.days <= LONG) & products.maintenance[fills.product]
    monthly &= (products.schedule[fills.product] == 0) & ~special & fills.opening
    return Terms(
        chain=households,
        price=desk.full[0] + desk.full[1],
        kind=np.where(public, PUBLIC, np.where(special, SPECIAL, USUAL)),
        until=until,
        risky=risky & fills.opening,
        monthly=monthly,
    )
