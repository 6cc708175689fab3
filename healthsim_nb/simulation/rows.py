"""The rows of one block, from the charts of its patients and of the children born to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb import network
from healthsim_nb.clinical import records
from healthsim_nb.coverage import records as coverage
from healthsim_nb.engine.pulse import beat
from healthsim_nb.pharmacy import records as pharmacy
from healthsim_nb.population import render

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.population.people import People
    from healthsim_nb.templates.library import Library

    Bools = NDArray[np.bool_]

Tables = dict[str, pa.RecordBatch]
SHARED = ("providers", "facilities", *coverage.SHARED, *pharmacy.SHARED)
"""Tables whose rows may repeat from block to block: the same id is the same row."""


@dataclass(frozen=True)
class Folk:
    """Everybody of a block, those whom the scenario may have first."""

    people: People
    death: NDArray[np.int32]
    doctor: NDArray[np.int64]
    wanted: int


@dataclass(frozen=True)
class Written:
    """What became of everybody of a block, before it is said whom of them the scenario has."""

    folk: Folk
    record: Tables
    """Clinical tables."""
    covered: coverage.Covered | None
    dispensed: pharmacy.Dispensed
    births: bool
    """Whether children that were born join the scenario."""

    @property
    def everything(self) -> Tables:
        """What became of everybody, the children among them: tables by name."""
        covered = self.covered.rows if self.covered else {}
        everybody = np.ones(len(self.folk.people), bool)
        drugs = self.dispensed.of(everybody, np.zeros(0, np.intp))
        return {**self.record, **_with(covered, drugs)}

    def tables(self, chosen: Bools | None = None) -> Tables:
        """Return the rows of each table, by id.

        Parameters
        ----------
        chosen
            Whom of the people of the first day the scenario has, with their children; None: all
            that may be.
        """
        own = self._own(chosen)
        covered, also = self.covered.of(own) if self.covered else ({}, np.zeros(0, np.intp))
        if chosen is not None:
            covered = _without_strangers(covered)
        covered = _with(covered, self.dispensed.of(own, also))
        record = {name: _of(rows, self.folk.people, own) for name, rows in self.record.items()}
        rows = {**_known(self.folk, own, also, record, covered), **record, **covered}
        return {name: _ordered(table) for name, table in rows.items()} if self.births else rows

    def _own(self, chosen: Bools | None) -> Bools:
        """Return whom the scenario has as patients, by person."""
        people = self.folk.people
        own = np.arange(len(people)) < self.folk.wanted
        if chosen is not None:
            own[: len(chosen)] &= chosen
            child = np.flatnonzero(people.mother >= 0)
            own[child] &= own[people.rows_of(people.mother[child])]
        return own


def tables(chart: Chart, born: Chart | None, wanted: int, library: Library) -> Tables:
    """Return the rows of each table, by id: `written` where the first so many are wanted."""
    return written(chart, born, wanted, library).tables()


def written(chart: Chart, born: Chart | None, wanted: int, library: Library) -> Written:
    """Return what became of everybody of a block.

    Parameters
    ----------
    chart
        Of the people of the first day, in whole groups.
    born
        Of the children born to them since, if they join the scenario.
    wanted
        How many of the people of the first day, from the first, the scenario may have.
    """
    folk, record = _folk(chart, born, wanted), records.tables(chart)
    if born:
        record = _together(record, records.tables(born))
    patients = coverage.Patients(folk.people, folk.death, folk.doctor)
    covered, drugs = _covered(chart.plan, patients, record, library)
    # Plans and pharmacies go by visits.
    problems = {"diagnoses": records.problems(chart)}
    record |= _together({"diagnoses": record["diagnoses"]}, problems)
    return Written(folk, record, covered, drugs, births=born is not None)


def _covered(
    plan: Plan, patients: coverage.Patients, record: Tables, library: Library
) -> tuple[coverage.Covered | None, pharmacy.Dispensed]:
    """Return what plans and pharmacies know: claims of both are decided in one order of time."""
    spec, last_day, billed, covered, verdicts = plan.spec, plan.last_day, None, None, None
    beat()
    if spec.coverage:
        billed = coverage.bill(spec, library, patients, record, last_day)
    beat()
    wanted = pharmacy.ask(spec, patients, record, plan.shelf, billed, last_day)
    if billed and wanted.asked:
        shares, verdicts = pharmacy.settle(billed, wanted.asked)
        beat()
        covered = coverage.cover(billed, shares, library, record, wanted.combined)
    beat()
    return covered, pharmacy.dispense(wanted, verdicts)


def _known(
    folk: Folk, own: Bools, relatives: NDArray[np.intp], record: Tables, covered: Tables
) -> Tables:
    """Return who lives here and who takes care of them."""
    patients = np.flatnonzero(own)
    known = own.copy()
    known[relatives] = True
    # A household is called after one of its people.
    known[folk.people.rows_of(folk.people.household_id[known])] = True
    who = np.flatnonzero(known)
    seen = record["encounters"]["provider_id"].to_numpy()
    named = np.unique(np.concatenate([folk.doctor[who], seen]))
    at = [network.facility_of(named)]
    if "claims" in covered:
        at.append(covered["claims"]["facility_id"].to_numpy())
    return {
        "persons": render.persons(folk.people.part(who), folk.death[who]),
        "facilities": network.facilities(np.unique(np.concatenate(at))),
        "providers": network.providers(named),
        "patients": render.patients(
            folk.people.part(patients), folk.death[patients], folk.doctor[patients]
        ),
    }


def _folk(chart: Chart, born: Chart | None, wanted: int) -> Folk:
    people, death, doctor = chart.bodies.people, chart.death, chart.own_provider
    if not born:
        return Folk(people, death, doctor, wanted)
    mother = people.rows_of(born.bodies.people.mother)
    own = np.concatenate([np.arange(len(people)) < wanted, mother < wanted])
    order = np.argsort(~own, kind="stable")
    return Folk(
        people.join(born.bodies.people).part(order),
        np.concatenate([death, born.death])[order],
        np.concatenate([doctor, born.own_provider])[order],
        int(own.sum()),
    )


def _without_strangers(covered: Tables) -> Tables:
    """Return the tables of coverage without the groups of people who were not chosen."""
    if not covered:
        return covered
    named = [covered[table]["group_id"].drop_null() for table in ("members", "coverage_spans")]
    groups = covered["groups"]
    known = np.isin(groups["id"].to_numpy(), np.concatenate([ids.to_numpy() for ids in named]))
    return {**covered, "groups": groups.filter(pa.array(known))}


def _of(rows: pa.RecordBatch, people: People, own: Bools) -> pa.RecordBatch:
    """Return what leaves of clinical rows, by patient, those whom the scenario has."""
    if own.all():
        return rows
    whose = people.rows_of(rows["patient_id"].to_numpy())
    return rows.filter(pa.array(own[whose]))


def _with(covered: Tables, drugs: Tables) -> Tables:
    """Return what plans and pharmacies know; both have moved accumulators."""
    shared = {name: rows for name, rows in covered.items() if name in drugs}
    return {**covered, **drugs, **_together(shared, drugs)}


def _together(tables: Tables, more: Tables) -> Tables:
    """Return the rows of both, by id."""
    return {
        name: _ordered(
            pa.Table.from_batches([rows, more[name]]).unify_dictionaries().combine_chunks()
        )
        for name, rows in tables.items()
    }


def _ordered(rows: pa.RecordBatch | pa.Table) -> pa.RecordBatch:
    """Return rows by id, as one batch."""
    ids = rows["id"].to_numpy()
    if isinstance(rows, pa.RecordBatch) and (ids[1:] > ids[:-1]).all():
        return rows
    rows = rows.take(pa.array(np.argsort(ids, kind="stable")))
    if isinstance(rows, pa.Table):
        batches = rows.combine_chunks().to_batches()
        return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=rows.schema)
    return rows
