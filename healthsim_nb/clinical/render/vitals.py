"""Rows of vital signs: one set a visit in person."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb import reference
from healthsim_nb.clinical.compile import VR
from healthsim_nb.clinical.render.growth import heights
from healthsim_nb.clinical.render.specimen import Specimen
from healthsim_nb.engine.arrow import MINUTE_US, batch, times
from healthsim_nb.engine.curves import by_month
from healthsim_nb.engine.ids import child_ids

if TYPE_CHECKING:
    import pyarrow as pa

    from healthsim_nb.clinical.render.chart import Chart

F64 = NDArray[np.float64]
TAKEN_AFTER = 5 * MINUTE_US
SIGNS = ("temperature", "heart-rate", "respiratory-rate", "spo2")


def vital_signs(chart: Chart) -> pa.RecordBatch:
    """Return a set of vital signs for every visit but those by video."""
    at = np.flatnonzero(chart.visits["kind"] != VR)
    s = Specimen(chart, at)
    height = heights(chart)[at]
    weight = np.round(np.maximum(1.5, s.measure("bmi") * height * height / 10000), 1)
    systolic = np.rint(s.measure("sbp")).astype(np.int32)
    signs = {name: _sign(s, name) for name in SIGNS}
    return batch(
        "vital_signs",
        {
            "id": child_ids(chart.id[at], np.zeros(len(at), np.int64)),
            "patient_id": chart.patient[at],
            "encounter_id": chart.id[at],
            "observation_time": times(chart.begins[at] + TAKEN_AFTER),
            "temperature": np.round(signs["temperature"], 1),
            **{n.replace("-", "_"): np.rint(signs[n]).astype(np.int32) for n in SIGNS[1:]},
            "systolic_bp": systolic,
            "diastolic_bp": _diastolic(s, systolic),
            "height_cm": height,
            "weight_kg": weight,
            "bmi": np.round(weight * 10000 / (height * height), 1),
        },
    )


def _sign(s: Specimen, name: str) -> F64:
    """Return a sign: usual for the age, spread, shifted by what led to the visit."""
    t = _tables()[name]
    spread = s.draws.z(f"vital.{name}") * t["sd"][s.months] / 4096
    value = t["mean"][s.months] + spread + s.shift(name)
    return np.asarray(np.clip(value, t["floor"][0], t["ceiling"][0]))


def _diastolic(s: Specimen, systolic: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return diastolic pressure: a share of the systolic by age, at least 18 below it."""
    t = _tables()["diastolic-fraction"]
    share = t["mean"][s.months] + s.draws.z("vital.diastolic") * t["sd"][s.months] / 4096
    value = np.rint(systolic * share).astype(np.int32)
    return np.maximum(np.minimum(value, systolic - 18), 25).astype(np.int32)


@cache
def _tables() -> dict[str, dict[str, F64]]:
    """Return mean, sd, floor and ceiling of each sign by age in months."""
    found: dict[str, dict[str, F64]] = {}
    rows = reference.rows("clinical/vital_signs.csv")
    for sign in {r["sign"] for r in rows}:
        mine = [r for r in rows if r["sign"] == sign]
        found[sign] = {
            c: by_month({int(r["age_months"]): float(r[c]) for r in mine}, unit=1.0)
            for c in ("mean", "sd", "floor", "ceiling")
        }
    return found
