"""Where a test's value comes from: a closed list of named couplings, chosen by ``link``.

A coupling on other tests takes them as they are reported, rounded, so that what a reader works
out from a report is what it says. New analyte: a row of ``labs.csv``. New kind: a function here.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb import reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from healthsim_nb.clinical.render.specimen import F64, Specimen
    from healthsim_nb.templates.catalogue import LabTest

Knots = tuple[tuple[float, float], ...]
UNCALCULATED = 400
"""Triglycerides in mg/dL from which LDL cholesterol is not calculated (Friedewald 1972)."""
HDL_SLOPE, HDL_NEUTRAL = 0.2, 1.3
"""HDL lost for triglycerides twice the usual; how many times the usual makes no difference."""


def value(s: Specimen, name: str) -> F64:
    """Return a test's values as reported, shape (s,); NaN where there is none."""
    if name not in s.reported:
        t = s.chart.plan.tests[name]
        within = np.clip(LINKS[t.link](s, t), t.floor, t.ceiling)
        s.reported[name] = np.asarray(np.round(within, t.decimals), np.float64)
    return s.reported[name]


def parts(s: Specimen, t: LabTest) -> list[F64]:
    """Return the tests that it is made of, each times its coefficient."""
    return [value(s, name) * times for name, times in t.of.items()]


def deviation(s: Specimen, t: LabTest) -> F64:
    """Return a standard normal value: partly the person's own, partly of the day."""
    own, day = math.sqrt(t.own), math.sqrt(1 - t.own)
    z = s.draws.z(f"{t.id}.lab") * np.float64(day / 4096)
    if t.own:
        z += s.own_draws.z(f"{t.id}.own") * np.float64(own / 4096)
    return np.asarray(z, np.float64)


def middle(s: Specimen, t: LabTest) -> F64:
    """Return the mean or median of the person's sex."""
    return np.array([t.mean_f or 0.0, t.mean_m or 0.0], np.float64)[s.sex]


def drawn(s: Specimen, t: LabTest) -> F64:
    """Return mean and deviation, 0 for a test that draws nothing."""
    if t.mean_f is None and t.mean_m is None:
        return np.zeros(len(s.at))
    return middle(s, t) + deviation(s, t) * t.sd if t.sd else middle(s, t)


def measure(s: Specimen, t: LabTest) -> F64:
    """Return a measure of the person."""
    return s.measure(t.measure or t.id)


def lognormal(s: Specimen, t: LabTest) -> F64:
    """Return a value whose logarithm is normal; ``mean`` is its median."""
    centre = max(t.mean_f or 0.0, t.mean_m or 0.0)
    place = np.clip(np.rint(deviation(s, t) * 256) + 1536, 0, 3071).astype(np.intp)
    return np.asarray(middle(s, t) * powers((t.sd or 0.0) / centre)[place], np.float64)


@cache
def powers(cv: float) -> F64:
    """Return ``exp(s z)`` for z from -6 to 6 in steps of 1/256, to six decimals."""
    s = math.sqrt(math.log(1 + cv * cv))
    return np.array([round(math.exp(s * (i - 1536) / 256), 6) for i in range(3072)])


def total(s: Specimen, t: LabTest) -> F64:
    """Return the sum of other tests, and what is drawn."""
    return added(parts(s, t), drawn(s, t))


def added(some: list[F64], to: F64) -> F64:
    """Return the sum of all."""
    for part in some:
        to = to + part
    return to


def product(s: Specimen, t: LabTest) -> F64:
    """Return the product of two tests."""
    a, b = parts(s, t)
    return a * b


def ratio(s: Specimen, t: LabTest) -> F64:
    """Return the first test by the second."""
    a, b = parts(s, t)
    return a / np.maximum(b, 1e-9)


def multiple(s: Specimen, t: LabTest) -> F64:
    """Return another test times what is drawn."""
    (of,) = parts(s, t)
    return of * np.maximum(0.0, drawn(s, t))


def follows(s: Specimen, t: LabTest) -> F64:
    """Return what goes with the first test by its curve, with others in line, and what is drawn."""
    first, *_ = t.of
    _, *others = parts(s, t)
    return added(others, along(curve(t.id, first), value(s, first)) + drawn(s, t))


def glucose(s: Specimen, t: LabTest) -> F64:
    """Return fasting glucose: 0.86 of the estimated average of the same A1c, ± 7 %."""
    average = 28.7 * s.measure("a1c") - 46.7
    return average * 0.86 * (1 + s.draws.z(f"{t.id}.lab") * 0.07 / 4096)


