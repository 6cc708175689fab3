"""What services cost: Medicare's prices, the payers' rates, the states' price levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, get_args

import numpy as np

from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.reference import rows
from healthsim_nb.reference.geography import states
from healthsim_nb.templates.health_plan import Rates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

STANDARD_AMOUNT = 847_200
"""Cents for a stay of weight 1: operating and capital standard amounts of FY2024 (CMS, 7,001.60)
and 21 % for what hospitals get on top: teaching, the poor and uninsured, outliers (MedPAC 2024)."""
UNLISTED_WEIGHT = 1.0
"""Relative weight of an MS-DRG that is not in the table: the mean of all stays."""
HOSPITAL_RATIO = 44
"""Usual hospital charge in tenths of the Medicare price (median 4.6; CMS cost reports)."""
KINDS = {
    "em": ("office", "other"),
    "prev": ("office", "preventive"),
    "emip": ("professional", "other"),
    "ed": ("emergency-visit", "with-emergency"),
    "surg": ("surgery", "other"),
    "img": ("radiology", "x-ray"),
    "bh": ("behavioral", "mental-health"),
    "pt": ("therapy", "therapy"),
    "lab": ("lab", "lab"),
    "anes": ("anesthesia", "other"),
    "dial": ("dialysis", "other"),
    "surgpath": ("radiology", "lab"),
    "vax": ("drugs", "preventive"),
    "vadm": ("office", "preventive"),
    "drug": ("drugs", "other"),
    "dme": ("equipment", "equipment"),
    "amb": ("ambulance", "ambulance"),
    "hh": ("home-health", "home-health"),
}
"""Rate and benefit by class of service; others: professional, other."""
ADVANCED = ("035", "061", "0404")
"""Revenue codes of CT, MRI and PET begin with these."""


@dataclass(frozen=True, eq=False)
class PriceList:
    """Services by number, prices in cents."""

    codes: tuple[str, ...]
    kinds: tuple[str, ...]
    office: I64
    facility: I64
    reading: I64
    outpatient: I64
    ratio: I64
    """Charge in tenths of the price."""
    revenue: I64
    """Index into `revenue_codes`."""
    rate: I64
    """Index into `rate_kinds`."""
    benefit: I64
    """Index into ``book.SERVICES``."""

    def number(self, code: str) -> int:
        """Return the place of a code, -1 if it has no price."""
        return _numbers().get(code, -1)

    def is_kind(self, *kinds: str) -> NDArray[np.bool_]:
        """Return which services are of some classes."""
        return np.isin(self.kinds, kinds)


@cache
def price_list() -> PriceList:
    """Return the services of ``coverage/services.csv``."""
    table = rows("coverage/services.csv")
    kinds = [row["service_class"] for row in table]
    words = [KINDS.get(kind, ("professional", "other")) for kind in kinds]
    benefits = [
        "imaging" if kind == "img" and row["revenue_code"].startswith(ADVANCED) else benefit
        for row, kind, (_, benefit) in zip(table, kinds, words, strict=True)
    ]
    return PriceList(
        codes=tuple(row["code"] for row in table),
        kinds=tuple(kinds),
        **{name: _cents(table, name) for name in ("office", "facility", "reading", "outpatient")},
        ratio=np.array([round(float(row["charge_ratio"]) * 10) for row in table]),
        revenue=np.array([revenue_codes().index(row["revenue_code"] or "0960") for row in table]),
        rate=np.array([rate_kinds().index(rate) for rate, _ in words]),
        benefit=np.array([SERVICES.index(benefit) for benefit in benefits]),
    )


@cache
def revenue_codes() -> tuple[str, ...]:
    """Return the revenue codes in use."""
    used = {row["revenue_code"] for row in rows("coverage/services.csv") if row["revenue_code"]}
    used |= {row["revenue"] for row in rows("coverage/extras.csv") if row["revenue"]}
    return tuple(sorted(used | {code for code, _ in STAY} | {"0960", "0360", "0450", "0762"}))


STAY = (
    ("0120", 34),
    ("0250", 16),
    ("0270", 10),
    ("0300", 12),
    ("0320", 9),
    ("0410", 5),
    ("0450", 8),
    ("0360", 26),
)
"""Shares of a stay's charges by revenue code; the last two only if it fits (HCUP, rounded)."""


@cache
def rate_kinds() -> tuple[str, ...]:
    """Return the kinds of services by which payers' rates differ."""
    return tuple(row["kind"] for row in rows("coverage/payer_rates.csv"))


@cache
def payer_rates() -> I64:
    """Return the payers' prices in percent of Medicare's, shape (kinds, ``Rates``)."""
    table = rows("coverage/payer_rates.csv")
    return np.array([[int(row[name]) for name in get_args(Rates)] for row in table])


@cache
def price_levels() -> I64:
    """Return prices in 1/1,000 of the national, clinicians and hospitals, shape (states, 2)."""
    found = {row["state"]: row for row in rows("coverage/price_levels.csv")}
    return np.array(
        [[int(found[s.code]["professional"]), int(found[s.code]["hospital"])] for s in states()]
    )


@cache
def hospital_kinds() -> NDArray[np.bool_]:
    """Return which kinds of rates are hospitals'."""
    hospital = (
        *("inpatient", "outpatient", "emergency", "hospital-lab", "hospital-imaging"),
        *("nursing", "dialysis"),
    )
    return np.isin(rate_kinds(), hospital)


@cache
def drg_weights() -> dict[str, tuple[float, bool]]:
    """Return relative weight and whether it is surgical, by MS-DRG."""
    return {
        r["code"]: (float(r["weight"]), r["type"] == "surgical") for r in rows("codes/drgs.csv")
    }


@cache
def _numbers() -> dict[str, int]:
    return {code: place for place, code in enumerate(price_list().codes)}


def _cents(table: list[dict[str, str]], column: str) -> I64:
    return np.array([round(float(row[column] or 0) * 100) for row in table])
