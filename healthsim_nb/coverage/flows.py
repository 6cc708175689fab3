"""How people come to a plan and leave it: the numbers of ``coverage/enrollment.yaml``."""

from __future__ import annotations

from functools import cache

from healthsim_nb import reference
from healthsim_nb.errors import TemplateError
from healthsim_nb.templates.base import Probability, Strict
from healthsim_nb.templates.documents import parse_yaml, read_text
from healthsim_nb.templates.health_plan import Market
from healthsim_nb.templates.problems import validated

FILE = "coverage/enrollment.yaml"


class Dual(Strict):
    """Share of people with Medicare who have Medicaid too."""

    under_65: Probability
    from_65: Probability


class Late(Strict):
    """Reports that come after the event."""

    add: Probability
    add_medicaid: Probability
    end: Probability
    days: tuple[int, int]


class Flows(Strict):
    """Shares by market, and monthly chances."""

    markets: dict[str, dict[Market, float]]
    chip: Probability
    dual: Dual
    dual_advantage: Probability
    supplement: Probability
    own_plan_too: Probability
    turns_65: dict[str, Probability]
    turns_26: dict[str, float]
    switch_in_january: dict[Market, Probability]
    leaves_per_month: dict[Market, Probability]
    goes_to: dict[str, float]
    gains_per_month: Probability
    gains: dict[str, float]
    late: Late
    birth_days: tuple[int, int]
    sources: dict[str, str]


@cache
def flows() -> Flows:
    """Return what the file says.

    Raises
    ------
    TemplateError
        If anything is wrong with it: every problem, one line each.
    """
    text, problems = read_text(reference.root() / FILE)
    data, more = parse_yaml(text)
    found, wrong = validated(Flows, data)
    if found is None or problems or more:
        raise TemplateError("\n".join(f"{FILE}: {p}" for p in [*problems, *more, *wrong]))
    return found
