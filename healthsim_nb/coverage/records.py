"""All tables of coverage for one block, from its people and its record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage import billing
from healthsim_nb.coverage.book import open_book
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.consent import consents
from healthsim_nb.coverage.enrollment import Enroller, Enrolment
from healthsim_nb.coverage.filing import Office
from healthsim_nb.coverage.gaps import care_gaps
from healthsim_nb.coverage.money import present, settle
from healthsim_nb.coverage.months import months_of
from healthsim_nb.coverage.render import sponsors
from healthsim_nb.coverage.render.authorizations import authorizations
from healthsim_nb.coverage.render.claim_lines import claim_lines
from healthsim_nb.coverage.render.claims import File, claims
from healthsim_nb.coverage.render.contracts import contracts
from healthsim_nb.coverage.render.members import (
    Roll,
    coverage_spans,
    enrollment_events,
    members,
)
from healthsim_nb.coverage.render.payments import accumulators, remittances
from healthsim_nb.coverage.risk import risk_scores
from healthsim_nb.coverage.spans import first_spans, second_spans
from healthsim_nb.coverage.visible import SHARED, cut, relatives

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pyarrow as pa
    from numpy.typing import NDArray

    from healthsim_nb.coverage.money import Presented
    from healthsim_nb.coverage.queue import Queue
    from healthsim_nb.coverage.wavefront import Shares
    from healthsim_nb.population.people import People
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Specification

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["SHARED", "Billed", "Covered", "Patients", "bill", "cover"]


@dataclass(frozen=True, eq=False)
class Patients:
    """The people of a block, in whole groups, so that no household is cut."""

    people: People
    death: NDArray[np.int32]
    """Day of death, `FAR` while alive, shape (n,)."""
    doctor: I64
    """Primary care provider, shape (n,)."""


@dataclass(frozen=True, eq=False)
class Covered:
    """What becomes of the people of a block, whoever of them the scenario has as patients."""

    rows: dict[str, pa.RecordBatch]
    """The tables that say of each row whose it is."""
    file: File
    enrolment: Enrolment
    start: date

    def of(self, patient: NDArray[np.bool_]) -> tuple[dict[str, pa.RecordBatch], NDArray[np.intp]]:
        """Return the rows of each table, by id, and whose relatives are members too.

        Parameters
        ----------
        patient
            By person: whether the scenario has them as a patient, shape (n,).
        """
        also = relatives(self.enrolment, patient)
        rows = {**self.rows, **contracts(self.file, self.start, patient)}
        return cut(rows, self.file.people, patient, also), also


@dataclass(frozen=True, eq=False)
class Billed:
    """What is asked of the plans of a block's people, before anybody says who pays.

    A pure function of people and record; each row depends on its household only. Claims are those
    that were decided before ``last_day``.
    """

    patients: Patients
    roll: Roll
    presented: Presented
    start: date
    last_day: int

    @property
    def queue(self) -> Queue:
        """What waits for its turn."""
        return self.presented.queue


def bill(
    spec: Specification,
    library: Library,
    patients: Patients,
    record: Mapping[str, pa.RecordBatch],
    last_day: int,
) -> Billed:
    """Return what is asked of people's plans.

    Parameters
    ----------
    record
        The clinical tables of the same patients: encounters, diagnoses, orders, procedures.
    last_day
        The day after the last.
    """
    people = patients.people
    months = months_of(spec.start, last_day)
    book = open_book(library, *months.years)
    enrolment = Enroller(book, months, people, spec.seed, spec.population.plans).play()
    written, month = billing.bill(record, people, enrolment, book, spec.seed, patients.death)
    office = Office(written, enrolment, book, month)
    asked = consents(written, office.plan, book)
    filings = office.file(last_day, asked.awaited)
    shared = _shared(enrolment)
    presented = present(written, filings, book, people, asked, shared)
    first = first_spans(enrolment, people, patients.death)
    second = second_spans(enrolment, people, patients.death)
    roll = Roll(book, enrolment, people, first, second, shared, spec.seed)
    return Billed(patients, roll, presented, spec.start, last_day)


def cover(
    billed: Billed,
    shares: Shares,
    library: Library,
    record: Mapping[str, pa.RecordBatch],
    combined: Bools,
) -> Covered:
    """Return what becomes of people: their plans, claims and money.

    Parameters
    ----------
    shares
        What became of the lines that waited for their turn.
    combined
        By plan of the book: whether drugs count towards its deductible and maximum.
    """
    roll, desk, last_day = billed.roll, billed.presented.desk, billed.last_day
    book, people, doctor = roll.book, roll.people, billed.patients.doctor
    ledger = settle(billed.presented, shares)
    file = File(desk.claims, desk.filings, ledger, book, people, last_day)
    rows = {
        "plans": sponsors.plans(book, combined),
        "networks": sponsors.networks(billed.start),
        "groups": sponsors.groups(_groups(roll), billed.start),
        "members": members(roll, doctor),
        "coverage_spans": coverage_spans(roll),
        "enrollment_events": enrollment_events(roll),
        "authorizations": authorizations(
            desk.claims, ledger.consents, people, roll.known, last_day
        ),
        "claims": claims(file),
        "claim_lines": claim_lines(file),
        "remittances": remittances(file),
        "accumulators": accumulators(file),
        "risk_scores": risk_scores(roll, record),
        "care_gaps": care_gaps(roll, record, library, doctor),
    }
    return Covered(rows, file, roll.enrolment, billed.start)


def _shared(enrolment: Enrolment) -> NDArray[np.bool_]:
    """Return who has a plan with others of the household when the run begins."""
    plan, subscriber = enrolment.plan[0], enrolment.subscriber[0]
    size = np.bincount(subscriber[plan != NONE], minlength=len(plan))
    found: NDArray[np.bool_] = size[subscriber] > 1
    return found


def _groups(roll: Roll) -> I64:
    found = np.unique(np.concatenate([roll.group(roll.first), roll.group(roll.second)]))
    named: I64 = found[found != NONE]
    return named
