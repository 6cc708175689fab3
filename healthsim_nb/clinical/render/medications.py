"""Rows of medications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.arrow import batch, dates, words
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import child_ids, numbered

if TYPE_CHECKING:
    import pyarrow as pa
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
    m, place = chart.part("drug", DRUG)
    order = np.lexsort((m["condition"], m["drug"], m["visit"]))
    m, place = {name: c[order] for name, c in m.items()}, place[order]
    row = chart.row[place]
    end, status = _ends(chart, m, row)
    shelf = chart.plan.shelf
    product = shelf.product(chart.plan.spec.seed, chart.patient[place], m["drug"])
    drugs = [d.source for d in chart.plan.drugs]
    return batch(
        "medications",
        {
            "id": child_ids(m["visit"], numbered(m["visit"])),
            "patient_id": chart.patient[place],
            "encounter_id": m["visit"],
            "rxnorm_code": words(product, [p.rxnorm for p in shelf.products]),
            "name": words(product, [p.name for p in shelf.products]),
            "dose": words(product, [p.dose for p in shelf.products]),
            "route": words(m["drug"], [d.route for d in drugs]),
            "frequency": words(product, shelf.frequencies),
            "indication_code": words(_indications(m, diagnoses), chart.plan.codes),
            "start_date": dates(m["day"]),
            "end_date": dates(end, end == FAR),
            "status": words(status, STATUSES),
            "prescriber_id": chart.provider[place],
        },
    )


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
