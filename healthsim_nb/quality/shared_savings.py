"""Shared savings: whose patients they are, what they should have cost, and who shares the rest."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from healthsim_nb.errors import SpecificationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb
    import pandas as pd

By = Literal["state", "provider", "all"]
BY = ("state", "provider", "all")


@dataclass(frozen=True)
class Terms:
    """What a payer and an organization agree on (42 CFR 425, subpart G, in general terms)."""

    minimum_savings_rate: float = 0.02
    """Savings below this part of the benchmark may be chance: nobody shares them."""
    quality_gate: float = 0.4
    """Share of the measures that must be met for the members; below it nothing is shared."""
    shared_rate: float = 0.5
    """The organization's part of savings."""
    loss_rate: float = 0.0
    """The organization's part of losses; 0: it bears none."""
    cap: float = 0.10
    """Most that it earns or owes, as a part of the benchmark."""


@dataclass(frozen=True)
class Attributed:
    """A member and the clinician of primary care whose patient it is."""

    member_id: int
    patient_id: int
    state: str
    provider_id: int | None
    """None: no primary care in the year, so nobody's."""
    visits: int | None
    years: float
    """Part of the year with the plan."""
    score: float
    """Risk score of the year."""
    paid: float
    """Dollars that the plan paid for the year's services."""
    measures: int
    """Measures of quality that the member is in."""
    met: int

    @property
    def risk(self) -> float:
        """Return the years, each as its risk counts."""
        return self.score * self.years


@dataclass(frozen=True)
class Settlement:
    """What an organization's members should have cost, what they did, and what follows."""

    organization: str
    members: int
    member_years: float
    risk_score: float
    benchmark: float
    """Dollars: the cost at risk 1 of all members, with and without a clinician, times the risk."""
    actual: float
    savings: float
    """Negative: losses."""
    savings_rate: float
    quality: float | None
    """Share of the measures that are met; None: nobody is in any."""
    earned: float
    """Dollars that the organization receives; negative: that it owes."""
    reason: str


@dataclass(frozen=True, repr=False)
class SharedSavings:
    """A year's settlement. Made by ``c.shared_savings()``."""

    year: int
    market: str
    terms: Terms
    unit_cost: float
    """Dollars for a member-year at risk 1."""
    settlements: tuple[Settlement, ...]
    attribution: tuple[Attributed, ...]
    """All members of the market, those of nobody too."""

    def df(self) -> pd.DataFrame:
        """Return a row for each organization."""
        import pandas as pd

        columns = list(Settlement.__dataclass_fields__)
        return pd.DataFrame([asdict(s) for s in self.settlements], columns=columns)

    def attribution_df(self) -> pd.DataFrame:
        """Return a row for each member: whose patient, for how long, at what risk and cost."""
        import pandas as pd

        columns = list(Attributed.__dataclass_fields__)
        return pd.DataFrame([asdict(a) for a in self.attribution], columns=columns)

    def to_text(self) -> str:
        """Return it as plain text."""
        from healthsim_nb.quality.shared_savings_text import text

        return text(self)

    def __repr__(self) -> str:
        """Return it as plain text."""
        return self.to_text()


def shared_savings(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    *,
    year: int,
    market: str,
    by: By,
    terms: Terms,
) -> SharedSavings:
    """Return the settlement of a year.

    Parameters
    ----------
    cursor
        A cursor on the database.
    scenario
        The scenario's id.
    year
        Calendar year: its services, coverage and risk scores.
    market
        Whose members, as ``plans.market``.
    by
        Who makes an organization: the attributed clinicians of a ``state``, each ``provider``
        alone, or ``all``.
    terms
        What is agreed on.

    Raises
    ------
    SpecificationError
        If ``by`` is unknown, or there is nobody with a risk score of that year.
    """
    if by not in BY:
        raise SpecificationError(f"by is {by!r}; it can be {', '.join(BY)}.")
    sql = files(__package__).joinpath("value_sql/attributed.sql").read_text(encoding="utf-8")
    known = {"scenario": scenario, "year": year, "market": market}
    people = tuple(Attributed(*row) for row in cursor.execute(sql, known).fetchall())
    risk = sum(person.risk for person in people)
    if not risk:
        raise SpecificationError(
            f"No member of the market '{market}' has a risk score of {year}: scores exist for the"
            " years after the first, for members of Medicare."
        )
    unit = sum(person.paid for person in people) / risk
    return SharedSavings(year, market, terms, unit, settle(people, unit, by, terms), people)


def settle(
    people: Iterable[Attributed], unit_cost: float, by: By, terms: Terms
) -> tuple[Settlement, ...]:
    """Return the settlement of each organization, those with most members first.

    Parameters
    ----------
    people
        Members; those without a clinician belong to no organization.
    unit_cost
        Dollars that a member-year at risk 1 is expected to cost.
    by, terms
        As `shared_savings` takes them.
    """
    own = sorted((p for p in people if p.provider_id is not None), key=lambda p: _of(p, by))
    found = [
        _settlement(name, list(members), unit_cost, terms)
        for name, members in groupby(own, key=lambda p: _of(p, by))
    ]
    return tuple(sorted(found, key=lambda s: (-s.members, s.organization)))


def _of(person: Attributed, by: By) -> str:
    return {"all": "all", "state": person.state, "provider": str(person.provider_id)}[by]


def _settlement(
    name: str, members: Sequence[Attributed], unit_cost: float, terms: Terms
) -> Settlement:
    years, risk = sum(p.years for p in members), sum(p.risk for p in members)
    benchmark, actual = unit_cost * risk, sum(p.paid for p in members)
    savings = benchmark - actual
    rate = savings / benchmark if benchmark else 0.0
    measures = sum(p.measures for p in members)
    quality = sum(p.met for p in members) / measures if measures else None
    part, reason = _part(rate, quality, terms)
    most = terms.cap * benchmark
    earned = min(max(part * savings, -most), most)
    return Settlement(
        name,
        len(members),
        round(years, 4),
        round(risk / years if years else 0.0, 4),
        round(benchmark, 2),
        round(actual, 2),
        round(savings, 2),
        round(rate, 4),
        None if quality is None else round(quality, 4),
        round(earned, 2) + 0.0,
        f"{reason}, at most {terms.cap:.0%}" if abs(part * savings) > most else reason,
    )


def _part(rate: float, quality: float | None, terms: Terms) -> tuple[float, str]:
    """Return the organization's part of what was saved or lost, and why."""
    least = terms.minimum_savings_rate
    if abs(rate) < least:
        return 0.0, f"within ± {least:.1%}, as chance may have it"
    if rate < 0:
        return terms.loss_rate, f"shares {terms.loss_rate:.0%} of the losses"
    if quality is None or quality < terms.quality_gate:
        return 0.0, f"saved, and fewer than {terms.quality_gate:.0%} of the measures are met"
    return terms.shared_rate, f"shares {terms.shared_rate:.0%} of the savings"
