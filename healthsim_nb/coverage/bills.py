"""What was done at each visit, as lines of the claims that are sent for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.draft import (
    CLINICIAN,
    FACILITY,
    HOSPITAL,
    LABORATORY,
    OTHER,
    PLACES,
    Draft,
)
from healthsim_nb.coverage.extras import Extras
from healthsim_nb.coverage.prices import (
    HOSPITAL_RATIO,
    STANDARD_AMOUNT,
    STAY,
    UNLISTED_WEIGHT,
    drg_weights,
    price_list,
    rate_kinds,
    revenue_codes,
)
from healthsim_nb.coverage.visits import (
    AMB,
    EMER,
    HH,
    IMP,
    OBSENC,
    VR,
    coded,
    whole,
)
from healthsim_nb.network.ids import facility_parts, provider_parts
from healthsim_nb.network.pool import kinds, specialties
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from healthsim_nb.coverage.visits import Visits
    from healthsim_nb.engine.rng import Draws

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

NEW_PATIENT = 0.1
"""Share of office visits by people who are new to the practice (NAMCS 2019, rounded)."""
ESTABLISHED = (("99212", 5), ("99213", 42), ("99214", 48), ("99215", 5))
NEW = (("99202", 10), ("99203", 46), ("99204", 40), ("99205", 4))
EMERGENCY = (("99282", 5), ("99283", 30), ("99284", 37), ("99285", 28))
"""Levels of visits (Medicare Part B utilization 2022, rounded)."""
CHECK_UPS = ((1, "1"), (5, "2"), (12, "3"), (18, "4"), (40, "5"), (65, "6"), (200, "7"))
"""Ages below which the last digit of a check-up's number holds."""
IN_HOUSE = 0.55
"""Share of office visits whose laboratory work is billed by the practice, not by a hospital."""
FREE_STANDING = 0.5
"""Share of office imaging done outside hospitals (judgement; HCCI 2022)."""
URGENT_ROLES, PRIMARY_ROLES = ("urgent",), ("primary", "telehealth")
HOME_VISIT, ECG, ECG_TRACING, ECG_READING = "G0299", "93000", "93005", "93010"
DRAW, WATCH, INJECTION = "36415", "G0378", "90471"
ALONE = ("90834", "90935", "92014", "77412", "77386", "97110", "96413")
"""Services that are what the patient came for: no visit is billed beside them."""
NOT_ITSELF = {"90935": ""}
"""Procedures that others bill (see ``coverage/extras.csv``): the dialysis house by its own code."""
URINE = ("81001", "81003", "82043", "82570")
WITH_STAY = SERVICES.index("with-stay")
WITH_EMERGENCY = SERVICES.index("with-emergency")


