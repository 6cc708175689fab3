"""Rows of laboratory results: each test draws its value from the measures of that moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from healthsim_nb.clinical import kidney
from healthsim_nb.clinical.compile import IMP, OBSENC
from healthsim_nb.clinical.measures import measured
from healthsim_nb.clinical.render.growth import heights
from healthsim_nb.engine.arrow import MINUTE_US, batch, times, words
from healthsim_nb.engine.ids import child_ids, numbered
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from collections.abc import Callable

    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.engine.recorder import Columns
    from healthsim_nb.templates.catalogue import LabTest

F64 = NDArray[np.float64]
FLAGS = ("L", "H", "LL", "HH")


@dataclass(frozen=True)
class Specimen:
    """Visits at which something was drawn, and what their patients' measures were."""

    chart: Chart
    at: NDArray[np.intp]
    """Places in the chart, shape (s,)."""

    @cached_property
    def draws(self) -> Draws:
        """Draws by encounter."""
        return self.chart.draws.take(self.at)

    @cached_property
    def sex(self) -> NDArray[np.int8]:
        """0 women, 1 men."""
        return self.chart.bodies.sex[self.chart.row[self.at]]

    @cached_property
    def months(self) -> NDArray[np.int32]:
        """Age in months."""
        return self.chart.visits["months_old"][self.at]

    @cached_property
    def age(self) -> NDArray[np.int32]:
        """Age in years."""
        return self.months // 12

    def measure(self, name: str) -> F64:
        """Return a measure as measured at the visit, in its unit."""
        plan = next(m for m in self.chart.plan.measures if m.source.id == name)
        latent = plan.curve[self.sex, self.months] + self.chart.visits["x"][plan.index, self.at]
        latent = latent + self.shift(name, plan.source.scale).astype(np.int32)
        return measured(plan, latent, self.draws) / plan.source.scale

    def shift(self, sign: str, scale: int = 1) -> NDArray[np.float64]:
        """Return what the event that led to each visit does to a vital sign or measure that day."""
        events = self.chart.plan.events
        shifts = np.array([e.event.vitals.get(sign, 0.0) * scale for e in events] + [0.0])
        return shifts[self.chart.visits["event"][self.at]]

    def creatinine(self) -> NDArray[np.int16]:
        """Return creatinine in hundredths of mg/dL."""
        rate = np.clip(np.rint(self.measure("egfr") * 2).astype(np.intp), 0, kidney.RATES - 1)
        adult = kidney.creatinine_table()[self.sex, self.age, rate]
        return np.maximum(15, np.rint(adult * kidney.growing()[self.age])).astype(np.int16)

    def egfr(self) -> F64:
        """Return the filtration rate that a laboratory reports for that creatinine."""
        cents = self.creatinine()
        adults = kidney.rate_table()[self.sex, self.age, cents]
        children = np.rint(41.3 * heights(self.chart)[self.at] / cents)
        return np.where(self.age < kidney.ADULT, children, adults).astype(np.float64)


def _measure(s: Specimen, t: LabTest) -> F64:
    return s.measure(t.measure or t.id)


def _normal(s: Specimen, t: LabTest) -> F64:
    mean = np.where(s.sex == 0, t.mean_f or 0.0, t.mean_m or 0.0)
    return mean + s.draws.z(f"{t.id}.lab") * (t.sd or 0.0) / 4096


def _glucose(s: Specimen, t: LabTest) -> F64:
    """Return fasting glucose: 0.86 of the estimated average of the same A1c, ± 7 %."""
    average = 28.7 * s.measure("a1c") - 46.7
    return average * 0.86 * (1 + s.draws.z(f"{t.id}.lab") * 0.07 / 4096)


def _creatinine(s: Specimen, _: LabTest) -> F64:
    return s.creatinine() / 100


def _egfr(s: Specimen, _: LabTest) -> F64:
    return s.egfr()


def _total_cholesterol(s: Specimen, _: LabTest) -> F64:
    parts = (np.rint(s.measure(m)) for m in ("ldl", "hdl"))
    return sum(parts, np.rint(s.measure("triglycerides")) / 5)


LINKS: dict[str, Callable[[Specimen, LabTest], F64]] = {
    "measure": _measure,
    "normal": _normal,
    "glucose": _glucose,
    "creatinine": _creatinine,
    "egfr": _egfr,
    "total-cholesterol": _total_cholesterol,
}


def value(s: Specimen, t: LabTest) -> F64:
    """Return a test's values as reported, shape (s,)."""
    within = np.clip(LINKS[t.link](s, t), t.floor, t.ceiling)
    return np.asarray(np.round(within, t.decimals), np.float64)


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
            result[rows] = value(s, plan.tests[names[t]])
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
        "value_numeric": result,
        "value_text": pa.nulls(len(owner), pa.string()),
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
    collected = chart.begins[place] + 15 * MINUTE_US
    wait = np.where(inside, 40 + draws.below("lab.wait", 120), 90 + draws.below("lab.wait", 1300))
    return collected, collected + wait * MINUTE_US
