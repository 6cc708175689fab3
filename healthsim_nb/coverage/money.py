"""What is charged, allowed, paid and owed for each line that is filed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from healthsim_nb.coverage.accounts import Accounts, open_accounts, visit_counters
from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.consent import Consents, consents
from healthsim_nb.coverage.edits import in_network, line_refusals, refusals, used_up
from healthsim_nb.coverage.filing import REPLACEMENT, SECONDARY
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
    adjudicate,
)
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import patient_index
from healthsim_nb.templates.health_plan import Rates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.filing import Filings
    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

BENEFIT_PERIOD = 60
"""Days out of hospital after which Medicare's hospital deductible is due again."""
METHODS = {"medigap-g": SUPPLEMENT_LESS}
"""Supplements that leave the deductible to the member; the others pay all."""


@dataclass(frozen=True, eq=False)
class Ledger:
    """Money by filed line, in cents, shape (l,) a column, in order of filing and line."""

    filing: I64
    line: I64
    first: I64
    """Place of each filing's first line."""
    refusal: I64
    """Index into `edits.refusals`."""
    charge: I64
    allowed: I64
    """What is left to this payer and the patient."""
    deductible: I64
    copay: I64
    coinsurance: I64
    paid: I64
    other: I64
    """Paid by the payer before."""
    patient: I64
    inside: Bools
    """In the network, by filing."""
    accounts: Accounts
    consents: Consents

    def sums(self, column: I64) -> I64:
        """Return the sum of a column by filing."""
        found: I64 = np.add.reduceat(column, self.first) if len(column) else column
        return found


@dataclass(frozen=True, eq=False)
class Desk:
    """Everything that a payer looks at for one block's filings."""

    claims: Claims
    filings: Filings
    book: Book
    people: People
    filing: I64
    line: I64
    first: I64
    accounts: Accounts
    refusal: I64

    def priced(self) -> tuple[I64, I64]:
        """Return the shares of each filed line, in cents, shape (6, n), and where visits ran out.

        The rows are deductible, copay, coinsurance, paid, paid before, allowed.
        """
        out = np.zeros((6, len(self.filing)), np.int64)
        at = np.flatnonzero(self.refusal == 0)
        filing, line = self.filing[at], self.line[at]
        plan = self.filings.plan[filing]
        out[5, at] = self.claims.allowed(line, self._rates()[plan])
        how, copay = self._sharing(filing, line)
        counter, visits = visit_counters(self.claims, self.filings, self.book, (filing, line))
        second = self.filings.version[filing] == SECONDARY
        # What is free moves no account: there is nothing to wait for.
        free = (how == FREE) & (counter < 0) & ~second
        out[3, at[free]] = out[5, at[free]]
        due = ~free & ~self._nothing_left(at, at[free], second, out)
        services, every = self._services(at[due], (how[due], copay[due], counter[due]), out[5])
        new = int(due.sum())
        undone = np.arange(len(every)) >= new
        filing = self.filing[every]
        day = np.where(undone, self.filings.undone[filing], self.filings.decided[filing])
        when = day * (len(self.first) + 1) + filing
        shares = adjudicate(services, self._limits(visits), when)
        for row, name in enumerate(("deductible", "copay", "coinsurance", "paid", "before")):
            out[row, every[:new]] = getattr(shares, name)[:new]
        return out, every[:new][shares.refused[:new]]

    def _nothing_left(self, at: I64, free: I64, second: Bools, out: I64) -> Bools:
        """Settle what comes second where the first payer left nothing, and say which lines."""
        whole = np.zeros(len(self.filing), bool)
        whole[free] = True
        found = np.zeros(len(at), bool)
        place = np.flatnonzero(second)
        before = self.line_before(at[place])
        found[place] = whole[before]
        out[4, at[place[whole[before]]]] = out[3, before[whole[before]]]
        return found

    def refused_second(self) -> I64:
        """Return the lines that a second payer refuses: what the first left is still owed."""
        second = self.filings.version[self.filing] == SECONDARY
        return np.flatnonzero(second & (self.refusal > 0))

    def line_before(self, at: I64) -> I64:
        """Return the line of the first payer that each line of a second follows."""
        filing = self.filing[at]
        return at - self.first[filing] + self.first[self.filings.of[filing]]

    def _services(
        self, new: I64, terms: tuple[I64, I64, I64], allowed: I64
    ) -> tuple[Services, I64]:
        """Return what waits for its turn, what is taken back at the end, and its filed lines."""
        index = np.full(len(self.filing), NONE, np.int64)
        index[new] = np.arange(len(new))
        undone = new[self.filings.undone[self.filing[new]] < FAR]
        every = np.concatenate([new, undone])
        how, copay, counter = (term[np.r_[: len(new), index[undone]]] for term in terms)
        filing = self.filing[every]
        plan, accounts = self.filings.plan[filing], self.accounts
        second = self.filings.version[filing] == SECONDARY
        after = np.full(len(every), NONE, np.int64)
        after[second] = index[self.line_before(every[second])]
        method = np.where(second, self._methods()[plan], FIRST)
        services = Services(
            chain=self._chain(filing),
            member=accounts.member[filing],
            family=accounts.family[filing],
            allowed=allowed[every],
            how=how,
            copay=copay,
            rate=self.book.rate[plan, accounts.tier[filing]],
            visits=counter,
            reverses=np.concatenate([np.full(len(new), NONE), index[undone]]),
            after=after,
            method=method,
        )
        return services, every

    def _limits(self, visits: I64) -> Limits:
        members, families = self.accounts.sizes
        limits = self.accounts.limits
        return Limits(
            limits[0, :members],
            limits[1, :members],
            limits[2, :families],
            limits[3, :families],
            visits,
        )

    def _chain(self, filing: I64) -> I64:
        """Return household and plan year: nothing reaches beyond either."""
        household = patient_index(self.people.household_id[self._person(filing)])
        return household * self.book.years + self.accounts.row[filing] % self.book.years

    def _person(self, filing: I64) -> I64:
        return self.claims.visits.person[self.claims.visit][self.filings.claim[filing]]

    def _rates(self) -> I64:
        return np.array([get_args(Rates).index(name) for name in self.book.column("rates")])

    def _sharing(self, filing: I64, line: I64) -> tuple[I64, I64]:
        """Return how each line is shared, and its copay."""
        plan, benefit = self.filings.plan[filing], self.claims.lines["benefit"][line]
        how = self.book.how[plan, benefit]
        copay = self.book.copay[self.accounts.row[filing], benefit]
        outside = self.accounts.tier[filing] == 1
        how = np.where(outside & (how != FREE), COINSURANCE, how)
        # A copay is for all lines of one kind on a claim.
        how = np.where((how == COPAY) & self.claims.again[line], FREE, how)
        stay = benefit == SERVICES.index("inpatient")
        original = np.array([m == "original-medicare" for m in self.book.column("market")])
        soon = original[plan] & stay & self._soon_after(filing)
        return np.where(soon, FREE, how), copay

    def _soon_after(self, filing: I64) -> Bools:
        """Return the filings for a stay within a benefit period that another began."""
        v = self.claims.visits
        stays = np.flatnonzero(v.kind == IMP)
        order = stays[np.lexsort((v.day[stays], v.person[stays]))]
        same = np.r_[False, v.person[order[1:]] == v.person[order[:-1]]]
        gap = v.day[order] - np.r_[0, v.end[order[:-1]]] if len(order) else order
        soon = np.zeros(len(v), bool)
        soon[order] = same & (gap <= BENEFIT_PERIOD)
        return soon[self.claims.visit[self.filings.claim[filing]]]

    def _methods(self) -> I64:
        """Return how each plan pays after another."""
        ways = [
            METHODS.get(plan.id, SUPPLEMENT)
            if plan.type == "SUPPLEMENT"
            else MEDICAID
            if plan.line_of_business == "medicaid"
            else COORDINATED
            for plan in self.book.plans
        ]
        return np.array(ways)


