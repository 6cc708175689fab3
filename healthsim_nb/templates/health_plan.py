"""A health plan: who buys it, what it pays, what the member pays. One YAML file each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from healthsim_nb.templates.base import Id, Percent, Positive, Strict

PlanType = Literal[
    "HMO", "PPO", "EPO", "POS", "HDHP", "MEDICARE", "MEDICARE-ADVANTAGE", "MEDICAID", "SUPPLEMENT"
]
Market = Literal[
    "large-employer",
    "small-employer",
    "public-employer",
    "individual",
    "medicare-advantage",
    "dual-advantage",
    "original-medicare",
    "supplement",
    "medicaid",
    "chip",
    "military",
]
Rates = Literal[
    "large-employer",
    "small-employer",
    "individual",
    "medicare-advantage",
    "medicaid",
    "military",
    "medicare",
]
Service = Literal[
    "primary",
    "specialist",
    "urgent",
    "emergency",
    "inpatient",
    "surgery",
    "imaging",
    "x-ray",
    "lab",
    "therapy",
    "mental-health",
    "telehealth",
    "home-health",
    "equipment",
    "ambulance",
    "eye-exam",
    "other",
]
"""What a benefit speaks of; what a plan does not name costs the deductible and coinsurance."""
Limited = Literal["therapy", "eye-exam"]
Dollars = Annotated[float, Field(ge=0, le=100_000)]


class CopayAfterDeductible(Strict):
    """A fixed amount once the deductible is met."""

    copay: Dollars
    after_deductible: Literal[True]


CostShare = Dollars | Literal["free"] | CopayAfterDeductible
"""A copay without deductible, nothing, or a copay after it."""


class Amounts(Strict):
    """What one member, or a family, pays at most in a year; None: there is no such limit."""

    individual: Dollars | None = None
    family: Dollars | None = None
    out_of_network: Dollars | None = None
    out_of_network_family: Dollars | None = None

    @model_validator(mode="after")
    def _families_pay_more(self) -> Amounts:
        pairs = (
            ("family", self.individual, self.family),
            ("out_of_network_family", self.out_of_network, self.out_of_network_family),
        )
        for name, one, many in pairs:
            if one is not None and many is not None and many < one:
                raise ValueError(f"'{name}' is {many:g}, less than one member's {one:g}")
        return self


class Coinsurance(Strict):
    """The member's percent of what is allowed; without the second nothing is paid outside."""

    in_network: Percent
    out_of_network: Percent | None = None


class YearAmounts(Strict):
    """What differs from the amounts of 2024."""

    deductible: Dollars | None = None
    inpatient: Dollars | None = None
    premium: Positive | None = None


class HealthPlan(Strict):
    """A benefit design that people are enrolled in."""

    id: Id
    name: str
    type: PlanType
    line_of_business: Literal["commercial", "medicare", "medicaid", "military"]
    market: Market
    metal: Literal["bronze", "silver", "gold", "platinum"] | None = None
    payer: Id
    network: Id
    rates: Rates
    """Column of ``coverage/payer_rates.csv``."""
    share: Annotated[float, Field(gt=0, le=100)]
    """Weight among the plans of its market."""
    deductible: Amounts = Amounts()
    family_deductible: Literal["embedded", "aggregate"] = "embedded"
    """``aggregate``: a family's members pay until the family's deductible is met."""
    out_of_pocket_maximum: Amounts = Amounts()
    coinsurance: Coinsurance
    services: dict[Service, CostShare] = {}
    visit_limits: dict[Limited, Annotated[int, Field(ge=0, le=366)]] = {}
    excluded: list[Service] = []
    authorization: list[Service] = []
    """Services that need the plan's consent beforehand."""
    referral: bool = False
    hsa: bool = False
    timely_filing_days: Annotated[int, Field(ge=30, le=1000)]
    premium: Positive
    """Dollars a month for one person."""
    years: dict[Annotated[int, Field(ge=1966, le=2100)], YearAmounts] = {}
    source: str

    @model_validator(mode="after")
    def _whole(self) -> HealthPlan:
        ded, most = self.deductible, self.out_of_pocket_maximum
        for name in ("individual", "family", "out_of_network", "out_of_network_family"):
            low, high = getattr(ded, name), getattr(most, name)
            if low is not None and high is not None and high < low:
                raise ValueError(
                    f"out_of_pocket_maximum.{name} is {high:g}, less than the deductible {low:g}"
                )
        if self.hsa and any(isinstance(v, float | int) for v in self.services.values()):
            raise ValueError("hsa: a copay before the deductible rules a savings account out")
        return self
