"""What is on record that can meet a measure of quality: events of people, by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.visits import coded, passing, whole
from healthsim_nb.engine.arrow import DAY_US
from healthsim_nb.engine.ids import DAY_BITS, SLOT_BITS, TURN_BITS
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from healthsim_nb.coverage.quality_measures import Met
    from healthsim_nb.population.people import People
    from healthsim_nb.templates.library import Library

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

VISIT_BITS = TURN_BITS + SLOT_BITS
LATEST = date(9999, 12, 31)
"""End of what goes on."""


@dataclass(frozen=True, eq=False)
class Events:
    """Events, shape (e,) a column."""

    person: I64
    day: I64
    encounter: I64
    good: Bools
    """Whether the value meets the measure; True where there is none."""
    until: I64 | None = None
    """Last day of what lasts."""

    def in_order(self) -> Events:
        """Return the events in order of person, day and visit."""
        if not len(self.day):
            return self
        # A person's encounters differ in the last bits of their ids.
        when = self.person << DAY_BITS | self.day - self.day.min()
        order = np.argsort(
            when << VISIT_BITS | self.encounter & ((1 << VISIT_BITS) - 1), kind="stable"
        )
        until = None if self.until is None else self.until[order]
        return Events(
            self.person[order], self.day[order], self.encounter[order], self.good[order], until
        )


@dataclass(frozen=True, eq=False)
class Chart:
    """The clinical tables of a block, as events of its people."""

    record: Mapping[str, pa.RecordBatch]
    people: People
    library: Library

    def of(self, met: Met) -> Events:
        """Return the events that a measure looks at."""
        if met.visits:
            return self._visits(met)
        if met.procedures:
            return self._coded("procedures", "code", met.procedures, "performed_time")
        if met.pressure:
            return self._pressures(met.pressure)
        if met.drugs:
            return self._prescribed(met.drugs)
        if met.vaccines:
            kinds = [r["cvx"] for r in rows("codes/vaccines.csv") if r["kind"] == met.vaccines]
            return self._coded("immunizations", "cvx_code", kinds, "administered_date")
        return self._tests(met)

    def diagnosed(self, begins: list[str]) -> tuple[I64, I64]:
        """Return person and day of each visit with a diagnosis that begins so."""
        table = self.record["diagnoses"]
        at = passing(table["code"], lambda word: word.startswith(tuple(begins)))
        visit = whole(table["encounter_id"])[at]
        # Rows come by visit: the same one follows itself.
        at = at[np.r_[True, visit[1:] != visit[:-1]]] if len(at) else at
        return self._person(table, at), _days(table["diagnosed_date"], at)

    def _person(self, table: pa.RecordBatch, at: NDArray[np.intp]) -> I64:
        return self.people.rows_of(whole(table["patient_id"])[at])

    def _visits(self, met: Met) -> Events:
        table = self.record["encounters"]
        (kind, kinds), (what, whats) = coded(table["class_code"]), coded(table["type"])
        wanted = np.array([*(k in met.visits for k in kinds), False])[kind]
        if met.preventive:
            wanted &= np.array([*(w == "preventive-visit" for w in whats), False])[what]
        at = np.flatnonzero(wanted)
        ids = whole(table["id"])[at]
        day = whole(table["admission_time"])[at] // DAY_US
        return Events(self._person(table, at), day, ids, np.ones(len(at), bool))

    def _coded(self, name: str, column: str, codes: list[str], when: str) -> Events:
        table = self.record[name]
        at = passing(table[column], codes.__contains__)
        encounter = whole(table["encounter_id"])[at]
        return Events(
            self._person(table, at), _days(table[when], at), encounter, np.ones(len(at), bool)
        )

    def _prescribed(self, classes: list[str]) -> Events:
        """Return prescriptions of some classes, each from its first day to its last."""
        drugs = {n: d for n, d in self.library.drugs.items() if d.drug_class in classes}
        names = [d.rxnorm for d in drugs.values()]
        names += [p.rxnorm for p in self.library.products.values() if p.drug in drugs]
        found = self._coded("medications", "rxnorm_code", names, "start_date")
        table = self.record["medications"]
        at = passing(table["rxnorm_code"], names.__contains__)
        ends = _days(table["end_date"].fill_null(LATEST), at)
        return Events(found.person, found.day, found.encounter, found.good, ends)

    def _tests(self, met: Met) -> Events:
        found = self._coded("lab_results", "loinc_code", met.tests, "collected_time")
        if met.and_tests:
            other = self._coded("lab_results", "loinc_code", met.and_tests, "collected_time")
            both = np.isin(found.encounter, other.encounter)
            return Events(found.person, found.day, found.encounter, both)
        if met.last_below is None:
            return found
        table = self.record["lab_results"]
        at = passing(table["loinc_code"], met.tests.__contains__)
        value = table["value_numeric"].to_numpy(zero_copy_only=False)[at]
        return Events(found.person, found.day, found.encounter, value < met.last_below)

    def _pressures(self, limit: tuple[int, int]) -> Events:
        table = self.record["vital_signs"]
        high, low = (whole(table[c]) for c in ("systolic_bp", "diastolic_bp"))
        at = np.flatnonzero((high > 0) & (low > 0))
        good = (high < limit[0]) & (low < limit[1])
        day = _days(table["observation_time"], at)
        return Events(self._person(table, at), day, whole(table["encounter_id"])[at], good[at])


def latest(events: Events, begin: int, end: int, n: int, *, last: bool) -> tuple[Bools, I64, I64]:
    """Return who meets a measure between two days, when and at which visit, shape (n,) each.

    Parameters
    ----------
    events
        In order of person and time.
    begin, end
        First day, and the day after the last.
    last
        Whether only each person's latest value counts; otherwise any that is good.
    """
    ends = events.day if events.until is None else events.until
    within = (ends >= begin) & (events.day < end)
    at = np.flatnonzero(within if last else within & events.good)
    person = events.person[at]
    final = at[np.r_[person[1:] != person[:-1], True]] if len(at) else at
    met, day, visit = np.zeros(n, bool), np.full(n, NONE), np.full(n, NONE)
    good = final[events.good[final]]
    who = events.person[good]
    met[who], day[who], visit[who] = True, events.day[good], events.encounter[good]
    return met, day, visit


def _days(column: pa.Array, at: NDArray[np.intp]) -> I64:
    """Return the day numbers of some rows."""
    found = whole(column)[at]
    return found // DAY_US if pa.types.is_timestamp(column.type) else found
