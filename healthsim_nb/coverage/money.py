"""What is charged, allowed, paid and owed for each line that is filed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.accounts import Accounts, open_accounts
from healthsim_nb.coverage.desk import Desk
from healthsim_nb.coverage.edits import in_network, line_refusals, refusals, used_up
from healthsim_nb.coverage.filed import Filed, filed_lines
from healthsim_nb.coverage.filing import REPLACEMENT, SECONDARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.consent import Consents
    from healthsim_nb.coverage.filing import Filings
    from healthsim_nb.coverage.queue import Queue
    from healthsim_nb.coverage.wavefront import Shares
    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ledger:
    """Money by filed line, in cents, shape (l,) a column, in order of filing and line."""

    filed: Filed
    refusal: NDArray[np.int8]
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
        return self.filed.sums(column)


@dataclass(frozen=True, eq=False)
class Presented:
    """Filed lines before anybody says who pays: what is refused, what waits for its turn."""

    desk: Desk
    queue: Queue
    inside: Bools
    """In the network, by filing."""
    consents: Consents


def present(
    claims: Claims, filings: Filings, book: Book, people: People, asked: Consents, shared: Bools
) -> Presented:
    """Return what payers look at, and what waits for its turn.

    Parameters
    ----------
    asked
        What payers were asked before.
    shared
        By person: whether others of the household have the same plan.
    """
    filed = filed_lines(claims, filings)
    inside = in_network(claims, filings, book)
    safe = inside | claims.emergency[filings.claim]
    refusal = line_refusals(claims, filings, filed, safe, asked, book)
    _refuse_as_before(filings, filed, refusal)
    accounts = open_accounts(claims, filings, book, np.where(safe, 0, 1), shared)
    desk = Desk(claims, filings, book, people, filed, accounts, refusal)
    return Presented(desk, desk.queue(), inside, asked)


def settle(presented: Presented, shares: Shares) -> Ledger:
    """Return what becomes of each filing's lines.

    Parameters
    ----------
    shares
        What became of the lines that waited for their turn.
    """
    desk = presented.desk
    filings, filed, refusal = desk.filings, desk.filed, desk.refusal.copy()
    priced, used = presented.queue.priced(shares)
    refusal[used] = used_up()
    deductible, copay, coinsurance, paid, other = priced
    charge = _charged(desk.claims, filings, filed)
    owes = deductible + copay
    owes += coinsurance
    leaves = np.array([row["who"] == "patient" for row in refusals()])[refusal]
    patient = np.where(leaves, charge, owes)
    # What the first payer left is still owed where a second refuses.
    at = np.flatnonzero(filed.second & (refusal > 0))
    before = filed.before(filings, at)
    patient[at], other[at] = patient[before], paid[before]
    allowed = owes + paid
    money = (charge, allowed, deductible, copay, coinsurance, paid, other, patient)
    return Ledger(filed, refusal, *money, presented.inside, desk.accounts, presented.consents)


def _charged(claims: Claims, filings: Filings, filed: Filed) -> I64:
    """Return cents charged: a replacement corrects its first line."""
    version = filings.version
    corrected = (version == REPLACEMENT) | (
        (version == SECONDARY) & (version[filings.of] == REPLACEMENT)
    )
    charge = claims.charge[filed.line]
    at = filed.first[corrected]
    charge[at] += charge[at] // 20
    return charge


def _refuse_as_before(filings: Filings, filed: Filed, refusal: NDArray[np.int8]) -> None:
    """Let a second payer refuse what the first refused."""
    at = np.flatnonzero(filed.second & (refusal == 0))
    refusal[at] = refusal[filed.before(filings, at)]