def urea(s: Specimen, t: LabTest) -> F64:
    """Return urea nitrogen: more where the kidneys filter less than is usual at the age."""
    plan = next(m for m in s.chart.plan.measures if m.source.id == "egfr")
    usual = plan.curve[s.sex, s.months] / plan.source.scale
    less = np.clip(usual / np.maximum(s.measure("egfr"), 1.0), 0.7, 1.3) - 1
    return measure(s, t) * (1 + 0.7 * less)


def creatinine(s: Specimen, _: LabTest) -> F64:
    """Return creatinine that gives the person's filtration rate back."""
    return s.creatinine() / 100


def egfr(s: Specimen, _: LabTest) -> F64:
    """Return the filtration rate of the reported creatinine."""
    return s.egfr()


def hdl(s: Specimen, t: LabTest) -> F64:
    """Return HDL cholesterol: less where triglycerides are more than is usual at the age."""
    plan = next(m for m in s.chart.plan.measures if m.source.id == "triglycerides")
    usual = plan.curve[s.sex, s.months] / plan.source.scale
    more = np.clip(s.measure("triglycerides") / usual - HDL_NEUTRAL, -0.7, 1.2)
    return measure(s, t) * (1 - HDL_SLOPE * more)


def total_cholesterol(s: Specimen, _: LabTest) -> F64:
    """Return LDL, HDL and what triglycerides carry: a fifth of them, less where they are high."""
    carried = np.rint(s.measure("triglycerides"))
    excess = np.maximum(0.0, carried - UNCALCULATED)
    lipids = np.rint(s.measure("ldl")) + value(s, "hdl")
    return np.asarray(lipids + (carried - excess * 0.6) / 5)


def ldl_calculated(s: Specimen, t: LabTest) -> F64:
    """Return LDL cholesterol; none where triglycerides are too high to calculate it."""
    return np.where(np.rint(s.measure("triglycerides")) < UNCALCULATED, measure(s, t), np.nan)


def red_cells(s: Specimen, t: LabTest) -> F64:
    """Return how many cells of the person's size, smaller without iron, fill the hematocrit."""
    volume = drawn(s, t) + along(curve(t.link, "ferritin"), s.measure("ferritin"))
    return value(s, "hematocrit") * 10 / np.clip(volume, 55, 125)


def neutrophils(s: Specimen, t: LabTest) -> F64:
    """Return the neutrophils' share of what monocytes, eosinophils and basophils leave."""
    white, *others = parts(s, t)
    usual = along(curve(t.link, "wbc"), white) + along(curve(t.link, "age"), s.months / 12)
    return (100 - sum(others)) * np.clip(usual + drawn(s, t) / 100, 0.08, 0.97)


def urine_albumin(s: Specimen, t: LabTest) -> F64:
    """Return the albumin that makes the person's ratio with the day's creatinine."""
    return measure(s, t) * value(s, "urine-creatinine") / 100


def later(s: Specimen, t: LabTest) -> F64:
    """Return another test some hours on: up where an event has put the measure up."""
    (first,) = parts(s, t)
    up = 1.5 + 2.5 * (s.draws.u32(f"{t.id}.lab") / 2**32)
    same = 1 + s.draws.z(f"{t.id}.lab") * np.float64(0.04 / 4096)
    return first * np.where(s.rise(t.measure or t.id) > 0, up, same)


@cache
def curve(test: str, of: str) -> Knots:
    """Return the points at which one analyte goes with another."""
    rows = reference.rows("clinical/lab_curves.csv")
    mine = [r for r in rows if (r["test"], r["of"]) == (test, of)]
    return tuple(sorted((float(r["x"]), float(r["y"])) for r in mine))


def along(knots: Knots, x: F64) -> F64:
    """Return y at each x, straight between the knots, level beyond them.

    In plain arithmetic: numpy's own may use fused operations on some machines.
    """
    y = np.full(len(x), knots[-1][1])
    for (x0, y0), (x1, y1) in reversed(list(pairwise(knots))):
        slope = (y1 - y0) / (x1 - x0)
        y = np.where(x < x1, y0 + np.maximum(x - x0, 0.0) * slope, y)
    return y


LINKS: dict[str, Callable[[Specimen, LabTest], F64]] = {
    "measure": measure,
    "normal": drawn,
    "lognormal": lognormal,
    "sum": total,
    "product": product,
    "ratio": ratio,
    "multiple": multiple,
    "follows": follows,
    "glucose": glucose,
    "urea": urea,
    "creatinine": creatinine,
    "egfr": egfr,
    "hdl": hdl,
    "total-cholesterol": total_cholesterol,
    "ldl-calculated": ldl_calculated,
    "red-cells": red_cells,
    "neutrophils": neutrophils,
    "urine-albumin": urine_albumin,
    "later": later,
}
