"""What became of a block's prescriptions and fills, as rows are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import DAY_BITS, FIRST_DAY, numbered, patient_index
from healthsim_nb.engine.order import in_order
from healthsim_nb.engine.rng import Draws
from healthsim_nb.pharmacy.counter import TAKE_BACK
from healthsim_nb.pharmacy.pharmacies import mail_of, retail_of, specialty_of

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from healthsim_nb.coverage.render.members import Roll
    from healthsim_nb.pharmacy.asking import Asked
    from healthsim_nb.pharmacy.counter import Lines
    from healthsim_nb.pharmacy.desk import Desk
    from healthsim_nb.pharmacy.products import Products
    from healthsim_nb.pharmacy.refills import Plan, Schedule
    from healthsim_nb.pharmacy.requests import Verdicts
    from healthsim_nb.pharmacy.uses import Uses
    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

OPEN_MINUTES = 480
SEQUENCE_BITS = 8
"""Claims, and prescriptions, of a patient and day are numbered in the last bits of their ids."""


@dataclass(frozen=True, eq=False)
class Written:
    """Prescriptions and the fills that were asked for."""

    uses: Uses
    plan: Plan
    schedule: Schedule
    products: Products
    people: People
    death: NDArray[np.int32]
    """Day of death by person, `FAR` while alive."""
    diagnoses: pa.RecordBatch
    seed: int
    days: tuple[int, int]
    """The first day, and the one after the last."""

    @property
    def last_day(self) -> int:
        """The day after the last."""
        return self.days[1]

    @cached_property
    def use(self) -> I64:
        """Use of each prescription."""
        return self.schedule.prescription_use

    @cached_property
    def id(self) -> I64:
        """Prescription ids."""
        return dated_ids(self.people.id[self.uses.person[self.use]], self.schedule.written)

    @cached_property
    def pharmacy(self) -> I64:
        """Pharmacy of each use."""
        who, product = self.uses.person, self.uses.product
        ids = self.people.id[who]
        found = retail_of(self.seed, ids, self.people.place[who])
        special = np.flatnonzero(self.products.specialty[product])
        limited = self.products.limited_distribution[product[special]]
        found[special] = specialty_of(self.seed, ids[special], limited)
        return found


@dataclass(frozen=True, eq=False)
class Settled:
    """Claims that were sent, and what became of them."""

    written: Written
    asked: Asked
    verdicts: Verdicts

    @property
    def desk(self) -> Desk:
        """What benefits say of fills."""
        return self.asked.desk

    @property
    def lines(self) -> Lines:
        """Every line that may be sent."""
        return self.asked.lines

    @property
    def roll(self) -> Roll:
        """The members."""
        return self.asked.desk.roll

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """Lines that are claims of their own, in order of id."""
        kept = self.verdicts.sent & (self.lines.variant != TAKE_BACK)
        at = np.flatnonzero(kept)
        return at[in_order(self.id[at])]

    @cached_property
    def person(self) -> I64:
        """Person of each line."""
        return self.desk.fills.person[self.lines.fill]

    @cached_property
    def id(self) -> I64:
        """Claim id by line; of those that were not sent, of no meaning."""
        kept = np.flatnonzero(self.verdicts.sent & (self.lines.variant != TAKE_BACK))
        found = np.full(len(self.lines.fill), -1, np.int64)
        people = self.written.people.id[self.person[kept]]
        found[kept] = dated_ids(people, self.lines.day[kept])
        return found

    @cached_property
    def pharmacy(self) -> I64:
        """Pharmacy of each fill: the payer's for those by mail."""
        f, book = self.desk.fills, self.roll.book
        houses = np.array([*(mail_of(plan.payer) for plan in book.plans), 0])
        own = self.written.pharmacy[f.use]
        return np.where(self.desk.kind == 1, houses[self.desk.held.plan], own)

    @cached_property
    def stopped(self) -> I64:
        """Day on which each use ended at the counter, `FAR`: it did not."""
        line = self.verdicts.stopped.astype(np.int64)
        found = np.full(len(self.written.uses), FAR, np.int64)
        found[: len(line)] = np.r_[self.lines.day, FAR][np.minimum(line, len(self.lines.day))]
        return found

    @cached_property
    def written_draws(self) -> I64:
        """Minutes after opening at which each use's fills are asked for."""
        draws = Draws(self.written.seed, self.written.uses.medication)
        return draws.below("pharmacy.minute", OPEN_MINUTES)


def dated_ids(people: I64, day: I64) -> I64:
    """Return an id of (patient, day, number of the day): rows of one day count in their order."""
    key = patient_index(people) << DAY_BITS | (day + FIRST_DAY)
    order = in_order(key)
    number = np.empty_like(key)
    number[order] = numbered(key[order])
    if len(number) and int(number.max()) >= 1 << SEQUENCE_BITS:
        raise OverflowError(f"{int(number.max()) + 1} rows of one patient and day")
    found: I64 = key << SEQUENCE_BITS | number
    return found
