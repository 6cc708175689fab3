"""Rows of immunizations: each given at a visit of its patient, the first that comes when it is due.

What was due before the first day was given then, or never: it is not on record, but it counts.
All follows from the visits and from draws by person, so that more months add rows at the end.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import MAXYEAR, date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.clinical.compile import AMB, IMP
from healthsim_nb.clinical.render.occasions import MOST_DAYS, Occasions, occasions
from healthsim_nb.clinical.vaccines import Dose, Product, Series, products, schedule
from healthsim_nb.engine.arrow import batch, constant, dates, words
from healthsim_nb.engine.calendar import FAR, LONG_AGO, day_number, to_date
from healthsim_nb.engine.ids import child_ids, numbered
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.clinical.render.occasions import Days, Rows
    from healthsim_nb.engine.recorder import Columns

SHARED_MIND = 0.7
"""Share of people whose mind on one vaccine is their mind on all."""
STEADY = 0.8
"""Share of people who do this year as every year."""
BETWEEN_PREGNANCIES = 180
"""Days without a visit after which another pregnancy is meant."""
SEASONAL = ("rsv-in-pregnancy",)
OTHER_VISITS = 0.3
"""Share of visits for something else at which what a check-up would give is given."""
SEASON = ((9, 1), (2, 15))
"""First and last day of the season."""


class Clinic:
    """Who is due, and what is given, in one chart."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.given: list[Columns] = []
        people = chart.bodies.people
        self.born = people.birth_day.astype(np.int64)
        self.draws = Draws(chart.plan.spec.seed, people.id)
        self.start, self.end = int(chart.plan.starts[0]), chart.plan.last_day

    @cached_property
    def visits(self) -> dict[str, Occasions]:
        """Visits by what they are good for."""
        v = self.chart.visits
        service = np.array([i.source.kind == "service" for i in self.chart.plan.illnesses])
        office = v["kind"] == AMB
        check_up = office & (v["event"] < 0) & service[v["condition"]]
        well = check_up | (office & self.chart.draws.chance("vaccine.other-visit", OTHER_VISITS))
        newborn = (v["kind"] == IMP) & (v["months_old"] < 1)
        good = {
            "any": office,
            "well": well,
            "birth": well | newborn,
            "third": office & self._third(),
        }
        return {name: occasions(self.chart, which) for name, which in good.items()}

    def _third(self) -> NDArray[np.bool_]:
        """Return which visits supervise the last months of a pregnancy."""
        plan, event = self.chart.plan, self.chart.visits["event"]
        codes = [plan.codes[e.code] for e in plan.events]
        last = np.array([c.startswith("Z34") and c.endswith("3") for c in codes] + [False])
        return np.asarray(last[event], np.bool_)

    @cached_property
    def mind(self) -> NDArray[np.float64]:
        """What people think of vaccines at all, uniform on [0, 1)."""
        return self.draws.u32("vaccine.mind") / 2**32

    def willing(self, series: Series, rows: Rows) -> NDArray[np.float64]:
        """Return each person's mind on a vaccine, uniform on [0, 1); low is willing."""
        draws = self.draws.take(rows)
        own = draws.u32(f"vaccine.{series.id}.mind") / 2**32
        shared = draws.chance(f"vaccine.{series.id}.shared", SHARED_MIND)
        return np.where(shared, self.mind[rows], own)

    def concerned(self, series: Series) -> Rows:
        """Return who is due for any dose of a series within these months."""
        first, last = series.doses[0], series.doses[-1]
        begins = np.maximum(self.born + first.due, series.days[0])
        ends = np.maximum(self.born + last.due, series.days[0]) + last.late
        ends += sum(d.interval for d in series.doses)
        fits = (self.born >= series.born[0]) & (self.born <= series.born[1])
        return np.flatnonzero(fits & (begins < self.end) & (ends >= self.start))

    def give(self, series: Series, dose: Dose, rows: Rows, due: Days) -> tuple[Rows, Days]:
        """Give a dose to all who come in time; return whose turn of ``rows`` it was, and when."""
        place, found = self.visits[series.visits].next(rows, due)
        got = np.flatnonzero(found)
        day = self.chart.visits["day"][place[got]].astype(np.int64)
        ok = (day - self.born[rows[got]] <= dose.until) & (day <= series.days[1])
        got, day = got[ok], day[ok]
        rows, place = rows[got], place[got]
        stream = "vaccine.product" if series.how != "series" else f"vaccine.{series.kind}.product"
        keeper = self.chart.draws.take(place) if series.how != "series" else self.draws.take(rows)
        which = product_of(products()[series.kind], keeper, stream, day - self.born[rows], day)
        known = which >= 0
        self.given.append(
            {
                "place": place[known],
                "product": which[known] + offset(series.kind),
                "number": np.full(int(known.sum()), dose.number, np.int32),
            }
        )
        return got[known], day[known]


def series_in_life(clinic: Clinic, series: Series) -> None:
    """Give the doses of a series, each after the one before."""
    rows = clinic.concerned(series)
    willing = clinic.willing(series, rows)
    draws, born = clinic.draws.take(rows), clinic.born[rows]
    last = np.full(len(rows), LONG_AGO, np.int64)
    for dose in series.doses:
        late = draws.below(f"vaccine.{series.id}.late", dose.late + 1)
        due = np.maximum(born + dose.due, series.days[0]) + late
        due = np.maximum(due, last + dose.interval)
        wants = (willing < dose.uptake[0]) & (due < clinic.end)
        before = wants & (due < clinic.start)
        now = np.flatnonzero(wants & ~before)
        got, day = clinic.give(series, dose, rows[now], due[now])
        # Whoever misses a dose is not given the next.
        last = np.where(before, due, FAR).astype(np.int64)
        last[now[got]] = day


