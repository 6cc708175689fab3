"""Specification and library in, plan out: names become indices, curves become tables."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb import reference
from healthsim_nb.clinical import fitted
from healthsim_nb.clinical.aftermath import AGAIN
from healthsim_nb.clinical.classes import CLASSES, STAY
from healthsim_nb.clinical.compile_steps import compile_timelines
from healthsim_nb.clinical.compiled import (
    ANY,
    SPREAD_SLOTS,
    AllergenPlan,
    CautionPlan,
    Degree,
    DrugPlan,
    Group,
    Happening,
    Illness,
    MeasurePlan,
    Multiplier,
    Table,
    Test,
    most,
)
from healthsim_nb.clinical.plan import Plan
from healthsim_nb.clinical.products import ProductTable
from healthsim_nb.clinical.susceptibility import most_times
from healthsim_nb.clinical.use import EMERGENCY, lead_of, use_of
from healthsim_nb.engine.calendar import month_index, month_starts
from healthsim_nb.engine.curves import AGES, by_age, by_month
from healthsim_nb.errors import TemplateError
from healthsim_nb.templates.base import BySex, Factor, When
from healthsim_nb.templates.condition import Condition, Level, Stage
from healthsim_nb.templates.event import AcuteEvent, Care, Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from healthsim_nb.templates.catalogue import Allergen, Caution, Measure
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Specification

AMB, EMER, IMP, OBSENC, VR, HH = range(6)
SEXES = ("F", "M")
MOST_DRUGS = 16
"""A condition's drugs are bits of `State.given`."""


def compile_plan(
    spec: Specification, library: Library, tables: fitted.Fitted | None = None
) -> Plan:
    """Return what the engine plays for ``spec``; ``tables`` in place of the fitted ones."""
    return _Compiler(spec, library, tables or fitted.load(library)).plan()


def wished(plan: Plan, spec: Specification, library: Library) -> Plan:
    """Return what `compile_plan` would for ``spec``, from a plan that begins on the same day.

    Much faster: only what depends on who is asked for is made again. The plan is one without a mix,
    and it keeps its months.
    """
    place = _index(illness.source.id for illness in plan.illnesses)
    chronic = [i.index for i in plan.illnesses if i.source.kind == "chronic"]
    everything = spec.without == "chronic"
    barred = [] if everything else [place[name] for name in spec.without]
    illnesses = tuple(
        replace(i, degrees=_mixed(i.degrees, spec.mix)) if i.source.id == spec.mix_of else i
        for i in plan.illnesses
    )
    return replace(
        plan,
        spec=spec,
        illnesses=illnesses,
        timelines=replace(plan.timelines, seed=spec.seed),
        forced=frozenset(place[name] for name in spec.have),
        new=frozenset(place[name] for name in spec.new),
        groups=tuple(_group(group, library, place) for group in spec.have_any),
        barred=frozenset(barred),
        barred_at_start=frozenset(chronic if everything else barred),
    )


