"""What else is billed with a visit: the surgeon, the infused drug, the therapist, care after it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.draft import (
    AFTER,
    CLINICIAN,
    EQUIPMENT,
    FACILITY,
    HOSPITAL,
    OTHER,
    PLACES,
    RIDE,
)
from healthsim_nb.coverage.prices import (
    HOSPITAL_RATIO,
    price_list,
    rate_kinds,
    revenue_codes,
)
from healthsim_nb.coverage.visits import AMB, CLASSES, EMER, HH, IMP, OBSENC, VR, begin_with
from healthsim_nb.engine.order import in_order
from healthsim_nb.engine.rng import ONE32
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.draft import Draft
    from healthsim_nb.coverage.visits import Visits

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

SLOTS = {
    "ambulance": RIDE,
    "equipment": EQUIPMENT,
    "therapy": OTHER,
    "specialist": OTHER,
    "clinician": CLINICIAN,
    "surgeon": CLINICIAN,
    "hospital": HOSPITAL,
    "stay": FACILITY,
    "after": AFTER,
}
"""Which claim of the visit each kind of line is on."""
FIXED_PLACES = {"ambulance": "41", "equipment": "12", "therapy": "11", "surgeon": "22"}
"""Where it is, if not where the visit is."""
OUTSIDE = (AMB, VR, HH)
IN_HOSPITAL = (EMER, IMP, OBSENC)
OUTPATIENT_RATES = {
    "img": "hospital-imaging",
    "lab": "hospital-lab",
    "drug": "hospital-drugs",
    "dial": "dialysis",
}


@dataclass(frozen=True)
class Extra:
    """One row of ``coverage/extras.csv``."""

    kind: str
    group: str
    """What is billed together shares a draw."""
    service: int
    """Index into the price list, -1: a room or unit that has only a revenue code."""
    revenue: int
    price: int
    """Cents a unit, where the price list has none."""
    units: int
    spread: bool
    """Whether units vary from half to one and a half."""
    modifier: str
    classes: tuple[int, ...]
    diagnoses: tuple[str, ...]
    procedures: frozenset[str]
    ages: tuple[int, int]
    share: tuple[float, float]
    """Part of the draws between 0 and 1 that it holds for."""
    days: int
    """Days after the visit that it goes on for."""


@dataclass(frozen=True, eq=False)
class Extras:
    """Visits, and what decides on the lines that come with them."""

    visits: Visits
    place: I64
    """Where the clinician is, an index into ``draft.PLACES``."""
    age: I64
    left: I64
    """Days that the patient lives after the visit."""
    visit: I64
    """Visit of each procedure of the record."""
    code: I64
    """Index of each procedure into ``words``."""
    words: list[str]

    def write(self, draft: Draft) -> None:
        """Write down the lines of all rows."""
        for extra in extras():
            at = self._where(extra)
            if len(at):
                drawn = self.visits.draws.take(at).u32(f"coverage.extra.{extra.group}")
                low, high = (int(share * ONE32) for share in extra.share)
                self._line(draft, extra, at[(drawn >= low) & (drawn < high)])

    @cached_property
    def _in_hospital(self) -> Bools:
        return np.isin(self.visits.kind, IN_HOSPITAL)

    @cached_property
    def _of_class(self) -> dict[int, I64]:
        kind = self.visits.kind
        return {number: np.flatnonzero(kind == number) for number in range(len(CLASSES))}

    @cached_property
    def _of_diagnosis(self) -> tuple[I64, list[int]]:
        """Return the visits in order of their principal diagnosis, and where each code begins."""
        v = self.visits
        order = in_order(v.diagnosis)
        return order, np.searchsorted(v.diagnosis[order], np.arange(len(v.codes) + 1)).tolist()

    def _about(self, begins: tuple[str, ...]) -> I64:
        """Return the visits whose principal diagnosis begins so."""
        order, first = self._of_diagnosis
        codes = begin_with(tuple(self.visits.codes), begins)
        found = [order[first[c] : first[c + 1]] for c in codes]
        return np.concatenate(found) if found else order[:0]

    @cached_property
    def _of_word(self) -> dict[str, I64]:
        """Return the visits at which each procedure was done."""
        # A dictionary of Arrow may name a word twice.
        names = {word: place for place, word in enumerate(dict.fromkeys(self.words))}
        code = np.array([*(names[word] for word in self.words), -1])[self.code]
        order = in_order(code, self.visit)
        code, visit = code[order], self.visit[order]
        new = np.ones(len(code), bool)
        new[1:] = (code[1:] != code[:-1]) | (visit[1:] != visit[:-1])
        code, visit = code[new], visit[new]
        ends = np.searchsorted(code, np.arange(len(names) + 1))
        return {word: visit[ends[n] : ends[n + 1]] for word, n in names.items()}

    def _where(self, extra: Extra) -> I64:
        """Return the visits that a row speaks of."""
        v = self.visits
        if extra.procedures:
            found = [at for word, at in self._of_word.items() if word in extra.procedures]
            at = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
            if extra.diagnoses:
                at = np.intersect1d(at, self._about(extra.diagnoses))
            at = at[_in_class(v.kind[at], extra)]
        elif extra.diagnoses:
            at = self._about(extra.diagnoses)
            at = at[_in_class(v.kind[at], extra)]
        else:
            at = np.concatenate([self._of_class[number] for number in extra.classes])
        low, high = extra.ages
        if (low, high) != (0, 120):
            at = at[(self.age[at] >= low) & (self.age[at] <= high)]
        return at[self.left[at] > 0] if extra.days else at

    def _line(self, draft: Draft, extra: Extra, at: I64) -> None:
        slot = SLOTS[extra.kind]
        if extra.kind == "hospital":
            # What a hospital does at its own visit is on that claim.
            own = self._in_hospital[at]
            self._write(draft, extra, at[own], FACILITY)
            at = at[~own]
        self._write(draft, extra, at, slot)

    def _write(self, draft: Draft, extra: Extra, at: I64, slot: int) -> None:
        if not len(at):
            return
        units = self._units(extra, at)
        price = self._price(extra, at, slot) * units
        house = slot in (FACILITY, HOSPITAL, AFTER)
        prices = price_list()
        ratio = HOSPITAL_RATIO if house or extra.service < 0 else int(prices.ratio[extra.service])
        place = FIXED_PLACES.get(extra.kind)
        days = np.minimum(units if extra.spread else extra.days, self.left[at]) if extra.days else 0
        draft.add(
            at,
            slot,
            extra.service,
            price,
            units=units,
            modifier=extra.modifier,
            revenue=extra.revenue if house else -1,
            place=0 if house else self._place(place, at),
            charge=price * ratio // 10,
            rate=_rate(extra, house),
            benefit=_benefit(extra),
            days=days,
        )

    def _units(self, extra: Extra, at: I64) -> I64:
        if not extra.spread:
            return np.full(len(at), extra.units)
        drawn = self.visits.draws.take(at).below(f"coverage.units.{extra.group}", extra.units + 1)
        return np.maximum(np.minimum(extra.units // 2 + drawn, self.left[at]), 1)

    def _price(self, extra: Extra, at: I64, slot: int) -> I64:
        if extra.service < 0:
            return np.full(len(at), extra.price)
        prices = price_list()
        office, facility = int(prices.office[extra.service]), int(prices.facility[extra.service])
        if slot in (FACILITY, HOSPITAL):
            return np.full(len(at), int(prices.outpatient[extra.service]) or office)
        if slot not in (CLINICIAN, OTHER):
            return np.full(len(at), office)
        if extra.kind == "surgeon":
            return np.full(len(at), facility)
        return np.where(self._in_hospital[at], facility, office)

    def _place(self, fixed: str | None, at: I64) -> I64:
        if fixed is None:
            return self.place[at]
        if fixed != "22":
            return np.full(len(at), PLACES.index(fixed))
        return np.where(self._in_hospital[at], self.place[at], PLACES.index(fixed))


def _in_class(kind: I64, extra: Extra) -> Bools:
    able = np.zeros(len(CLASSES), bool)
    able[list(extra.classes)] = True
    return able[kind]


@cache
def extras() -> tuple[Extra, ...]:
    """Return what else is billed with visits."""
    return tuple(_extra(row) for row in rows("coverage/extras.csv"))


def _extra(row: dict[str, str]) -> Extra:
    low, _, high = row["ages"].partition("-")
    service = price_list().number(row["code"]) if row["code"] else -1
    listed = int(price_list().revenue[service]) if service >= 0 else -1
    return Extra(
        kind=row["kind"],
        group=row["group"],
        service=service,
        revenue=revenue_codes().index(row["revenue"]) if row["revenue"] else listed,
        price=round(float(row["price"] or 0) * 100),
        units=int(row["units"].rstrip("~")),
        spread=row["units"].endswith("~"),
        modifier=row["modifier"],
        classes=tuple(CLASSES.index(c) for c in row["classes"].split()),
        diagnoses=tuple(row["diagnoses"].split()),
        procedures=frozenset(row["procedures"].split()),
        ages=(int(low or 0), int(high or 120)),
        share=(float(row["share"].rpartition("-")[0] or 0), float(row["share"].rpartition("-")[2])),
        days=int(row["days"] or 0),
    )


def _rate(extra: Extra, house: bool) -> int:
    if extra.service < 0:
        return rate_kinds().index("inpatient" if extra.kind == "stay" else "nursing")
    prices = price_list()
    if house and extra.kind != "after":
        kind = prices.kinds[extra.service]
        return rate_kinds().index(OUTPATIENT_RATES.get(kind, "outpatient"))
    return int(prices.rate[extra.service])


def _benefit(extra: Extra) -> int:
    if extra.service < 0:
        return SERVICES.index("with-stay" if extra.kind == "stay" else "home-health")
    prices = price_list()
    if extra.kind in ("hospital", "surgeon") and prices.kinds[extra.service] == "surg":
        return SERVICES.index("surgery")
    return int(prices.benefit[extra.service])