@dataclass(frozen=True, eq=False)
class Biller:
    """Visits that are billed, and what was ordered and done at them."""

    visits: Visits
    tables: Mapping[str, pa.RecordBatch]
    age: I64
    """Completed years at each visit."""
    medicare: Bools
    """Whether each visit's payer is Medicare, which has check-up codes of its own."""
    state: I64
    left: I64
    """Days that the patient lives after each visit."""

    def write(self) -> dict[str, I64]:
        """Return all lines: see `Draft.add` for the columns."""
        draft = Draft()
        self._seen(draft)
        self._emergencies(draft)
        self._stays(draft)
        self._observations(draft)
        self._at_home(draft)
        self._procedures(draft)
        self._vaccines(draft)
        self._laboratory(draft)
        self._extras(draft)
        return draft.columns()

    @cached_property
    def place(self) -> I64:
        """Where the clinician is, an index into `PLACES`."""
        facility = facility_parts(self.visits.facility).row
        urgent = facility == [k.name for k in kinds()].index("urgent-care")
        by_kind = np.array([PLACES.index(p) for p in ("11", "23", "21", "22", "10", "12")])
        return np.where(urgent, PLACES.index("20"), by_kind[self.visits.kind])

    @cached_property
    def benefit(self) -> I64:
        """The benefit of a visit to this clinician."""
        roles = [s.role for s in specialties()]
        names = [
            "urgent" if r in URGENT_ROLES else "primary" if r in PRIMARY_ROLES else "specialist"
            for r in roles
        ]
        found = np.array([SERVICES.index(n) for n in names])[
            provider_parts(self.visits.provider).row
        ]
        mental = self.visits.about(lambda code: code.startswith("F"))
        found = np.where(mental, SERVICES.index("mental-health"), found)
        return np.where(self.visits.kind == VR, SERVICES.index("telehealth"), found)

    @cached_property
    def done(self) -> tuple[I64, I64]:
        """Visit and service of each procedure that has a price."""
        table = self.tables["procedures"]
        code, words = coded(table["code"])
        words = [NOT_ITSELF.get(word, word) for word in words]
        return self._priced(code, words, whole(table["encounter_id"]))

    @cached_property
    def alone(self) -> Bools:
        """Visits that are for one service only."""
        table = self.tables["procedures"]
        code, words = coded(table["code"])
        visit, at = self.visits.find(whole(table["encounter_id"]))
        found = np.zeros(len(self.visits), bool)
        found[visit[np.array([*(w in ALONE for w in words), False])[code[at]]]] = True
        return found

    def _priced(self, code: I64, words: list[str], encounter: I64) -> tuple[I64, I64]:
        service = np.array([*(price_list().number(w) for w in words), -1])[code]
        visit, at = self.visits.find(encounter)
        service = service[at]
        return visit[service >= 0], service[service >= 0]

    def _clinician(
        self, draft: Draft, at: I64, service: I64, **more: I64 | int | str | bool
    ) -> None:
        """Write what a clinician is paid for, at office or facility prices."""
        prices = price_list()
        inside = np.isin(self.visits.kind[at], (EMER, IMP, OBSENC)) | bool(
            more.pop("inside", False)
        )
        units = np.asarray(more.pop("units", 1))
        price = np.where(inside, prices.facility[service], prices.office[service]) * units
        given = {"rate": prices.rate[service], "benefit": prices.benefit[service], "units": units}
        charge = price * prices.ratio[service] // 10
        given |= {"place": self.place[at], "charge": charge}
        draft.add(at, CLINICIAN, service, price, **{**given, **more})

    def _seen(self, draft: Draft) -> None:
        """Write the visits themselves: office, video and check-up."""
        v = self.visits
        exam = v.about(lambda c: c.startswith(("Z00", "Z01.4", "Z02")))
        check_up = np.flatnonzero((v.kind == AMB) & v.preventive & exam)
        by_age = np.array([f"9939{d}" for _, d in CHECK_UPS])
        code = _numbers(by_age)[
            np.searchsorted([a for a, _ in CHECK_UPS], self.age[check_up], "right")
        ]
        code = np.where(self.medicare[check_up], price_list().number("G0439"), code)
        self._clinician(draft, check_up, code)
        served = np.zeros(len(v), bool)
        served[self.done[0]] = True
        visit = (v.kind == AMB) & ~(v.preventive & (exam | served)) & ~self.alone
        office = np.flatnonzero(visit)
        draws = v.draws.take(office)
        usual = _drawn(draws, "coverage.level", ESTABLISHED)
        first = draws.chance("coverage.new-patient", NEW_PATIENT)
        code = np.where(first, _drawn(draws, "coverage.new-level", NEW), usual)
        self._clinician(draft, office, code, benefit=self.benefit[office])
        video = np.flatnonzero(v.kind == VR)
        code = _drawn(v.draws.take(video), "coverage.level", ESTABLISHED[:3])
        self._clinician(draft, video, code, benefit=self.benefit[video], modifier="95")

    def _emergencies(self, draft: Draft) -> None:
        at = np.flatnonzero(self.visits.kind == EMER)
        level = _drawn(self.visits.draws.take(at), "coverage.level", EMERGENCY)
        self._clinician(draft, at, level)
        self._outpatient(draft, FACILITY, at, level, benefit=SERVICES.index("emergency"))

    def _outpatient(
        self, draft: Draft, slot: int, at: I64, service: I64, **more: I64 | int | str | bool
    ) -> None:
        """Write what a hospital is paid for without a stay."""
        prices = price_list()
        imaging = prices.is_kind("img")[service]
        lab = prices.is_kind("lab")[service]
        rate = np.where(imaging, _rate("hospital-imaging"), _rate("outpatient"))
        rate = np.where(lab, _rate("hospital-lab"), rate)
        rate = np.where(prices.is_kind("ed")[service], _rate("emergency"), rate)
        rate = np.where(prices.is_kind("drug")[service], _rate("hospital-drugs"), rate)
        price = np.where(
            prices.outpatient[service] > 0, prices.outpatient[service], prices.office[service]
        ) * np.asarray(more.pop("doses", 1))
        given = {
            "rate": rate,
            "revenue": prices.revenue[service],
            "charge": price * HOSPITAL_RATIO // 10,
        }
        draft.add(at, slot, service, price, **{**given, **more})

    def _stays(self, draft: Draft) -> None:
        v, prices = self.visits, price_list()
        at = np.flatnonzero(v.kind == IMP)
        days = np.maximum(v.end[at] - v.day[at], 1)
        known = [drg_weights().get(code, (UNLISTED_WEIGHT, False)) for code in [*v.drgs, ""]]
        base = np.array([round(STANDARD_AMOUNT * weight) for weight, _ in known])[v.drg[at]]
        surgical = np.array([cut for _, cut in known])[v.drg[at]]
        emergent = v.draws.take(at).chance(
            "coverage.through-emergency", np.where(surgical, 0.4, 0.8)
        )
        share = np.array([s for _, s in STAY])[:, None] * np.ones(len(at), np.int64)
        share[-2] *= emergent
        share[-1] *= surgical
        total = share.sum(axis=0)
        spent = (base * share[1:]) // total
        price = np.concatenate([[base - spent.sum(axis=0)], spent])
        for place, (code, _) in enumerate(STAY):
            rows_ = np.flatnonzero(share[place])
            first = place == 0
            draft.add(
                at[rows_],
                FACILITY,
                -1,
                price[place, rows_],
                revenue=revenue_codes().index(code),
                units=days[rows_] if first else 1,
                charge=price[place, rows_] * HOSPITAL_RATIO // 10,
                rate=_rate("inpatient"),
                benefit=SERVICES.index("inpatient") if first else WITH_STAY,
            )
        self._clinician(draft, at, np.full(len(at), prices.number("99223")))
        later = np.flatnonzero(days > 1)
        daily = np.full(len(later), prices.number("99232"))
        self._clinician(draft, at[later], daily, units=days[later] - 1)
        self._clinician(draft, at, np.full(len(at), prices.number("99239")))

    def _observations(self, draft: Draft) -> None:
        at = np.flatnonzero(self.visits.kind == OBSENC)
        watch = np.full(len(at), price_list().number(WATCH))
        hours = 12 + self.visits.draws.take(at).below("coverage.hours", 30)
        benefit = SERVICES.index("surgery")
        self._outpatient(draft, FACILITY, at, watch, units=hours, benefit=benefit)
        self._clinician(draft, at, np.full(len(at), price_list().number("99235")))

    def _at_home(self, draft: Draft) -> None:
        at = np.flatnonzero(self.visits.kind == HH)
        prices = price_list()
        service = np.full(len(at), prices.number(HOME_VISIT))
        price = prices.office[service]
        draft.add(
            at,
            FACILITY,
            service,
            price,
            revenue=prices.revenue[service],
            units=3,
            charge=price * 3 // 2,
            rate=_rate("home-health"),
            benefit=SERVICES.index("home-health"),
        )

    def _procedures(self, draft: Draft) -> None:
        visit, service = self.done
        kind = self.visits.kind[visit]
        outside = np.isin(kind, (AMB, VR, HH))
        self._in_office(draft, visit[outside], service[outside])
        self._in_hospital(draft, visit[~outside], service[~outside], kind[~outside] == IMP)

    def _in_office(self, draft: Draft, visit: I64, service: I64) -> None:
        prices = price_list()
        image = prices.is_kind("img")[service] & (prices.reading[service] > 0)
        simple = np.isin(prices.revenue[service], _x_ray_codes())
        theatre = prices.is_kind("surg")[service] & np.isin(
            prices.revenue[service], _theatre_codes()
        )
        near = self.visits.draws.take(visit).chance("coverage.free-standing", FREE_STANDING)
        sent = image & ~simple & ~near
        infused = prices.is_kind("drug", "inf")[service] & ~near
        away = sent | theatre | infused | prices.is_kind("rad")[service]
        here, doses = ~away, _doses()[service]
        benefit = np.where(theatre, SERVICES.index("surgery"), self._benefit(visit, service))
        given = {"benefit": benefit[here], "units": doses[here]}
        self._clinician(draft, visit[here], service[here], **given)
        given = {"benefit": benefit[away], "units": doses[away], "doses": doses[away]}
        self._outpatient(draft, HOSPITAL, visit[away], service[away], **given)
        at, what = visit[theatre], service[theatre]
        self._clinician(draft, at, what, place=PLACES.index("22"), inside=True)
        self._read(draft, visit[sent], service[sent], PLACES.index("22"))

    def _benefit(self, visit: I64, service: I64) -> I64:
        """Return the benefit of what is done: screening is preventive, routine eye care its own."""
        prices = price_list()
        screening = self.visits.about(lambda c: c.startswith(("Z12", "Z00", "Z01.4", "Z13")))
        eyes = self.visits.about(lambda c: c.startswith("Z01.0"))
        eye_exam = np.array([c.startswith("920") for c in prices.codes])
        benefit = prices.benefit[service]
        care = np.where(eyes[visit], SERVICES.index("eye-exam"), SERVICES.index("specialist"))
        benefit = np.where(eye_exam[service], care, benefit)
        return np.where(screening[visit], SERVICES.index("preventive"), benefit)

    def _in_hospital(self, draft: Draft, visit: I64, service: I64, stay: Bools) -> None:
        """Write hospital procedures: the hospital's part of a stay is in its price."""
        prices = price_list()
        image = prices.is_kind("img")[service] & (prices.reading[service] > 0)
        ecg = service == prices.number(ECG)
        surgery = prices.is_kind("surg")[service]
        place = self.place[visit]
        self._read(draft, visit[image], service[image], place[image])
        reading = np.full(int(ecg.sum()), prices.number(ECG_READING))
        self._clinician(draft, visit[ecg], reading)
        self._clinician(draft, visit[surgery], service[surgery])
        what = np.where(ecg, prices.number(ECG_TRACING), service)[~stay]
        self._outpatient(draft, FACILITY, visit[~stay], what, benefit=WITH_EMERGENCY)

    def _read(self, draft: Draft, visit: I64, service: I64, place: I64 | int) -> None:
        """Write the reading of an image made elsewhere, on the claim of another clinician."""
        prices = price_list()
        draft.add(
            visit,
            OTHER,
            service,
            prices.reading[service],
            modifier="26",
            place=place,
            charge=prices.reading[service] * prices.ratio[service] // 10,
            rate=prices.rate[service],
            benefit=np.where(
                self.visits.about(lambda c: c.startswith("Z12"))[visit],
                SERVICES.index("preventive"),
                SERVICES.index("other"),
            ),
        )

    def _vaccines(self, draft: Draft) -> None:
        """Write vaccines, and that they were given."""
        table = self.tables["immunizations"]
        cvx, words = coded(table["cvx_code"])
        done, states = coded(table["status"])
        given = np.array([*(s == "completed" for s in states), False])[done]
        code = {row["cvx"]: row["cpt"] for row in rows("codes/vaccines.csv")}
        cpt = [code.get(word, "") for word in words]
        encounter = np.where(given, whole(table["encounter_id"]), -1)
        visit, service = self._priced(cvx, cpt, encounter)
        self._clinician(draft, visit, service)
        once = np.unique(visit)
        self._clinician(draft, once, np.full(len(once), price_list().number(INJECTION)))

    def _laboratory(self, draft: Draft) -> None:
        table = self.tables["orders"]
        code, words = coded(table["code"])
        visit, at = self.visits.find(whole(table["encounter_id"]))
        code = code[at]
        kind = self.visits.kind[visit]
        for part in range(2):
            service = _billed_as(tuple(words), part)[code]
            self._tests(draft, visit, np.where(kind == IMP, -1, service))

    def _tests(self, draft: Draft, visit: I64, service: I64) -> None:
        prices = price_list()
        billed = service >= 0
        visit, service = visit[billed], service[billed]
        inside = np.isin(self.visits.kind[visit], (EMER, OBSENC))
        self._outpatient(draft, FACILITY, visit[inside], service[inside], benefit=WITH_EMERGENCY)
        visit, service = visit[~inside], service[~inside]
        house = self.visits.draws.take(visit).chance("coverage.in-house", IN_HOUSE)
        benefit = self._benefit(visit, service)
        self._clinician(draft, visit[house], service[house], benefit=benefit[house])
        away = ~house
        self._outpatient(draft, LABORATORY, visit[away], service[away], benefit=benefit[away])
        urine = np.array([code in URINE for code in prices.codes])
        blood = np.unique(visit[house & ~urine[service]])
        draw = np.full(len(blood), prices.number(DRAW))
        self._clinician(draft, blood, draw, benefit=self._benefit(blood, draw))

    def _extras(self, draft: Draft) -> None:
        table = self.tables["procedures"]
        code, words = coded(table["code"])
        visit, at = self.visits.find(whole(table["encounter_id"]))
        place, age, left = self.place, self.age, self.left
        Extras(self.visits, place, age, left, visit, code[at], words).write(draft)


