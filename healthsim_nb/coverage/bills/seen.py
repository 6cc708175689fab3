"""What a visit itself is billed as: by its length, its place, or as a check-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.bills.office import drawn, numbers, rate_of
from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.draft import FACILITY
from healthsim_nb.coverage.prices import price_list
from healthsim_nb.coverage.visits import AMB, EMER, HH, OBSENC, VR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.bills.office import Office
    from healthsim_nb.coverage.draft import Draft

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
HOME_VISIT, WATCH = "G0299", "G0378"


def seen(office: Office, draft: Draft) -> None:
    """Write the visits themselves: office, video and check-up."""
    v = office.visits
    exam = v.about(lambda c: c.startswith(("Z00", "Z01.4", "Z02")))
    check_up = np.flatnonzero((v.kind == AMB) & v.preventive & exam)
    by_age = np.array([f"9939{d}" for _, d in CHECK_UPS])
    code = numbers(by_age)[
        np.searchsorted([a for a, _ in CHECK_UPS], office.age[check_up], "right")
    ]
    code = np.where(office.medicare[check_up], price_list().number("G0439"), code)
    office.clinician(draft, check_up, code)
    served = np.zeros(len(v), bool)
    served[office.done[0]] = True
    visit = (v.kind == AMB) & ~(v.preventive & (exam | served)) & ~office.alone
    at = np.flatnonzero(visit)
    draws = v.draws.take(at)
    usual = drawn(draws, "coverage.level", ESTABLISHED)
    first = draws.chance("coverage.new-patient", NEW_PATIENT)
    code = np.where(first, drawn(draws, "coverage.new-level", NEW), usual)
    office.clinician(draft, at, code, benefit=office.benefit[at])
    video = np.flatnonzero(v.kind == VR)
    code = drawn(v.draws.take(video), "coverage.level", ESTABLISHED[:3])
    office.clinician(draft, video, code, benefit=office.benefit[video], modifier="95")


def emergencies(office: Office, draft: Draft) -> None:
    """Write emergency visits: the clinician and the house."""
    at = np.flatnonzero(office.visits.kind == EMER)
    level = drawn(office.visits.draws.take(at), "coverage.level", EMERGENCY)
    office.clinician(draft, at, level)
    office.outpatient(draft, FACILITY, at, level, benefit=SERVICES.index("emergency"))


def observations(office: Office, draft: Draft) -> None:
    """Write stays for observation."""
    at = np.flatnonzero(office.visits.kind == OBSENC)
    watch = np.full(len(at), price_list().number(WATCH))
    hours = 12 + office.visits.draws.take(at).below("coverage.hours", 30)
    benefit = SERVICES.index("surgery")
    office.outpatient(draft, FACILITY, at, watch, units=hours, benefit=benefit)
    office.clinician(draft, at, np.full(len(at), price_list().number("99235")))


def at_home(office: Office, draft: Draft) -> None:
    """Write visits at home."""
    at = np.flatnonzero(office.visits.kind == HH)
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
        rate=rate_of("home-health"),
        benefit=SERVICES.index("home-health"),
    )
