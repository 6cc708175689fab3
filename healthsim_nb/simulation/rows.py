"""The rows of one block, from the charts of its patients and of the children born to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb import network
from healthsim_nb.clinical import records
from healthsim_nb.coverage import records as coverage
from healthsim_nb.population import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.population.people import People
    from healthsim_nb.templates.library import Library

Tables = dict[str, pa.RecordBatch]
SHARED = ("providers", "facilities", *coverage.SHARED)
"""Tables whose rows may repeat from block to block: the same id is the same row."""


@dataclass(frozen=True)
class Folk:
    """Everybody of a block, those whom the scenario has first."""

    people: People
    death: NDArray[np.int32]
    doctor: NDArray[np.int64]
    wanted: int


def tables(chart: Chart, born: Chart | None, wanted: int, library: Library) -> Tables:
    """Return the rows of each table, by id.

    Parameters
    ----------
    chart
        Of the people of the first day, in whole groups.
    born
        Of the children born to them since, if they join the scenario.
    wanted
        How many of the people of the first day the scenario has.
    """
    folk, record = _folk(chart, born, wanted), records.tables(chart)
    if born:
        record = _together(record, records.tables(born))
    patients = coverage.Patients(folk.people, folk.death, folk.doctor, folk.wanted)
    covered: Tables = {}
    relatives = np.zeros(0, np.intp)
    if chart.plan.spec.coverage:
        covered, relatives = coverage.tables(
            chart.plan.spec, library, patients, record, chart.plan.last_day
        )
    own = _own(folk, born)
    record = {name: own(rows) for name, rows in record.items()}
    rows = {**_known(folk, relatives, record, covered), **record, **covered}
    return {name: _ordered(table) for name, table in rows.items()} if born else rows


def _known(folk: Folk, relatives: NDArray[np.intp], record: Tables, covered: Tables) -> Tables:
    """Return who lives here and who takes care of them."""
    who, own = np.concatenate([np.arange(folk.wanted), relatives]), slice(folk.wanted)
    seen = record["encounters"]["provider_id"].to_numpy()
    named = np.unique(np.concatenate([folk.doctor[who], seen]))
    at = [network.facility_of(named)]
    if covered:
        at.append(covered["claims"]["facility_id"].to_numpy())
    return {
        "persons": render.persons(folk.people.part(who), folk.death[who]),
        "facilities": network.facilities(np.unique(np.concatenate(at))),
        "providers": network.providers(named),
        "patients": render.patients(folk.people.part(own), folk.death[own], folk.doctor[own]),
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


def _own(folk: Folk, born: Chart | None) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """Return what leaves of clinical rows, by patient, those whom the scenario has."""
    ids = folk.people.id[: folk.wanted]

    def first(rows: pa.RecordBatch) -> pa.RecordBatch:
        patient = rows["patient_id"].to_numpy()
        return rows.slice(0, int(np.searchsorted(patient, ids[-1], side="right")))

    def some(rows: pa.RecordBatch) -> pa.RecordBatch:
        return rows.filter(pa.array(np.isin(rows["patient_id"].to_numpy(), ids)))

    return some if born else first


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