def settle(
    claims: Claims, filings: Filings, book: Book, people: People, cards: I64, shared: Bools
) -> Ledger:
    """Return what becomes of each filing's lines.

    Parameters
    ----------
    cards
        The plan on the patient's card, by claim.
    shared
        By person: whether others of the household have the same plan.
    """
    filing, line, first = _filed_lines(claims, filings)
    inside = in_network(claims, filings, book)
    asked = consents(claims, cards, book)
    safe = inside | claims.emergency[filings.claim]
    refusal = line_refusals(claims, filings, (filing, line), safe, asked, book)
    refusal = _as_before(filings, filing, first, refusal)
    accounts = open_accounts(claims, filings, book, np.where(safe, 0, 1), shared)
    desk = Desk(claims, filings, book, people, filing, line, first, accounts, refusal)
    columns, used = desk.priced()
    refusal[used] = used_up()
    charge = _charged(claims, filings, filing, line)
    owes = columns[:3].sum(axis=0)
    leaves = np.array([row["who"] == "patient" for row in refusals()])[refusal]
    patient = np.where(leaves, charge, owes)
    at = desk.refused_second()
    before = desk.line_before(at)
    patient[at], columns[4, at] = patient[before], columns[3, before]
    return Ledger(
        filing,
        line,
        first,
        refusal,
        charge,
        owes + columns[3],
        *(columns[0], columns[1], columns[2], columns[3], columns[4]),
        patient,
        inside,
        accounts,
        asked,
    )


def _filed_lines(claims: Claims, filings: Filings) -> tuple[I64, I64, I64]:
    """Return filing and line of each filed line, and where each filing begins."""
    count = claims.count[filings.claim]
    filing = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    line = np.arange(len(filing)) - first[filing] + claims.first[filings.claim][filing]
    return filing, line, first


def _charged(claims: Claims, filings: Filings, filing: I64, line: I64) -> I64:
    """Return cents charged: a replacement corrects its first line."""
    version = filings.version
    corrected = (version == REPLACEMENT) | (
        (version == SECONDARY) & (version[filings.of] == REPLACEMENT)
    )
    at = corrected[filing] & (line == claims.first[filings.claim[filing]])
    charge = claims.charge[line]
    return charge + np.where(at, charge // 20, 0)


def _as_before(filings: Filings, filing: I64, first: I64, refusal: I64) -> I64:
    """Return the refusals, those of a second payer as the first's."""
    second = np.flatnonzero((filings.version[filing] == SECONDARY) & (refusal == 0))
    of = filings.of[filing[second]]
    refusal[second] = refusal[second - first[filing[second]] + first[of]]
    return refusal