class _Compiler:
    """Holds the indices that compiled pieces refer to."""

    def __init__(self, spec: Specification, library: Library, tables: fitted.Fitted) -> None:
        self.spec, self.library, self.fitted = spec, library, tables
        self.conditions = ordered(library.conditions)
        self.condition = _index(c.id for c in self.conditions)
        self.measure = _index(library.measures)
        self.drug = _index(library.drugs)
        self.drug_names = list(library.drugs)
        self.order = _index(library.orders)
        self.names = {r["code"]: r["description"] for r in reference.rows("codes/icd10cm.csv")}
        self.codes: dict[str, int] = {}
        self.code_names: list[str] = []
        self.events: list[Happening] = []
        self.allergens = tuple(
            AllergenPlan(i, a, np.stack([by_age(a.F), by_age(a.M)]) / 100)
            for i, a in enumerate(library.allergens.values())
        )
        self.cautions = (
            *(self.caution(c) for c in library.cautions.values()),
            *(self.allergy(a) for a in self.allergens if a.source.classes or a.source.drugs),
        )

    def plan(self) -> Plan:
        illnesses = tuple(self.illness(i, c) for i, c in enumerate(self.conditions))
        timelines = compile_timelines(self)
        self.stays_again()
        starts = month_starts(self.spec.start, self.spec.months)
        chronic = [i for i, c in enumerate(self.conditions) if c.kind == "chronic"]
        barred = (
            [] if self.spec.without == "chronic" else [self.condition[c] for c in self.spec.without]
        )
        return Plan(
            spec=self.spec,
            starts=starts,
            first_month=int(month_index(starts[:1])[0]),
            illnesses=illnesses,
            diagnosis=self.diagnosis(illnesses),
            complicated=tuple(self.complicated()),
            measures=tuple(self.measured(m) for m in self.library.measures.values()),
            drugs=tuple(
                DrugPlan(
                    i,
                    d,
                    self.amounts(d.effects),
                    tuple((self.order[o], months) for o, months in d.orders.items()),
                )
                for i, d in enumerate(self.library.drugs.values())
            ),
            orders=tuple(self.library.orders.values()),
            order_months=self.order_months(),
            shelf=ProductTable(self.library.drugs, self.library.products),
            tests=dict(self.library.tests),
            events=tuple(self.events),
            timelines=timelines,
            codes=tuple(self.codes),
            code_names=tuple(self.code_names),
            death=self.fitted.death,
            frailty=fitted.frailty(),
            allergens=self.allergens,
            cautions=self.cautions,
            forced=frozenset(self.condition[c] for c in self.spec.have),
            new=frozenset(self.condition[c] for c in self.spec.new),
            groups=tuple(_group(g, self.library, self.condition) for g in self.spec.have_any),
            barred=frozenset(barred),
            barred_at_start=frozenset(chronic if self.spec.without == "chronic" else barred),
        )

    def diagnosis(self, illnesses: tuple[Illness, ...]) -> NDArray[np.int16]:
        """Return the code by (condition, 1 + degree, age)."""
        table = np.zeros(
            (len(illnesses), 1 + max(len(i.degrees) for i in illnesses) + 1, AGES), np.int16
        )
        for illness in illnesses:
            c = illness.source
            table[illness.index] = _steps(
                {age: self.code(code, c.name) for age, code in c.codes.items()}
            )
            for place, d in enumerate(degrees_of(c), start=1):
                if d.code:
                    table[illness.index, place] = self.code(d.code, c.name)
        return table

    def complicated(self) -> Iterator[tuple[int, int, int, tuple[int, ...]]]:
        """Yield the codes that depend on what else is known."""
        for c in self.conditions:
            if c.complicated:
                other = tuple(self.condition[name] for name in c.complicated.by)
                plain = self.code(c.complicated.instead_of, c.name)
                yield self.condition[c.id], plain, self.code(c.complicated.code, c.name), other

    def order_months(self) -> NDArray[np.int16]:
        """Return how far back the latest of each order may lie, in months."""
        months = np.ones(len(self.order), dtype=np.int16)
        for name, index in self.order.items():
            said = [c.orders for c in self.conditions]
            said += [drug.orders for drug in self.library.drugs.values()]
            asked = [orders[name] for orders in said if name in orders]
            months[index] = max(asked, default=1)
        return months

    def illness(self, index: int, c: Condition) -> Illness:
        only = _allowed(c)
        multipliers = (*self.required(c), *(self.multiplier(f) for f in c.factors))
        lines, drugs = self.drugs_of(c)
        lead = lead_of(c.presents.classes) if c.kind == "acute" and c.presents else -1
        onset = self.onset(c) * only / 12 * self.fitted.care_of(lead)
        degrees = tuple(self.degree(d) for d in degrees_of(c))
        return Illness(
            index=index,
            source=c,
            prevalence=(_by_sex(c.prevalence) / 100 if c.prevalence else onset * 12) * only,
            start=self.fitted.start(c, _by_sex(c.prevalence) / 100) * only,
            onset=onset,
            bound=min(
                1.0, float(onset.max()) * most(multipliers) * use_of(lead).most * most_times(c.kind)
            ),
            cause=self.condition[c.only.having] if c.only.having else -1,
            lead=lead,
            multipliers=multipliers,
            progress=tuple(self.multiplier(f) for f in c.progress),
            remission=c.remission_per_year / 12,
            known=by_age(c.known) if isinstance(c.known, dict) else np.full(AGES, c.known),
            detect=self.fitted.detect(c),
            ends=tuple(self.condition[e] for e in c.ends),
            degrees=_mixed(degrees, self.spec.mix) if self.spec.mix_of == c.id else degrees,
            staged=bool(c.stages),
            add=self.amounts(c.add),
            lines=lines,
            drugs=drugs,
            sets=np.array([sum(1 << drugs.index(d) for d in line) for line in lines], np.uint16),
            beside=tuple((drugs.index(self.drug[d]), share) for d, share in _beside(c)),
            every=_steps(c.every if isinstance(c.every, dict) else {0: c.every or 0}),
            rhythm=self.fitted.rhythm if c.kind == "chronic" else np.ones(AGES),
            uptake=(
                _by_sex(c.uptake) if isinstance(c.uptake, BySex) else np.full((2, AGES), c.uptake)
            )
            * only,
            orders=tuple((self.order[o], months) for o, months in c.orders.items()),
            presents=self.told(index, c, c.presents) if c.presents else None,
            acute=tuple(self.told(index, c, e) for e in c.acute),
        )

    def onset(self, c: Condition) -> Table:
        if isinstance(c.onset, BySex):
            return _by_sex(c.onset)
        return self.fitted.onset(c, _by_sex(c.prevalence) / 100) if c.onset else np.zeros((2, AGES))

    def degree(self, d: Level | Stage) -> Degree:
        stage = d if isinstance(d, Stage) else None
        return Degree(
            id=d.id,
            share=d.share,
            sets=self.ranges(d.set),
            untreated=self.ranges(d.untreated) if isinstance(d, Level) else (),
            lines=tuple(d.lines),
            every=d.every or 0,
            known=stage.known if stage else None,
            new=stage.new or 0.0 if stage else d.share,
            next_month=stage.next_per_year / 12 if stage else 0.0,
            deaths=stage.deaths_per_year / 12 if stage else 0.0,
        )

    def stays_again(self) -> None:
        """Add, for each event that may be a stay, the stay that people come back for."""
        for e in [e for e in self.events if STAY in e.classes]:
            name, index = f"{e.name}{AGAIN}", len(self.events)
            self.events.append(
                replace(e, index=index, name=name, classes=(STAY,), shares=(100.0,), month_rate=0.0)
            )

    def ranges(self, said: Mapping[str, tuple[float, float]]) -> tuple[tuple[int, int, int], ...]:
        return tuple(
            (self.measure[m], self.to_steps(m, lo), self.to_steps(m, hi))
            for m, (lo, hi) in said.items()
        )

    def told(self, condition: int, c: Condition, e: Event) -> Happening:
        return self.happening(condition, c, e, e.id)

    def happening(self, condition: int, c: Condition, e: Care, name: str) -> Happening:
        """Compile an event or the visit of a step; it joins the events."""
        rate, factors = (e.per_year / 12, e.factors) if isinstance(e, AcuteEvent) else (0.0, [])
        own = {*c.codes.values(), *(rank.code for rank in c.ranks), None}
        found = Happening(
            index=len(self.events),
            name=f"{c.id}.{name}",
            condition=condition,
            code=self.code(e.code, c.name) if e.code else -1,
            own=not isinstance(e, Event) and e.code in own and c.kind != "service",
            also=tuple(self.code(other, c.name) for other in e.also),
            classes=tuple(CLASSES.index(k) for k in e.classes),
            shares=tuple(e.classes.values()),
            shift=_shift(c, e),
            event=e,
            orders=tuple(self.order[o] for o in e.orders),
            courses=self.courses(e),
            month_rate=rate,
            multipliers=tuple(self.multiplier(f) for f in factors),
        )
        self.events.append(found)
        return found

    def courses(self, e: Care) -> tuple[tuple[int, float], ...]:
        """Return the drugs that an event calls for, and the chance of each."""
        first = ((self.drug[e.course], e.course_share),) if e.course else ()
        return (*first, *((self.drug[d], share) for d, share in e.courses.items()))

    def required(self, c: Condition) -> tuple[Multiplier, ...]:
        """Return what forbids a condition to those without the one that it comes of."""
        if not c.only.having:
            return ()
        return (Multiplier(Test(absent=self.condition[c.only.having]), 0.0, onset_only=False),)

    def drugs_of(self, c: Condition) -> tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]:
        """Return the lines of a condition's treatment, and all drugs it can come to."""
        said = c.treatment.lines if c.treatment else []
        lines = tuple(tuple(self.drug[d] for d in line) for line in said)
        drugs = {drug for line in lines for drug in line} | {self.drug[d] for d, _ in _beside(c)}
        drugs |= {k.instead for k in self.cautions if k.instead >= 0 and drugs & k.drugs}
        if len(drugs) > MOST_DRUGS:
            raise TemplateError(
                f"conditions/{c.id}.yaml: treatment: {len(drugs)} drugs with what takes their "
                f"place; there is room for {MOST_DRUGS}."
            )
        return lines, tuple(sorted(drugs))

    def caution(self, c: Caution) -> CautionPlan:
        drugs, instead = self.meant(c)
        return CautionPlan(self.test(c.when), drugs, c.start_only, c.at_once, instead)

    def allergy(self, a: AllergenPlan) -> CautionPlan:
        drugs, instead = self.meant(a.source)
        return CautionPlan(Test(allergen=a.index), drugs, False, False, instead)

    def meant(self, of: Caution | Allergen) -> tuple[frozenset[int], int]:
        """Return the drugs that are not given, and the one in their place, -1 for none."""
        drugs = {self.drug[d] for d in of.drugs}
        drugs |= {
            self.drug[d.id] for d in self.library.drugs.values() if d.drug_class in of.classes
        }
        instead = self.drug[of.instead] if of.instead else -1
        return frozenset(drugs - {instead}), instead

    def multiplier(self, f: Factor) -> Multiplier:
        return Multiplier(self.test(f.when), f.times, f.onset_only or f.when.measure is not None)

    def test(self, w: When) -> Test:
        condition = self.condition[w.condition] if w.condition else -1
        limits = {}
        if w.measure:
            limits["above"] = -(2**31) if w.above is None else self.to_steps(w.measure, w.above)
            limits["below"] = 2**31 - 1 if w.below is None else self.to_steps(w.measure, w.below)
        return Test(
            condition=condition,
            stages=_stages(self.library.conditions[w.condition], w.stages) if w.condition else ANY,
            drug=self.drug[w.drug] if w.drug else -1,
            trait=w.trait or "",
            measure=self.measure[w.measure] if w.measure else -1,
            sex=SEXES.index(w.sex) if w.sex else -1,
            age=w.age or (0, 120),
            absent=self.condition[w.without] if w.without else -1,
            **limits,
        )

    def measured(self, m: Measure) -> MeasurePlan:
        curve = np.stack([by_month(m.F), by_month(m.M)]) * m.scale
        return MeasurePlan(
            index=self.measure[m.id],
            source=m,
            curve=np.rint(curve).astype(np.int32),
            spread=_lognormal(m.sd / _middle(m))
            if m.shape == "lognormal"
            else np.zeros(0, np.int32),
            sd=round(m.sd * m.scale),
            low=round(m.low * m.scale),
            high=round(m.high * m.scale),
            floor=round(m.floor * m.scale),
            ceiling=round(m.ceiling * m.scale),
            rate=max(1, round(m.rate * 256)),
            noise=round(m.noise * m.scale),
            noise_percent=round(m.noise_percent * 10.24),
        )

    def amounts(self, effects: Mapping[str, float]) -> tuple[tuple[int, int], ...]:
        return tuple((self.measure[m], self.to_steps(m, v)) for m, v in effects.items())

    def to_steps(self, measure: str, value: float) -> int:
        return round(value * self.library.measures[measure].scale)

    def code(self, code: str, name: str) -> int:
        if code not in self.codes:
            self.codes[code] = len(self.codes)
            self.code_names.append(self.names.get(code, name))
        return self.codes[code]


