"""Laboratory work as lines: of the practice, of a laboratory, of the hospital."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.bills.procedures import benefit_of
from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.draft import FACILITY, LABORATORY
from healthsim_nb.coverage.prices import price_list
from healthsim_nb.coverage.visits import EMER, IMP, OBSENC, coded, whole
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.bills.office import Office
    from healthsim_nb.coverage.draft import Draft

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

IN_HOUSE = 0.55
"""Share of office visits whose laboratory work is billed by the practice, not by a hospital."""
DRAW = "36415"
URINE = ("81001", "81003", "82043", "82570")
WITH_EMERGENCY = SERVICES.index("with-emergency")


def laboratory(office: Office, draft: Draft) -> None:
    """Write the laboratory work that was ordered."""
    table = office.tables["orders"]
    code, words = coded(table["code"])
    visit, at = office.visits.find(whole(table["encounter_id"]))
    code = code[at]
    kind = office.visits.kind[visit]
    for part in range(2):
        service = _billed_as(tuple(words), part)[code]
        _tests(office, draft, visit, np.where(kind == IMP, -1, service))


def _tests(office: Office, draft: Draft, visit: I64, service: I64) -> None:
    prices = price_list()
    billed = service >= 0
    visit, service = visit[billed], service[billed]
    inside = np.isin(office.visits.kind[visit], (EMER, OBSENC))
    office.outpatient(draft, FACILITY, visit[inside], service[inside], benefit=WITH_EMERGENCY)
    visit, service = visit[~inside], service[~inside]
    house = office.visits.draws.take(visit).chance("coverage.in-house", IN_HOUSE)
    benefit = benefit_of(office, visit, service)
    office.clinician(draft, visit[house], service[house], benefit=benefit[house])
    away = ~house
    office.outpatient(draft, LABORATORY, visit[away], service[away], benefit=benefit[away])
    urine = np.array([code in URINE for code in prices.codes])
    blood = np.unique(visit[house & ~urine[service]])
    draw = np.full(len(blood), prices.number(DRAW))
    office.clinician(draft, blood, draw, benefit=benefit_of(office, blood, draw))


@cache
def _billed_as(orders: tuple[str, ...], part: int) -> I64:
    """Return the first or second service of each laboratory order, -1 for none."""
    codes = {row["loinc"]: row["codes"].split() for row in rows("coverage/laboratory_codes.csv")}
    named = [codes.get(order, []) for order in orders]
    return np.array([*(price_list().number(n[part]) if len(n) > part else -1 for n in named), -1])
