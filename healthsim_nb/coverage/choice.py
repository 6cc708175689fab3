"""Which plan of a market somebody takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from healthsim_nb.coverage.flows import flows
from healthsim_nb.population.households import SPOUSE
from healthsim_nb.templates.health_plan import Market

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.engine.rng import Draws
    from healthsim_nb.population.people import People

    Index = NDArray[np.int64]
    Months = NDArray[np.int8]

NONE = -1
ADULT, RETIRED = 19, 65
MARKETS: tuple[str, ...] = (*get_args(Market), "none")
KINDS = {
    "individual": "marketplace",
    "medicare-advantage": "medicare-advantage",
    "dual-advantage": "medicare-advantage",
    "original-medicare": "original-medicare",
}
"""Markets that a population can be asked for by name."""
FAMILY_LINES = ("commercial", "military")
"""Lines of business that cover a whole family."""


class Choice:
    """Plans by market; index -1 of each table stands for no plan."""

    def __init__(self, book: Book, people: People, kinds: Sequence[str] = ()) -> None:
        self.book, self.people = book, people
        plans = zip(book.column("type"), book.column("market"), strict=True)
        self.wanted = np.array(
            [not kinds or kind in kinds or KINDS.get(market) in kinds for kind, market in plans]
        )
        self.market = np.array([MARKETS.index(m) for m in [*book.column("market"), "none"]])
        lines = [*book.column("line_of_business"), "none"]
        self.family = np.isin(lines, FAMILY_LINES)
        self.medicare = np.isin(lines, ("medicare",))
        self.medicaid = np.isin(lines, ("medicaid",))
        self.employer = np.isin(lines, ("commercial",))

    def by_market(self, chances: Mapping[Any, float]) -> NDArray[np.float64]:
        """Return a chance for each plan, 0 for markets without one and for no plan."""
        return np.array([chances.get(MARKETS[market], 0.0) for market in self.market])

    def first(self, line: str, who: Index, like: Index, draws: Draws) -> Index:
        """Return the plans with which people of a line of business begin; kin draw ``like`` one."""
        mine = draws.take(like)
        offered = self.offered()
        shares = {m: s for m, s in flows().markets[line].items() if m in offered}
        markets = _drawn(shares or flows().markets[line], mine, "coverage.market")
        if line == "medicaid":
            chip = mine.chance("coverage.chip", flows().chip)
            markets[(self.people.age[who] < ADULT) & chip] = MARKETS.index("chip")
        if line == "medicare":
            dual = self.dual(draws)[who]
            special = dual & draws.take(who).chance("coverage.dual-plan", flows().dual_advantage)
            for which, market in ((dual, "original-medicare"), (special, "dual-advantage")):
                if market in offered:
                    markets[which] = MARKETS.index(market)
        return self._of_markets(markets, mine, self.wanted)

    def offered(self) -> set[str]:
        """Return the markets with a plan of the kinds that are wanted."""
        return {MARKETS[market] for market in self.market[:-1][self.wanted]}

    def of_words(self, shares: Mapping[Any, float], draws: Draws, stream: str) -> Index:
        """Return plans of markets in proportion to their shares; ``none``: no plan."""
        return self._of_markets(_drawn(shares, draws, stream), draws)

    def another(self, plan: Index, draws: Draws) -> Index:
        """Return a plan of the same market, which may be the same."""
        return self._of_markets(self.market[plan], draws)

    def dual(self, draws: Draws) -> NDArray[np.bool_]:
        """Return who has Medicaid too once they have Medicare."""
        share = flows().dual
        old = self.people.age >= RETIRED
        return draws.chance("coverage.dual", np.where(old, share.from_65, share.under_65))

    def later_payers(self, plan: Months, draws: Draws) -> Months:
        """Return the public or supplementary plan that pays second, `NONE` for most."""
        original = self.market[plan] == MARKETS.index("original-medicare")
        special = self.market[plan] == MARKETS.index("dual-advantage")
        duals = self.dual(draws)
        buys = draws.chance("coverage.supplement", flows().supplement) & ~duals
        public, extra = (
            self._of_markets(np.full(len(self.people), MARKETS.index(m)), draws)
            for m in ("medicaid", "supplement")
        )
        second = np.where((original | special) & duals, public, NONE)
        return np.where(original & buys, extra, second).astype(np.int8)

    def two_jobs(self, draws: Draws) -> tuple[NDArray[np.bool_], Index]:
        """Return the spouses whose own employer covers them too, and its plan."""
        both = draws.chance("coverage.own-too", flows().own_plan_too)
        both &= self.people.household_role == SPOUSE
        own = self._of_markets(np.full(len(self.people), MARKETS.index("large-employer")), draws)
        return both & (own != NONE) & np.r_[self.wanted, False][own], own

    def _of_markets(
        self, markets: Index, draws: Draws, wanted: NDArray[np.bool_] | None = None
    ) -> Index:
        found = np.full(len(markets), NONE, np.int64)
        for market in np.flatnonzero(np.bincount(markets, minlength=len(MARKETS))):
            plans, shares = self.book.of_market(MARKETS[market])
            if wanted is not None:
                shares = [s for p, s in zip(plans, shares, strict=True) if wanted[p]]
                plans = [p for p in plans if wanted[p]]
            if plans:
                at = np.flatnonzero(markets == market)
                found[at] = np.array(plans)[draws.take(at).choice("coverage.plan", shares)]
        return found


def _drawn(shares: Mapping[Any, float], draws: Draws, stream: str) -> Index:
    """Return markets in proportion to their shares."""
    numbers = np.array([MARKETS.index(name) for name in shares])
    found: Index = numbers[draws.choice(stream, list(shares.values()))]
    return found