def _shift(c: Condition, e: Care) -> float:
    """Return the chance of an emergency visit where people's habits decide about it."""
    fixed = c.kind == "acute" and e is c.presents and lead_of(e.classes) == EMERGENCY
    either = "AMB" in e.classes and "EMER" in e.classes
    return e.classes["EMER"] / 100 if either and not fixed else 0.0


def degrees_of(c: Condition) -> list[Level | Stage]:
    """Return a condition's levels or stages."""
    return list(c.levels) or list(c.stages)


def ordered(conditions: Mapping[str, Condition]) -> list[Condition]:
    """Return conditions so that each comes after those that its start depends on, then by id."""
    done: dict[str, Condition] = {}
    waiting = dict(sorted(conditions.items()))
    while waiting:
        ready = [c for c in waiting.values() if not (_causes(c) - done.keys()) & waiting.keys()]
        if not ready:
            raise TemplateError(
                f"conditions {', '.join(waiting)} depend on one another at the start: "
                "make one of their factors 'onset_only: true'."
            )
        done[ready[0].id] = waiting.pop(ready[0].id)
    return list(done.values())


def _causes(c: Condition) -> set[str]:
    whens = [f.when for f in c.factors if not f.onset_only]
    named = {name for w in whens for name in (w.condition, w.without)} | {c.only.having}
    return {name for name in named if name} - {c.id}


