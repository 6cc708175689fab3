"""A payer's desk: how the lines that are not refused are shared between plan and member."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, get_args

import numpy as np

from healthsim_nb.coverage.accounts import Accounts, several, visit_counters
from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.filing import SECONDARY
from healthsim_nb.coverage.queue import Followers, Queue
from healthsim_nb.coverage.visits import IMP
from healthsim_nb.coverage.wavefront import (
    COINSURANCE,
    COORDINATED,
    COPAY,
    FIRST,
    FREE,
    MEDICAID,
    SUPPLEMENT,
    SUPPLEMENT_LESS,
    Limits,
    Services,
)
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.order import in_order
from healthsim_nb.templates.health_plan import Rates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.filed import Filed
    from healthsim_nb.coverage.filing import Filings
    from healthsim_nb.population.people import People

    I8 = NDArray[np.int8]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

BENEFIT_PERIOD = 60
"""Days out of hospital after which Medicare's hospital deductible is due again."""
METHODS = {"medigap-g": SUPPLEMENT_LESS}
"""Supplements that leave the deductible to the member; the others pay all."""


@dataclass(frozen=True, eq=False)
class Desk:
    """Everything that a payer looks at for one block's filings."""

    claims: Claims
    filings: Filings
    book: Book
    people: People
    filed: Filed
    accounts: Accounts
    refusal: I8

    @cached_property
    def person(self) -> I64:
        """Whose each filing is."""
        return self.claims.visits.person[self.claims.visit[self.filings.claim]]

    @cached_property
    def household(self) -> I64:
        """Household of each filing: the person that it is called after."""
        return self.people.rows_of(self.people.household_id)[self.person]

    def queue(self) -> Queue:
        """Return the lines that wait for their turn, and what became of the others."""
        filed, out = self.filed, np.zeros((5, len(self.filed.line)), np.int64)
        taken = self.refusal == 0
        allowed = self.claims.allowed(filed.line, self._rates()[filed.filing])
        how = self._how()
        counter, visits = visit_counters(self.claims, self.filings, self.book, filed)
        # What is free moves no account: there is nothing to wait for.
        free = taken & (how == FREE) & (counter < 0) & ~filed.second
        np.multiply(allowed, free, out=out[3])
        due = taken & ~free
        due[self._nothing_left(due, free, out)] = False
        followers = self._followers(due, counter, allowed)
        due[followers.line] = False
        new = np.flatnonzero(due)
        services, every = self._services(new, allowed, how, counter)
        undone = np.arange(len(every)) >= len(new)
        filing = filed.filing[every]
        day = np.where(undone, self.filings.undone[filing], self.filings.decided[filing])
        a_day = len(filed.first) + 1
        return Queue(
            out,
            followers,
            new,
            services,
            self._limits(visits),
            self.household[filing],
            day * a_day + filing,
            a_day,
        )

    def _nothing_left(self, due: Bools, free: Bools, out: I64) -> I64:
        """Settle what comes second where the first payer left nothing, and say which lines."""
        second = np.flatnonzero(due & self.filed.second)
        before = self.filed.before(self.filings, second)
        whole = free[before]
        out[4, second[whole]] = out[3, before[whole]]
        found: I64 = second[whole]
        return found

    def _followers(self, due: Bools, counter: I64, allowed: I64) -> Followers:
        """Return the lines that wait for that of the payer before, and for no other."""
        second = np.flatnonzero(due & self.filed.second & (counter < 0))
        method = self._methods()[self.filed.filing[second]]
        at = method != COORDINATED
        line = second[at]
        before = self.filed.before(self.filings, line)
        return Followers(line, before, allowed[line], method[at])

    def _services(self, new: I64, allowed: I64, how: I8, counter: I64) -> tuple[Services, I64]:
        """Return what waits for its turn, what is taken back at the end, and its filed lines."""
        filed, accounts = self.filed, self.accounts
        index = np.full(len(filed.line), NONE, np.int64)
        index[new] = np.arange(len(new))
        undone = new[(self.filings.undone < FAR)[filed.filing[new]]]
        every = np.concatenate([new, undone])
        filing, benefit = filed.filing[every], filed.benefit[every]
        second = np.flatnonzero(filed.second[every])
        after = np.full(len(every), NONE, np.int64)
        after[second] = index[filed.before(self.filings, every[second])]
        reverses = np.full(len(every), NONE, np.int64)
        reverses[len(new) :] = index[undone]
        services = Services(
            chain=self._chain()[filing],
            member=accounts.member[filing],
            family=accounts.family[filing],
            allowed=allowed[every],
            how=how[every],
            copay=self.book.copay.ravel()[(accounts.row * len(SERVICES))[filing] + benefit],
            rate=self.book.rate[self.filings.plan, accounts.tier][filing],
            visits=counter[every],
            reverses=reverses,
            after=after,
            method=self._methods()[filing],
        )
        return services, every

    def _limits(self, visits: I64) -> Limits:
        members, families = len(self.accounts.members), len(self.accounts.families)
        limits = self.accounts.limits
        return Limits(
            limits[0, :members],
            limits[1, :members],
            limits[2, :families],
            limits[3, :families],
            visits,
        )

    def _chain(self) -> I64:
        """Return what the lines of each filing wait in: nothing reaches beyond it."""
        person, accounts = self.person, self.accounts
        together = np.zeros(len(self.people), bool)
        together[person[several(accounts.family, person)]] = True
        chain = np.where(together[person], len(self.people) + self.household, person)
        return chain * self.book.years + accounts.row % self.book.years

    def _rates(self) -> I8:
        """Return the price list of each filing's plan, an index into `Rates`."""
        names = get_args(Rates)
        of_plan = [names.index(name) for name in self.book.column("rates")]
        return np.array(of_plan, np.int8)[self.filings.plan]

    def _how(self) -> I8:
        """Return how each line is shared."""
        filed = self.filed
        how = filed.of(self.book.how.astype(np.int8))
        outside = (self.accounts.tier == 1)[filed.filing]
        how[outside & (how != FREE)] = COINSURANCE
        # A copay is for all lines of one kind on a claim.
        at = np.flatnonzero(how == COPAY)
        how[at[_again(filed.filing[at] << 6 | filed.benefit[at])]] = FREE
        stays = np.flatnonzero(filed.benefit == SERVICES.index("inpatient"))
        original = np.array([m == "original-medicare" for m in self.book.column("market")])
        filing = filed.filing[stays]
        soon = original[self.filings.plan[filing]] & self._soon_after(filing)
        how[stays[soon]] = FREE
        return how

    def _soon_after(self, filing: I64) -> Bools:
        """Return the filings for a stay within a benefit period that another began."""
        v = self.claims.visits
        stays = np.flatnonzero(v.kind == IMP)
        order = stays[in_order(v.person[stays], v.day[stays])]
        same = np.r_[False, v.person[order[1:]] == v.person[order[:-1]]]
        gap = v.day[order] - np.r_[0, v.end[order[:-1]]] if len(order) else order
        soon = np.zeros(len(v), bool)
        soon[order] = same & (gap <= BENEFIT_PERIOD)
        return soon[self.claims.visit[self.filings.claim[filing]]]

    def _methods(self) -> I8:
        """Return how the payer of each filing pays."""
        ways = [
            METHODS.get(plan.id, SUPPLEMENT)
            if plan.type == "SUPPLEMENT"
            else MEDICAID
            if plan.line_of_business == "medicaid"
            else COORDINATED
            for plan in self.book.plans
        ]
        second = self.filings.version == SECONDARY
        return np.where(second, np.array(ways, np.int8)[self.filings.plan], np.int8(FIRST))


def _again(key: I64) -> Bools:
    """Return which numbers another of the same goes before."""
    order = in_order(key)
    found = np.zeros(len(key), bool)
    found[order[1:]] = key[order[1:]] == key[order[:-1]]
    return found
