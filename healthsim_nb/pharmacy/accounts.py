"""The accounts that drugs count towards: those of medical care where a plan combines both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.accounts import account_keys, several
from healthsim_nb.coverage.book import TIERS
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.engine.groups import place_in
from healthsim_nb.engine.order import distinct
from healthsim_nb.pharmacy.part_d import part_d
from healthsim_nb.pharmacy.requests import UNLIMITED, Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.accounts import Accounts as MedicalAccounts
    from healthsim_nb.pharmacy.desk import Desk

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

FAMILY = 2
"""How many times a member's deductible and limit a family's is, where the benefit is separate
(usual in employer plans)."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """Accounts of members and families, by fill; those of medical care come first."""

    combined: Bools
    """Whether medical care counts towards the same."""
    member: I64
    family: I64
    """-1: none, which is the last of the limits."""
    limits: Limits

    def chain(self, person: I64, household: I64, people: int) -> I64:
        """Return what the lines of each fill wait in: nothing reaches beyond it.

        Parameters
        ----------
        person, household
            Of each fill; a household is a person that it is called after.
        people
            How many there are: households are counted on from them.
        """
        shares = self.combined.copy()
        some = np.flatnonzero(self.family >= 0)
        shares[some] |= several(self.family[some], person[some])
        together = np.zeros(people, bool)
        together[person[shares]] = True
        return np.where(together[person], people + household, person)


def open_accounts(desk: Desk, medical: MedicalAccounts) -> Accounts:
    """Return the accounts that fills count towards, and what they begin with.

    Parameters
    ----------
    medical
        Accounts that medical claims count towards.
    """
    fills, held, benefits, book = desk.fills, desk.held, desk.benefits, desk.roll.book
    combined = benefits.combined[held.formulary]
    # An own account is called as that outside the network, which drugs have nothing to do with.
    own = (~combined).astype(np.int64)
    members, member = _opened(medical.members, account_keys(book, fills.person, held.row, own))
    family = np.full(len(member), NONE)
    some = np.flatnonzero(benefits.families[held.formulary])
    keys = account_keys(book, held.subscriber[some], held.row[some], own[some])
    families, family[some] = _opened(medical.families, keys)
    deductible, most, initial = _member_limits(desk, members)
    family_deductible, family_most = _family_limits(desk, families)
    first, theirs = len(medical.members), medical.limits[2:, : len(medical.families)]
    limits = Limits(
        deductible=np.r_[medical.limits[0, :first], deductible, UNLIMITED],
        most=np.r_[medical.limits[1, :first], most, UNLIMITED],
        initial=np.r_[np.full(first, UNLIMITED), initial, UNLIMITED],
        family_deductible=np.r_[theirs[0], family_deductible, UNLIMITED],
        family_most=np.r_[theirs[1], family_most, UNLIMITED],
        card=desk.cards[2],
    )
    return Accounts(combined, member, family, limits)


def _opened(known: I64, keys: I64) -> tuple[I64, I64]:
    """Return the keys of accounts that are opened beside those that are known, and all rows."""
    each, of = distinct(keys)
    place = np.where(each % TIERS == 0, place_in(known, each), NONE)
    new = place < 0
    place[new] = len(known) + np.arange(int(new.sum()))
    return each[new], place[of]


def _member_limits(desk: Desk, keys: I64) -> tuple[I64, I64, I64]:
    """Return deductible, maximum and, under Part D, where the coverage gap begins."""
    book, b, roll = desk.roll.book, desk.benefits, desk.roll
    person, row = np.divmod(keys // TIERS, len(book.deductible))
    formulary, year = b.of_plan[row // book.years], row % book.years + book.first_year
    together = book.aggregate[row // book.years] & roll.shared[person]
    medical = np.where(together, book.deductible[row, 1], book.deductible[row, 0])
    combined = keys % TIERS == 0
    deductible = np.where(combined, medical, b.deductible[formulary])
    separate = np.where(b.most[formulary] > 0, b.most[formulary], UNLIMITED)
    most = np.where(combined, book.most[row, 0], separate)
    initial = np.full(len(keys), UNLIMITED)
    phased = b.part_d[formulary]
    for each in np.unique(year[phased]).tolist():
        law, at = part_d(each), np.flatnonzero(phased & (year == each))
        of_plan = b.deductible[formulary[at]]
        deductible[at] = np.where(of_plan > 0, of_plan, law.deductible)
        most[at] = law.out_of_pocket_limit
        initial[at] = law.initial_limit or UNLIMITED
    return deductible, most, initial


def _family_limits(desk: Desk, keys: I64) -> tuple[I64, I64]:
    """Return deductible and maximum."""
    book, b = desk.roll.book, desk.benefits
    row = keys // TIERS % len(book.deductible)
    formulary, combined = b.of_plan[row // book.years], keys % TIERS == 0
    own = np.where(b.most[formulary] > 0, FAMILY * b.most[formulary], UNLIMITED)
    deductible = np.where(combined, book.deductible[row, 1], FAMILY * b.deductible[formulary])
    return deductible, np.where(combined, book.most[row, 1], own)
