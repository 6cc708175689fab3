"""Which deductibles, maxima and visit limits each filed line counts towards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.book import TIERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.filed import Filed
    from healthsim_nb.coverage.filing import Filings

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Accounts:
    """Accounts of members and families, one a person or subscriber, plan, year and tier."""

    row: I64
    """Row of the book, by filing."""
    tier: I64
    """0 in the network, 1 outside, by filing."""
    member: I64
    """The member's account, by filing."""
    family: I64
    shared: Bools
    """By filing: whether others of the household are on the plan."""
    limits: I64
    """Deductible and maximum of each member's account, then of each family's: shape (4, most)."""
    members: I64
    """Person, row of the book and tier of each member's account, as one number, rising."""
    families: I64
    """Subscriber, row of the book and tier of each family's account."""


def open_accounts(
    claims: Claims, filings: Filings, book: Book, tier: I64, shared: Bools
) -> Accounts:
    """Return the accounts that filings count towards.

    Parameters
    ----------
    tier
        By filing.
    shared
        By person.
    """
    person = claims.visits.person[claims.visit[filings.claim]]
    year = claims.day[filings.claim].astype("datetime64[D]").astype("datetime64[Y]")
    row = book.row(filings.plan, year.astype(np.int64) + 1970)
    members, member = distinct(account_keys(book, person, row, tier))
    families, family = distinct(account_keys(book, filings.subscriber, row, tier))
    rows = TIERS * len(book.deductible)
    limits = np.zeros((4, max(len(members), len(families), 1)), np.int64)
    for place, keys in ((0, members), (2, families)):
        at, level = keys % rows // 2, keys % 2 * 2 + (place > 0)
        limits[place, : len(keys)] = book.deductible[at, level]
        limits[place + 1, : len(keys)] = book.most[at, level]
    at, level = members % rows // 2, members % 2 * 2
    # Who is on another's plan shares it, whatever else covers them.
    alike = shared[person] | (filings.subscriber != person)
    others = np.zeros(len(members), bool)
    others[member[alike]] = True
    together = book.aggregate[at // book.years] & others
    limits[0, : len(members)] = np.where(
        together, book.deductible[at, level + 1], limits[0, : len(members)]
    )
    return Accounts(row, tier, member, family, alike, limits, members, families)


def account_keys(book: Book, who: I64, row: I64, tier: I64 | int) -> I64:
    """Return the accounts of people in rows of the book and tiers as numbers."""
    found: I64 = (who * len(book.deductible) + row) * TIERS + tier
    return found


def distinct(keys: I64) -> tuple[I64, I64]:
    """Return the different keys, rising, and which of them each is."""
    # They are dense: a table of all is made sooner than they are sorted.
    place = np.zeros(int(keys.max(initial=0)) + 1, np.int64)
    place[keys] = 1
    found = np.flatnonzero(place)
    place[found] = np.arange(len(found))
    return found, place[keys]


def several(account: I64, person: I64) -> Bools:
    """Return what belongs to an account of which somebody else has something too."""
    somebody = np.zeros(int(account.max(initial=-1)) + 1, np.int64)
    somebody[account] = person
    shared = np.zeros(len(somebody), bool)
    shared[account[somebody[account] != person]] = True
    return shared[account]


def visit_counters(claims: Claims, filings: Filings, book: Book, filed: Filed) -> tuple[I64, I64]:
    """Return the counter of each filed line, -1 for none, and how many visits each allows."""
    most = filed.of(book.visits)
    at = np.flatnonzero(most >= 0)
    found = np.full(len(most), -1, np.int64)
    claim = filings.claim[filed.filing[at]]
    year = claims.day[claim].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    key = (claims.visits.person[claims.visit[claim]] << 16 | filed.cell[at]) << 8 | year
    _, first, found[at] = np.unique(key, return_index=True, return_inverse=True)
    return found, np.r_[most[at][first], 0]