def _beside(c: Condition) -> list[tuple[str, float]]:
    """Return the drugs that are taken beside a condition's lines, with their shares."""
    return list(c.treatment.beside.items()) if c.treatment else []


def _index(names: Iterable[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}


def _by_sex(curves: BySex | None) -> Table:
    return np.stack([by_age(curves.F), by_age(curves.M)]) if curves else np.zeros((2, AGES))


def _allowed(c: Condition) -> Table:
    """Return 1 where a (sex, age) can have the condition, else 0."""
    table = np.zeros((2, AGES))
    rows = [SEXES.index(c.only.sex)] if c.only.sex else [0, 1]
    table[rows, c.only.age[0] : c.only.age[1] + 1] = 1
    return table


def _steps(by_first_age: Mapping[int, int]) -> NDArray[np.int16]:
    """Return the value from each age on, shape (121,)."""
    table = np.zeros(AGES, dtype=np.int16)
    for age, value in sorted(by_first_age.items()):
        table[age:] = value
    return table


def _stages(c: Condition, stages: list[str]) -> int:
    """Return stages or levels as bits, 1 for the first."""
    wanted = {rank.id for name in stages for rank in c.rank_names[name]}
    bits = sum(2 << place for place, rank in enumerate(c.ranks) if rank.id in wanted)
    return bits or ANY


def _group(shares: Mapping[str, float], library: Library, place: Mapping[str, int]) -> Group:
    """Return a group of conditions of which everyone has one."""
    weights = [_allowed(library.conditions[c]) * share for c, share in shares.items()]
    return Group(tuple(place[c] for c in shares), np.stack(weights))


def _mixed(degrees: tuple[Degree, ...], mix: Mapping[str, float]) -> tuple[Degree, ...]:
    """Return the degrees with the shares that were asked for."""
    if not mix:
        return degrees
    return tuple(replace(d, share=100 * mix.get(d.id, 0.0)) for d in degrees)


def _middle(m: Measure) -> float:
    """Return the median of a forty-year-old, which a lognormal's ``sd`` is relative to."""
    return float(by_age(m.F)[40] + by_age(m.M)[40]) / 2


@lru_cache(maxsize=64)
def _lognormal(cv: float) -> NDArray[np.int32]:
    """Return ``1024 (exp(s z) - 1)`` at the middle of `SPREAD_SLOTS` equal slots."""
    s, normal = math.sqrt(math.log(1 + cv * cv)), NormalDist()
    z = (normal.inv_cdf((i + 0.5) / SPREAD_SLOTS) for i in range(SPREAD_SLOTS))
    return np.array([round(1024 * (math.exp(s * v) - 1)) for v in z], dtype=np.int32)
