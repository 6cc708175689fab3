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
    result = np.empty(int(counts.sum()))
    by_order = np.argsort(asked["order"], kind="stable")
    begins = np.searchsorted(asked["order"][by_order], np.arange(len(members) + 1))
    for index, tests in enumerate(members):
        mine = by_order[begins[index] : begins[index + 1]]
        if tests and len(mine):
            s = Specimen(chart, asked["place"][mine])
            for k, t in enumerate(tests):
                result[first[mine] + k] = value(s, names[t])
    owner = np.repeat(np.arange(len(counts)), counts)
    test = _tests(asked, members, owner, first)
    return batch("lab_results", _columns(chart, asked, owner, test, result))


def _tests(
    asked: Columns, members: list[list[int]], owner: NDArray[np.intp], first: NDArray[np.int64]
) -> NDArray[np.int16]:
    """Return the test of each result: those of an order, one after the other."""
    every = np.array([t for tests in members for t in tests], np.int16)
    sizes = np.array([len(tests) for tests in members], np.int64)
    begins = (np.cumsum(sizes) - sizes)[asked["order"]] - first
    return every[np.arange(len(owner)) + begins[owner]]


def _columns(
    chart: Chart,
    asked: Columns,
    owner: NDArray[np.intp],
    test: NDArray[np.int16],
    result: F64,
) -> dict[str, Any]:
    tests = list(chart.plan.tests.values())
    visit, place = asked["visit"][owner], asked["place"]
    collected, resulted = _times(chart, asked)
    low, high, lowest, highest = _limits(tests)
    sex = chart.bodies.sex[chart.row[place]][owner]
    cell = test.astype(np.intp) * 2 + sex
    low, high = low.ravel()[cell], high.ravel()[cell]
    flag = np.full(len(test), -1, np.int8)
    for code, beyond in enumerate(
        (result < low, result > high, result < lowest[test], result > highest[test])
    ):
        flag[beyond] = code
    return {
        "id": child_ids(visit, numbered(visit)),
        "patient_id": chart.patient[place][owner],
        "encounter_id": visit,
        "order_id": asked["id"][owner],
        "loinc_code": words(test, [t.loinc for t in tests]),
        "test_name": words(test, [t.name for t in tests]),
        "value_numeric": _numbers(result),
        "value_text": words(np.isnan(result).astype(np.int8) - 1, [NO_NUMBER]),
        "unit": words(test, [t.unit for t in tests]),
        "reference_low": _numbers(low),
        "reference_high": _numbers(high),
        "abnormal_flag": words(flag, FLAGS),
        "collected_time": times(collected[owner]),
        "resulted_time": times(resulted[owner]),
    }


def _numbers(values: F64) -> pa.Array:
    """Return numbers, null where there is none."""
    return pa.array(values, mask=np.isnan(values))


def _limits(tests: list[LabTest]) -> tuple[F64, F64, F64, F64]:
    """Return the ends of reference intervals, shape (tests, sexes), and critical values.

    What a test does not have is NaN.
    """
    low = [(t.low_f, t.low_m) for t in tests]
    high = [(t.high_f, t.high_m) for t in tests]
    critical = ([t.critical_low for t in tests], [t.critical_high for t in tests])
    ends = [np.array(rows, np.float64) for rows in (low, high, *critical)]
    return ends[0], ends[1], ends[2], ends[3]


def _times(chart: Chart, asked: Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when each order's specimen was drawn and reported: sooner in hospital."""
    place = asked["place"]
    inside = np.isin(chart.visits["kind"][place], (IMP, OBSENC))
    draws = Draws(chart.plan.spec.seed, asked["id"])
    hours = np.array([o.hours for o in chart.plan.orders], np.int64)[asked["order"]]
    collected = chart.begins[place] + (15 + 60 * hours) * MINUTE_US
    wait = np.where(inside, 40 + draws.below("lab.wait", 120), 90 + draws.below("lab.wait", 1300))
    return collected, collected + wait * MINUTE_US
