"""What was done at visits, in the office and in hospital, as lines."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.draft import FACILITY, HOSPITAL, OTHER, PLACES
from healthsim_nb.coverage.prices import price_list, revenue_codes
from healthsim_nb.coverage.visits import AMB, HH, IMP, VR, coded, whole
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.bills.office import Office
    from healthsim_nb.coverage.draft import Draft

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

FREE_STANDING = 0.5
"""Share of office imaging done outside hospitals (judgement; HCCI 2022)."""
ECG, ECG_TRACING, ECG_READING, INJECTION = "93000", "93005", "93010", "90471"
WITH_EMERGENCY = SERVICES.index("with-emergency")


def procedures(office: Office, draft: Draft) -> None:
    """Write what was done besides the visits themselves."""
    visit, service = office.done
    kind = office.visits.kind[visit]
    outside = np.isin(kind, (AMB, VR, HH))
    _in_office(office, draft, visit[outside], service[outside])
    _in_hospital(office, draft, visit[~outside], service[~outside], kind[~outside] == IMP)


def _in_office(office: Office, draft: Draft, visit: I64, service: I64) -> None:
    prices = price_list()
    image = prices.is_kind("img")[service] & (prices.reading[service] > 0)
    simple = np.isin(prices.revenue[service], _x_ray_codes())
    theatre = prices.is_kind("surg")[service] & np.isin(prices.revenue[service], _theatre_codes())
    near = office.visits.draws.take(visit).chance("coverage.free-standing", FREE_STANDING)
    sent = image & ~simple & ~near
    infused = prices.is_kind("drug", "inf")[service] & ~near
    away = sent | theatre | infused | prices.is_kind("rad")[service]
    here, doses = ~away, _doses()[service]
    benefit = np.where(theatre, SERVICES.index("surgery"), benefit_of(office, visit, service))
    given = {"benefit": benefit[here], "units": doses[here]}
    office.clinician(draft, visit[here], service[here], **given)
    given = {"benefit": benefit[away], "units": doses[away], "doses": doses[away]}
    office.outpatient(draft, HOSPITAL, visit[away], service[away], **given)
    at, what = visit[theatre], service[theatre]
    office.clinician(draft, at, what, place=PLACES.index("22"), inside=True)
    _read(office, draft, visit[sent], service[sent], PLACES.index("22"))


def benefit_of(office: Office, visit: I64, service: I64) -> I64:
    """Return the benefit of what is done: screening is preventive, routine eye care its own."""
    prices = price_list()
    screening = office.visits.about(lambda c: c.startswith(("Z12", "Z00", "Z01.4", "Z13")))
    eyes = office.visits.about(lambda c: c.startswith("Z01.0"))
    eye_exam = np.array([c.startswith("920") for c in prices.codes])
    benefit = prices.benefit[service]
    care = np.where(eyes[visit], SERVICES.index("eye-exam"), SERVICES.index("specialist"))
    benefit = np.where(eye_exam[service], care, benefit)
    return np.where(screening[visit], SERVICES.index("preventive"), benefit)


def _in_hospital(office: Office, draft: Draft, visit: I64, service: I64, stay: Bools) -> None:
    """Write hospital procedures: the hospital's part of a stay is in its price."""
    prices = price_list()
    image = prices.is_kind("img")[service] & (prices.reading[service] > 0)
    ecg = service == prices.number(ECG)
    surgery = prices.is_kind("surg")[service]
    place = office.place[visit]
    _read(office, draft, visit[image], service[image], place[image])
    reading = np.full(int(ecg.sum()), prices.number(ECG_READING))
    office.clinician(draft, visit[ecg], reading)
    office.clinician(draft, visit[surgery], service[surgery])
    what = np.where(ecg, prices.number(ECG_TRACING), service)[~stay]
    office.outpatient(draft, FACILITY, visit[~stay], what, benefit=WITH_EMERGENCY)


def _read(office: Office, draft: Draft, visit: I64, service: I64, place: I64 | int) -> None:
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
            office.visits.about(lambda c: c.startswith("Z12"))[visit],
            SERVICES.index("preventive"),
            SERVICES.index("other"),
        ),
    )


def vaccines(office: Office, draft: Draft) -> None:
    """Write vaccines, and that they were given."""
    table = office.tables["immunizations"]
    cvx, words = coded(table["cvx_code"])
    done, states = coded(table["status"])
    given = np.array([*(s == "completed" for s in states), False])[done]
    code = {row["cvx"]: row["cpt"] for row in rows("codes/vaccines.csv")}
    cpt = [code.get(word, "") for word in words]
    encounter = np.where(given, whole(table["encounter_id"]), -1)
    visit, service = office.priced(cvx, cpt, encounter)
    office.clinician(draft, visit, service)
    once = np.unique(visit)
    office.clinician(draft, once, np.full(len(once), price_list().number(INJECTION)))


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
