"""Rows of medications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.engine.arrow import batch, dates, words
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import child_ids, earlier_ids, numbered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.engine.recorder import Columns

DRUG: Columns = {
    "visit": np.zeros(1, np.int64),
    "drug": np.zeros(1, np.int16),
    "condition": np.zeros(1, np.int16),
    "day": np.zeros(1, np.int32),
    "end": np.zeros(1, np.int32),
}
TAKEN: Columns = {
    "row": np.zeros(1, np.intp),
    "drug": np.zeros(1, np.int16),
    "condition": np.zeros(1, np.int16),
    "code": np.zeros(1, np.int16),
    "day": np.zeros(1, np.int32),
}
STOP: Columns = {
    "row": np.zeros(1, np.intp),
    "drug": np.zeros(1, np.int16),
    "day": np.zeros(1, np.int32),
    "end": np.zeros(1, np.int32),
}
ACTIVE, COMPLETED, STOPPED = range(3)
STATUSES = ("active", "completed", "stopped")


def medications(chart: Chart, diagnoses: Columns) -> pa.RecordBatch:
    """Return the prescriptions; an end is known once the drug was stopped or its taker died."""
    m = _all(chart, diagnoses)
    row, visit = m["row"], m["visit"]
    end, status = _ends(chart, m, row)
    shelf = chart.plan.shelf
    product = shelf.product(chart.plan.spec.seed, m["patient"], m["drug"])
    drugs = [d.source for d in chart.plan.drugs]
    return batch(
        "medications",
        {
            "id": child_ids(visit, numbered(visit)),
            "patient_id": m["patient"],
            "encounter_id": pa.array(visit, mask=m["earlier"]),
            "rxnorm_code": words(product, [p.rxnorm for p in shelf.products]),
            "name": words(product, [p.name for p in shelf.products]),
            "dose": words(product, [p.dose for p in shelf.products]),
            "route": words(m["drug"], [d.route for d in drugs]),
            "frequency": words(product, shelf.frequencies),
            "indication_code": words(m["code"], chart.plan.codes),
            "start_date": dates(m["day"]),
            "end_date": dates(end, end == FAR),
            "status": words(status, STATUSES),
            "prescriber_id": m["prescriber"],
        },
    )


def _all(chart: Chart, diagnoses: Columns) -> Columns:
    """Return what was begun at visits and what was taken before the first day, by id."""
    m, place = chart.part("drug", DRUG)
    begun = {
        **m,
        "row": chart.row[place],
        "patient": chart.patient[place],
        "prescriber": chart.provider[place],
        "code": _indications(m, diagnoses),
        "earlier": np.zeros(len(place), bool),
    }
    taken = chart.out.columns("taken", TAKEN)
    taken = {name: c[taken["row"] < chart.wanted] for name, c in taken.items()}
    row, patient = taken["row"], chart.bodies.people.id[taken["row"]]
    taken = {
        **taken,
        "visit": earlier_ids(patient),
        "end": np.full(len(row), FAR, np.int32),
        "patient": patient,
        "prescriber": chart.own_provider[row],
        "earlier": np.ones(len(row), bool),
    }
    both = {name: np.concatenate([c, taken[name]]) for name, c in begun.items()}
    order = np.lexsort((both["condition"], both["drug"], both["visit"]))
    return {name: c[order] for name, c in both.items()}


def _ends(
    chart: Chart, m: Columns, row: NDArray[np.intp]
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Return the last day and the status of each."""
    course = m["end"] != FAR
    end = np.where(course, m["end"], _stops(chart, m, row))
    death = chart.death[row]
    cut = death < end
    end = np.minimum(end, death)
    over = end < chart.plan.last_day
    status = np.where(over, np.where(course & ~cut, COMPLETED, STOPPED), ACTIVE)
    return np.where(over | course, end, FAR).astype(np.int32), status.astype(np.int8)


def _stops(chart: Chart, m: Columns, row: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the day each drug was stopped, FAR where it was not."""
    stops = chart.out.columns("stop", STOP)
    if not len(stops["row"]):
        return np.full(len(row), FAR)
    index = _taking(stops["row"], stops["drug"], stops["day"])
    order = np.argsort(index, kind="stable")
    index, end = index[order], stops["end"][order]
    wanted = _taking(row, m["drug"], m["day"])
    at = np.minimum(np.searchsorted(index, wanted), len(index) - 1)
    return np.where(index[at] == wanted, end[at], FAR)


def _taking(
    row: NDArray[np.intp], drug: NDArray[np.int16], day: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return one number for (patient, drug, first day)."""
    return (
        (row.astype(np.int64) << 34)
        | (drug.astype(np.int64) << 22)
        | (day.astype(np.int64) + (1 << 20))
    )


def _indications(m: Columns, diagnoses: Columns) -> NDArray[np.int16]:
    """Return the code under which the same visit diagnoses what each drug is for."""
    index = (diagnoses["visit"] << 9) | diagnoses["condition"]
    order = np.argsort(index, kind="stable")
    at = np.searchsorted(index[order], (m["visit"] << 9) | m["condition"])
    return np.asarray(diagnoses["code"][order][at], np.int16)