def booster(clinic: Clinic, series: Series) -> None:
    """Give a dose again and again, each person in years of their own."""
    (dose,) = series.doses
    rows = np.flatnonzero(clinic.born + dose.due < clinic.end)
    rows = rows[clinic.willing(series, rows) < dose.uptake[0]]
    phase = clinic.draws.take(rows).below(f"vaccine.{series.id}.phase", dose.every)
    first = clinic.born[rows] + dose.due + phase
    rounds = np.maximum(0, -(-(clinic.start - first) // dose.every))
    for k in range((clinic.end - clinic.start) // dose.every + 1):
        due = first + (rounds + k) * dose.every
        now = due < clinic.end
        clinic.give(series, dose, rows[now], due[now])


def yearly(clinic: Clinic, series: Series) -> None:
    """Give a dose in each season to those who want it and come."""
    (dose,) = series.doses
    steady = clinic.draws.chance(f"vaccine.{series.id}.steady", STEADY)
    everyone = np.arange(len(steady))
    always = clinic.willing(series, everyone)
    for year in range(to_date(clinic.start).year - 1, to_date(clinic.end).year + 1):
        # The calendar ends with the year 9999.
        after = date(year + 1, *SEASON[1]) if year < MAXYEAR else date.max
        opens, closes = day_number(date(year, *SEASON[0])), day_number(after)
        if closes < max(clinic.start, series.days[0]) or opens >= clinic.end:
            continue
        season = Draws(clinic.chart.plan.spec.seed, clinic.chart.bodies.people.id * 4096 + year)
        mind = np.where(steady, always, season.u32(f"vaccine.{series.id}.mind") / 2**32)
        age = np.clip((opens - clinic.born) // 365, 0, 120)
        ready = np.maximum(opens, series.days[0]) + season.below(
            f"vaccine.{series.id}.ready", dose.late + 1
        )
        ready = np.maximum(ready, clinic.born + dose.due)
        wants = (mind < dose.uptake[age]) & (ready >= clinic.start) & (ready < clinic.end)
        limited = replace(series, days=(series.days[0], closes))
        clinic.give(limited, dose, everyone[wants], ready[wants])


def pregnancy(clinic: Clinic, series: Series) -> None:
    """Give a dose at the first visit of a pregnancy's last months, to those who want it."""
    (dose,) = series.doses
    chart, third = clinic.chart, clinic.visits["third"]
    rows, day = third.key // MOST_DAYS, third.key % MOST_DAYS + third.first_day
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (day[1:] - day[:-1] > BETWEEN_PREGNANCIES)
    draws = chart.draws.take(third.place)
    first &= draws.chance(f"vaccine.{series.id}.wanted", dose.uptake[0])
    if series.kind in SEASONAL:
        month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
        first &= (month >= SEASON[0][0]) | (month <= 1)
    first &= day >= series.days[0]
    clinic.give(series, dose, rows[first], day[first])


HOW = {"series": series_in_life, "booster": booster, "yearly": yearly, "pregnancy": pregnancy}


def offset(kind: str) -> int:
    """Return the place of a kind's first product among all."""
    before = 0
    for name, some in products().items():
        if name == kind:
            break
        before += len(some)
    return before


def product_of(
    some: tuple[Product, ...], draws: Draws, stream: str, age: Days, day: Days
) -> NDArray[np.int64]:
    """Return the product that each gets of those in use at the age and on the day, else -1."""
    fits = np.array(
        [
            (age >= p.ages[0]) & (age <= p.ages[1]) & (day >= p.days[0]) & (day < p.days[1])
            for p in some
        ]
    )
    shares = fits * np.array([[p.share] for p in some])
    upto = np.cumsum(shares, axis=0)
    drawn = draws.u32(stream) / 2**32 * upto[-1]
    return np.where(upto[-1] > 0, (upto <= drawn).sum(axis=0), -1)


def immunize(chart: Chart) -> Columns:
    """Return what was given: ``place``, ``product``, ``number``, by visit and product."""
    clinic = Clinic(chart)
    for series in schedule():
        if series.days[0] < clinic.end:
            HOW[series.how](clinic, series)
    parts = clinic.given
    given = {k: np.concatenate([p[k] for p in parts]) for k in ("place", "product", "number")}
    order = np.lexsort((given["number"], given["product"], given["place"]))
    given = {name: c[order] for name, c in given.items()}
    once = _once_a_day(chart, given)
    return {name: c[once] for name, c in given.items()}


def _once_a_day(chart: Chart, given: Columns) -> Rows:
    """Return which are the first of their vaccine that day, whatever they were given for."""
    some = [p.cvx for of in products().values() for p in of]
    vaccine = np.array([some.index(cvx) for cvx in some], np.int64)[given["product"]]
    row, day = (chart.visits[c][given["place"]].astype(np.int64) for c in ("row", "day"))
    key = (row * MOST_DAYS + (day - chart.plan.starts[0])) * len(some) + vaccine
    return np.sort(np.unique(key, return_index=True)[1])


def immunizations(chart: Chart, given: Columns) -> pa.RecordBatch:
    """Return the immunizations."""
    some = [p for of in products().values() for p in of]
    place, visit = given["place"], chart.id[given["place"]]
    return batch(
        "immunizations",
        {
            "id": child_ids(visit, numbered(visit)),
            "patient_id": chart.patient[place],
            "encounter_id": visit,
            "cvx_code": words(given["product"], [p.cvx for p in some]),
            "name": words(given["product"], [p.name for p in some]),
            "dose_number": pa.array(given["number"], mask=given["number"] < 0),
            "administered_date": dates(chart.visits["day"][place]),
            "status": constant("completed", len(place)),
        },
    )
