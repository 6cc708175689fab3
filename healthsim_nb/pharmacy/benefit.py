"""What members pay for a fill: a formulary's cost sharing as its YAML says it, and as arrays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import yaml
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from healthsim_nb.errors import TemplateError
from healthsim_nb.reference.location import root
from healthsim_nb.templates.base import Id, Positive, Strict
from healthsim_nb.templates.problems import validated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

CHANNELS = ("retail-30", "retail-90", "mail-90", "specialty")
RETAIL_30, RETAIL_90, MAIL_90, SPECIALTY = range(4)
NO_LIMIT = 10**9
"""Cents: more than a fill can cost."""
BenefitType = Literal["commercial", "exchange", "part-d", "medicaid"]
_COST = re.compile(
    r"^(?:none|(?P<copay>\d+(?:\.\d{1,2})?)|(?P<share>\d+(?:\.\d+)?)%"
    r"(?:, at least (?P<least>\d+(?:\.\d{1,2})?))?(?:, at most (?P<most>\d+(?:\.\d{1,2})?))?)$"
)

_PARTS = ("copay", "share", "least", "most")


def _cost(text: str) -> str:
    if not _COST.match(text):
        raise ValueError(f"{text!r} is no cost: write 11, 25% or '25%, at least 10, at most 250'")
    return text


Cost = Annotated[str, BeforeValidator(str), AfterValidator(_cost)]


class Benefit(Strict):
    """The cost sharing of one formulary, and whose it is."""

    name: str
    benefit_type: BenefitType
    drugs: Id
    """The file of drugs."""
    plans: list[Id] = []
    tiers: list[str] = Field(min_length=1, max_length=9)
    costs: list[tuple[Cost, Cost, Cost]]
    """By tier: retail 30 days, retail 90, mail 90; ``none``: not dispensed there."""
    specialty: Cost
    """One fill of a specialty drug."""
    deductible: Positive | None = None
    """Dollars a year; None: none, or for Part D and combined benefits another's."""
    spared: list[int] = []
    """Tiers that cost no deductible."""
    preventive_spared: bool = False
    out_of_pocket_limit: Positive | None = None
    """Dollars a year that drugs cost a member at most, if drugs have a limit of their own."""
    combined: bool = False
    """True: drugs count towards the plan's deductible and limit, beside medical care."""
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Benefit:
        if len(self.costs) != len(self.tiers):
            raise ValueError(f"{len(self.tiers)} tiers need as many rows of 'costs'")
        if self.combined and self.deductible is not None:
            raise ValueError("a combined benefit has the plan's deductible: leave 'deductible' out")
        return self


@dataclass(frozen=True)
class CostShares:
    """What a fill costs by tier (row 0 is no tier) and channel, shape (tiers + 1, 4)."""

    copay: I64
    """Cents."""
    coinsurance: I64
    """Basis points of the price."""
    least: I64
    most: I64
    """Cents a fill, of coinsurance."""
    offered: NDArray[np.bool_]
    """Whether the tier's drugs are dispensed there."""


def cost_shares(benefit: Benefit) -> CostShares:
    """Return the cost sharing of a benefit as arrays."""
    rows = [("none",) * 4] + [(*costs, benefit.specialty) for costs in benefit.costs]
    parts = [[_parts(cost) for cost in row] for row in rows]
    copay, coinsurance, least, most, offered = np.moveaxis(np.array(parts, np.int64), -1, 0)
    return CostShares(copay, coinsurance, least, most, offered > 0)


def _parts(cost: str) -> tuple[int, int, int, int, int]:
    found = _COST.match(cost)
    assert found is not None
    copay, share, least, most = (
        _cents(found[name]) for name in ("copay", "share", "least", "most")
    )
    return copay or 0, share or 0, least or 0, NO_LIMIT if most is None else most, cost != "none"


def _cents(text: str | None) -> int | None:
    return None if text is None else round(float(text) * 100)


@cache
def benefits() -> dict[str, Benefit]:
    """Return the cost sharing of every formulary that ships, by its id."""
    path = root() / "formularies" / "benefits.yaml"
    documents = yaml.safe_load(path.read_text(encoding="utf-8"))
    found, problems = {}, []
    for name, data in documents.items():
        benefit, wrong = validated(Benefit, data)
        problems += [f"{name}: {problem}" for problem in wrong]
        if benefit is not None:
            found[name] = benefit
    if problems:
        raise TemplateError("formularies/benefits.yaml:\n" + "\n".join(problems))
    return found