def _drawn(draws: Draws, stream: str, levels: tuple[tuple[str, int], ...]) -> I64:
    """Return services in proportion to their weights."""
    found = draws.choice(stream, [weight for _, weight in levels])
    return _numbers(np.array([code for code, _ in levels]))[found]


def _numbers(codes: NDArray[np.str_]) -> I64:
    return np.array([price_list().number(str(code)) for code in codes])


def _rate(kind: str) -> int:
    return rate_kinds().index(kind)


@cache
def _doses() -> I64:
    """Return how many units of each service are given at once."""
    units = {row["code"]: int(row["units"]) for row in rows("coverage/doses.csv")}
    return np.array([units.get(code, 1) for code in price_list().codes])


@cache
def _x_ray_codes() -> tuple[int, ...]:
    return tuple(i for i, code in enumerate(revenue_codes()) if code.startswith("032"))


@cache
def _theatre_codes() -> tuple[int, ...]:
    """Return the revenue codes of operating, endoscopy and catheter rooms."""
    rooms = ("0360", "0750", "0481", "0490")
    return tuple(i for i, code in enumerate(revenue_codes()) if code in rooms)


@cache
def _billed_as(orders: tuple[str, ...], part: int) -> I64:
    """Return the first or second service of each laboratory order, -1 for none."""
    codes = {row["loinc"]: row["codes"].split() for row in rows("coverage/laboratory_codes.csv")}
    named = [codes.get(order, []) for order in orders]
    return np.array([*(price_list().number(n[part]) if len(n) > part else -1 for n in named), -1])
