"""All tables of the pharmacy for one block, from its people, its record and its coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.engine.calendar import day_number
from healthsim_nb.engine.ids import patient_index
from healthsim_nb.engine.rng import Draws
from healthsim_nb.pharmacy.benefits import benefits_of
from healthsim_nb.pharmacy.counter import Terms, lines_of
from healthsim_nb.pharmacy.desk import (
    LONG,
    READY,
    READY_CONTROLLED,
    Desk,
    Fills,
    quantities,
    requests_of,
)
from healthsim_nb.pharmacy.dispensed import Accounts, Settled, Written
from healthsim_nb.pharmacy.gates import gates
from healthsim_nb.pharmacy.holding import Holding, holding, lasts
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
from healthsim_nb.pharmacy.reviewing import beside, neighbours, opening
from healthsim_nb.pharmacy.taking import PUBLIC, SPECIAL, USUAL
from healthsim_nb.pharmacy.uses import uses_of
from healthsim_nb.pharmacy.wave import decide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from healthsim_nb.clinical.products import ProductTable
    from healthsim_nb.coverage.records import Covered, Patients
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


def dispense(
    spec: Specification,
    patients: Patients,
    record: Mapping[str, pa.RecordBatch],
    shelf: ProductTable,
    covered: Covered | None,
    last_day: int,
) -> Dispensed:
    """Return what is prescribed, filled and paid of what people take.

    A pure function of its arguments; each row depends on its household only.

    Parameters
    ----------
    shelf
        The products of the record's drugs.
    covered
        Their coverage; None: prescriptions only.
    last_day
        The day after the last.
    """
    people, products = patients.people, products_of(shelf)
    uses = uses_of(
        record, people, patients.doctor, patients.death, products, shelf, spec.seed,
        (day_number(spec.start), last_day),
    )  # fmt: skip
    draws = Draws(spec.seed, uses.medication)
    plan = plan_fills(uses, products, people.line_of_business[uses.person], draws)
    made = schedule(uses, plan, draws, last_day)
    written = Written(
        uses, plan, made, products, people, patients.death, record["diagnoses"], spec.seed, last_day
    )
    if covered is None:
        return Dispensed(written, None, {"prescriptions": prescriptions.rows(written, None)})
    settled = _settled(written, covered, draws)
    rows = {
        "rx_members": members.rows(settled),
        "prescriptions": prescriptions.rows(written, settled),
        "pharmacy_claims": claims.rows(settled),
        "dur_alerts": alerts.rows(settled),
        "accumulators": accumulators.rows(settled),
    }
    return Dispensed(written, settled, rows)


def _settled(written: Written, covered: Covered, draws: Draws) -> Settled:
    uses, plan, made, products = written.uses, written.plan, written.schedule, written.products
    benefits = benefits_of(covered.file.book, products)
    held = holding(covered, benefits, uses.person[made.use], made.day)
    at = np.flatnonzero(held.covered | held.ended)
    early = _early(covered, made.day, made.early, plan.days[made.use])
    before = holding(covered, benefits, uses.person[made.use], made.day - early)
    use, held = made.use[at], held.take(at)
    fills = Fills(
        use=use,
        person=uses.person[use],
        product=uses.product[use],
        prescription=made.prescription[at],
        allowed=plan.refills[use] + 1,
        nth=made.nth[at],
        day=made.day[at],
        early=np.where(_same(held, before.take(at)), early[at], 0),
        days=plan.days[use],
        mail=plan.mail[use],
        known=uses.known[use],
        due=-(
            -plan.days[use]
            * np.where(products.schedule[uses.product[use]] > 0, READY_CONTROLLED, READY)
            // 100
        ),
    )
    desk = Desk(fills, held, benefits, products, covered, written.seed)
    gate = gates(
        held, benefits, use, fills.day, desk.cell, (desk.quantity, fills.days), uses.known, draws
    )
    household = patient_index(written.people.household_id)[fills.person]
    special, public = products.specialty[fills.product], benefits.medicaid[held.formulary]
    kind = np.where(public, PUBLIC, np.where(special, SPECIAL, USUAL))
    price = desk.full[0] + desk.full[1]
    until = made.written[fills.prescription] + plan.valid[use]
    until = np.minimum(until, written.death[fills.person])
    until = np.minimum(until, lasts(covered, fills.person, fills.day, held))
    known = neighbours(fills, products)
    monthly = (fills.days <= LONG) & products.maintenance[fills.product]
    monthly &= (products.schedule[fills.product] == 0) & ~special & opening(fills)
    terms = Terms(household, price, kind, until, known.risky & opening(fills), monthly)
    lines, costly = lines_of(fills, held, gate, terms, draws, written.last_day)
    seen = beside(fills, lines, known, products)
    requests, limits, asked = requests_of(desk, gate, lines, costly, household, known.row)
    verdicts = decide(requests, limits, asked, seen.pairs).first(len(lines.fill))
    less = quantities(desk, gate, lines)
    claimed = requests.take(np.arange(len(lines.fill)))
    accounts = Accounts(claimed.account, limits.deductible, limits.most)
    return Settled(written, desk, gate, lines, verdicts, less, seen, covered, accounts)


def _early(covered: Covered, day: I64, early: I64, days: I64) -> I64:
    """Return the days by which fills are asked for too soon, in the month in which they are due.

    A month does not know of the next, which may not have been played yet.
    """
    months = covered.roll.enrolment.months
    room = day - months.begins(months.place(day)).astype(np.int64)
    found = np.minimum(early, room)
    return np.where(found * 4 > days, found, 0)


def _same(one: Holding, other: Holding) -> Bools:
    """Return where two days fall under the same plan and year."""
    found: Bools = one.covered & other.covered & (one.row == other.row)
    return found
