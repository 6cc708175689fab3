"""Rows of encounters and diagnoses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb import network
from healthsim_nb.clinical.classes import CLASSES
from healthsim_nb.clinical.compile import AMB, IMP, OBSENC
from healthsim_nb.engine.arrow import batch, dates, times, words
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import child_ids, earlier_ids, numbered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.engine.recorder import Columns

TYPES = (
    "office-visit",
    "emergency",
    "inpatient",
    "observation",
    "telehealth",
    "home-health",
    "preventive-visit",
)
PREVENTIVE = 6
HOME, NURSING, HOME_HEALTH, EXPIRED = range(4)
DISPOSITIONS = ("01", "03", "06", "20")
"""UB-04 patient discharge status."""
DIAGNOSIS: Columns = {
    "visit": np.zeros(1, np.int64),
    "code": np.zeros(1, np.int16),
    "condition": np.zeros(1, np.int16),
    "principal": np.zeros(1, bool),
    "begun": np.zeros(1, np.int32),
    "present": np.zeros(1, bool),
}
PROBLEM: Columns = {
    "row": np.zeros(1, np.intp),
    "code": np.zeros(1, np.int16),
    "condition": np.zeros(1, np.int16),
    "begun": np.zeros(1, np.int32),
}
OVER: Columns = {
    "row": np.zeros(1, np.intp),
    "condition": np.zeros(1, np.int16),
    "begun": np.zeros(1, np.int32),
    "day": np.zeros(1, np.int32),
}


def encounters(chart: Chart) -> pa.RecordBatch:
    """Return the encounters."""
    plan, v = chart.plan, chart.visits
    complaint, complaints = _complaints(chart)
    drgs = sorted({e.event.drg for e in plan.events if e.event.drg})
    drg = np.array(
        [drgs.index(e.event.drg) if e.event.drg else -1 for e in plan.events] or [-1], np.int16
    )
    return batch(
        "encounters",
        {
            "id": chart.id,
            "patient_id": chart.patient,
            "provider_id": chart.provider,
            "facility_id": network.facility_of(chart.provider),
            "class_code": words(v["kind"], CLASSES),
            "type": words(_types(chart), TYPES),
            "status": words(chart.open.astype(np.int8), ("finished", "in-progress")),
            "admission_time": times(chart.begins),
            "discharge_time": times(chart.ends, chart.open),
            "chief_complaint": words(complaint, complaints),
            "discharge_disposition": words(_dispositions(chart), DISPOSITIONS),
            "drg_code": words(np.where(v["kind"] == IMP, drg[v["event"]], -1), drgs),
        },
    )


def _types(chart: Chart) -> NDArray[np.int8]:
    v = chart.visits
    service = np.array([i.source.kind == "service" for i in chart.plan.illnesses])
    preventive = (v["kind"] == AMB) & (v["event"] < 0) & service[v["condition"]]
    return np.where(preventive, PREVENTIVE, v["kind"]).astype(np.int8)


def _complaints(chart: Chart) -> tuple[NDArray[np.int16], list[str]]:
    plan, v = chart.plan, chart.visits
    texts = [e.event.complaint for e in plan.events]
    texts += [i.source.complaint or f"Follow-up: {i.source.name}" for i in plan.illnesses]
    planned = v["event"] < 0
    return np.where(planned, len(plan.events) + v["condition"], v["event"]), texts


def _dispositions(chart: Chart) -> NDArray[np.int8]:
    """Return where people go after a stay: the older and the longer, the less often home."""
    v = chart.visits
    stay = (v["kind"] == IMP) | (v["kind"] == OBSENC)
    frail = np.clip(v["months_old"] // 12 - 60, 0, 35) + 2 * np.minimum(v["end"] - v["day"], 10)
    drawn = chart.draws.below("visit.disposition", 100)
    where = np.where(drawn < frail // 2, NURSING, np.where(drawn < frail, HOME_HEALTH, HOME))
    where = np.where(v["died"], EXPIRED, where)
    return np.where(stay & ~chart.open, where, -1).astype(np.int8)


def diagnoses(chart: Chart) -> tuple[pa.RecordBatch, Columns]:
    """Return the diagnoses, and their columns for what refers to them."""
    d, place = chart.part("diagnosis", DIAGNOSIS)
    # Visits, the principal diagnosis first, then codes: in one number, since one sort is enough.
    order = np.argsort((place << 1 | ~d["principal"]) << 16 | d["code"], kind="stable")
    d, place = {name: c[order] for name, c in d.items()}, place[order]
    v = chart.visits
    over = _over(chart, v["row"][place], d)
    stay = np.isin(v["kind"][place], (IMP, OBSENC))
    rows = batch(
        "diagnoses",
        {
            "id": child_ids(d["visit"], numbered(d["visit"])),
            "patient_id": chart.patient[place],
            "encounter_id": d["visit"],
            "code": words(d["code"], chart.plan.codes),
            "description": words(d["code"], chart.plan.code_names),
            "type": words(d["principal"].astype(np.int8), ("secondary", "principal")),
            "diagnosed_date": dates(v["day"][place]),
            "onset_date": dates(d["begun"]),
            "resolved_date": dates(over, over == FAR),
            "present_on_admission": words(
                np.where(stay, d["present"].astype(np.int8), -1), ("N", "Y")
            ),
        },
    )
    return rows, d


def problems(chart: Chart) -> pa.RecordBatch:
    """Return what was known before the first day, as diagnoses of no encounter."""
    d = chart.out.columns("problem", PROBLEM)
    d = {name: c[d["row"] < chart.wanted] for name, c in d.items()}
    order = np.lexsort((d["condition"], d["row"]))
    d = {name: c[order] for name, c in d.items()}
    patient = chart.bodies.people.id[d["row"]]
    earlier = earlier_ids(patient)
    over, n = _over(chart, d["row"], d), len(patient)
    none = np.full(n, -1, np.int8)
    return batch(
        "diagnoses",
        {
            "id": child_ids(earlier, numbered(earlier)),
            "patient_id": patient,
            "encounter_id": pa.nulls(n, pa.int64()),
            "code": words(d["code"], chart.plan.codes),
            "description": words(d["code"], chart.plan.code_names),
            "type": words(none, ("secondary", "principal")),
            "diagnosed_date": dates(d["begun"]),
            "onset_date": dates(d["begun"]),
            "resolved_date": dates(over, over == FAR),
            "present_on_admission": words(none, ("N", "Y")),
        },
    )


def _over(chart: Chart, row: NDArray[np.intp], d: Columns) -> NDArray[np.int32]:
    """Return the day each diagnosed condition was over, `FAR` where it was not."""
    ended = chart.out.columns("over", OVER)
    if not len(ended["row"]):
        return np.full(len(row), FAR, np.int32)
    index = _episode(ended["row"], ended["condition"], ended["begun"])
    order = np.argsort(index, kind="stable")
    index, day = index[order], ended["day"][order]
    wanted = _episode(row, d["condition"], d["begun"])
    at = np.minimum(np.searchsorted(index, wanted), len(index) - 1)
    over = (index[at] == wanted) & (day[at] < chart.plan.last_day)
    return np.where(over, day[at], FAR).astype(np.int32)


def _episode(
    row: NDArray[np.intp], condition: NDArray[np.int16], begun: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return one number for (patient, condition, first day)."""
    return (
        (row.astype(np.int64) << 34)
        | (condition.astype(np.int64) << 22)
        | (begun.astype(np.int64) + (1 << 20))
    )
