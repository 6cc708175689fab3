"""Rows of laboratory results: each test draws its value from the measures of that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from healthsim_nb.clinical.compile import IMP, OBSENC
from healthsim_nb.clinical.render.couplings import UNCALCULATED, value
from healthsim_nb.clinical.render.specimen import Specimen
from healthsim_nb.engine.arrow import MINUTE_US, batch, times, words
from healthsim_nb.engine.ids import child_ids, numbered
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.engine.recorder import Columns
    from healthsim_nb.templates.catalogue import LabTest

F64 = NDArray[np.float64]
FLAGS = ("L", "H", "LL", "HH")
NO_NUMBER = f"not calculated: triglycerides {UNCALCULATED} mg/dL or more"


def lab_results(chart: Chart, asked: Columns) -> pa.RecordBatch:
    """Return the results of all laboratory orders."""
    plan, names = chart.plan, list(chart.plan.tests)
    members = [[names.index(t) for t in o.tests] for o in plan.orders]
    counts = np.array([len(m) for m in members] or [0])[asked["order"]]
    first = np.cumsum(counts) - counts
    owner = np.repeat(np.arange(len(counts)), counts)
    test, result = np.empty(len(owner), np.int16), np.empty(len(owner))
    low, high, flag = np.empty(len(owner)), np.empty(len(owner)), np.full(len(owner), -1, np.int8)
    for index, tests in enumerate(members):
        mine = np.flatnonzero(asked["order"] == index)
        if not tests or not len(mine):
            continue
        s = Specimen(chart, asked["place"][mine])
        for k, t in enumerate(tests):
            rows = first[mine] + k
            test[rows] = t
            result[rows] = value(s, names[t])
            low[rows], high[rows] = _interval(plan.tests[names[t]], s.sex)
            flag[rows] = _flags(plan.tests[names[t]], result[rows], low[rows], high[rows])
    return batch("lab_results", _columns(chart, asked, owner, test, result, low, high, flag))


def _columns(
    chart: Chart,
    asked: Columns,
    owner: NDArray[np.intp],
    test: NDArray[np.int16],
    result: F64,
    low: F64,
    high: F64,
    flag: NDArray[np.int8],
) -> dict[str, Any]:
    tests = list(chart.plan.tests.values())
    visit, place = asked["visit"][owner], asked["place"][owner]
    collected, resulted = _times(chart, asked)
    return {
        "id": child_ids(visit, numbered(visit)),
        "patient_id": chart.patient[place],
        "encounter_id": visit,
        "order_id": asked["id"][owner],
        "loinc_code": words(test, [t.loinc for t in tests]),
        "test_name": words(test, [t.name for t in tests]),
        "value_numeric": pa.array(result, mask=np.isnan(result)),
        "value_text": words(np.where(np.isnan(result), 0, -1), [NO_NUMBER]),
        "unit": words(test, [t.unit for t in tests]),
        "reference_low": pa.array(low, mask=np.isnan(low)),
        "reference_high": pa.array(high, mask=np.isnan(high)),
        "abnormal_flag": words(flag, FLAGS),
        "collected_time": times(collected[owner]),
        "resulted_time": times(resulted[owner]),
    }


def _interval(t: LabTest, sex: NDArray[np.int8]) -> tuple[F64, F64]:
    """Return the reference interval of each; an end that a test does not have is NaN."""
    ends = [np.nan if e is None else e for e in (t.low_f, t.low_m, t.high_f, t.high_m)]
    return np.where(sex == 0, ends[0], ends[1]), np.where(sex == 0, ends[2], ends[3])


def _flags(t: LabTest, result: F64, low: F64, high: F64) -> NDArray[np.int8]:
    flag = np.where(result < low, 0, np.where(result > high, 1, -1))
    if t.critical_low is not None:
        flag[result < t.critical_low] = 2
    if t.critical_high is not None:
        flag[result > t.critical_high] = 3
    return flag.astype(np.int8)


def _times(chart: Chart, asked: Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when each order's specimen was drawn and reported: sooner in hospital."""
    place = asked["place"]
    inside = np.isin(chart.visits["kind"][place], (IMP, OBSENC))
    draws = Draws(chart.plan.spec.seed, asked["id"])
    hours = np.array([o.hours for o in chart.plan.orders], np.int64)[asked["order"]]
    collected = chart.begins[place] + (15 + 60 * hours) * MINUTE_US
    wait = np.where(inside, 40 + draws.below("lab.wait", 120), 90 + draws.below("lab.wait", 1300))
    return collected, collected + wait * MINUTE_US
