"""What was drawn at visits: the patients' measures of that moment, and each test's value, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical import kidney
from healthsim_nb.clinical.measures import measured
from healthsim_nb.clinical.render.growth import heights
from healthsim_nb.engine.calendar import years_between
from healthsim_nb.engine.curves import AGES
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from healthsim_nb.clinical.render.chart import Chart

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Specimen:
    """Visits at which something was drawn, and what their patients' measures were."""

    chart: Chart
    at: NDArray[np.intp]
    """Places in the chart, shape (s,)."""
    reported: dict[str, F64] = field(default_factory=dict)
    """Values of tests, as rounded, that have been asked for."""
    _measured: dict[str, F64] = field(default_factory=dict)

    @cached_property
    def draws(self) -> Draws:
        """Draws by encounter."""
        return self.chart.draws.take(self.at)

    @cached_property
    def own_draws(self) -> Draws:
        """Draws by patient."""
        return Draws(self.chart.plan.spec.seed, self.chart.patient[self.at])

    @cached_property
    def sex(self) -> NDArray[np.int8]:
        """0 women, 1 men."""
        return self.chart.bodies.sex[self.chart.row[self.at]]

    @cached_property
    def event(self) -> NDArray[np.int16]:
        """The event that led to each visit, -1: none."""
        return self.chart.visits["event"][self.at]

    @cached_property
    def months(self) -> NDArray[np.int32]:
        """Age in months."""
        return self.chart.visits["months_old"][self.at]

    @cached_property
    def age(self) -> NDArray[np.int32]:
        """Age in years on the day, which a formula takes: `months` are those of the turn."""
        born = self.chart.bodies.people.birth_day[self.chart.row[self.at]]
        return np.minimum(years_between(born, self.chart.visits["day"][self.at]), AGES - 1)

    def measure(self, name: str) -> F64:
        """Return a measure as measured at the visit, in its unit."""
        if name not in self._measured:
            self._measured[name] = self._measure(name)
        return self._measured[name]

    def _measure(self, name: str) -> F64:
        plan = next(m for m in self.chart.plan.measures if m.source.id == name)
        latent = plan.curve[self.sex, self.months] + self.chart.visits["x"][plan.index, self.at]
        if name in self.chart.shifts:
            latent = latent + self.shift(name, plan.source.scale).astype(np.int32)
        if name in self.chart.rises:
            latent = latent + np.rint(self.rise(name) * plan.source.scale).astype(np.int32)
        return measured(plan, latent, self.draws) / plan.source.scale

    def shift(self, sign: str, scale: int = 1) -> F64:
        """Return what the event that led to each visit does to a vital sign or measure that day."""
        if sign not in self.chart.shifts:
            return np.zeros(len(self.at))
        return np.asarray((self.chart.shifts[sign] * scale)[self.event])

    def rise(self, name: str) -> F64:
        """Return how much the event that led to each visit has put a measure up, in its unit."""
        if name not in self.chart.rises:
            return np.zeros(len(self.at))
        low, high = self.chart.rises[name][self.event].T
        point = self.draws.u32(f"{name}.rise") / 2**32
        return np.asarray(low + (high - low) * point * point * point, np.float64)

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
