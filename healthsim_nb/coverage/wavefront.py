"""What plan and member owe for each line, in order of processing, whole columns at a time.

A line's deductible depends on all earlier lines of the family, so lines cannot be priced at once;
the k-th lines of all families can, for they do not know of one another. Each wave takes one line
of every family that still has one. Exact for any rule, in whole cents.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.balances import DUE, ROOM, Balances, cut
from healthsim_nb.engine.waves import Some, lay_out, turns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.engine.waves import Waves

    I64 = NDArray[np.int64]
    Index = NDArray[np.intp]

UNLIMITED = 1 << 40
"""Cents that nobody reaches: there is no such limit."""
COINSURANCE, COPAY, FREE, LATE_COPAY = range(4)
"""How a line is shared: deductible and coinsurance, a copay, nothing, deductible and copay."""
FIRST, COORDINATED, MEDICAID, SUPPLEMENT, SUPPLEMENT_LESS = range(5)
"""How a payer pays: first; second as far as it would have paid first; second up to its own price;
second whatever is left; the same but the deductible."""
WHOLE = 10_000
"""Coinsurance rates are in 1/10,000."""


@dataclass(frozen=True)
class Services:
    """Lines to be priced; every column has shape (n,)."""

    chain: I64
    """Lines that may touch the same accumulator share a number."""
    member: I64
    """Row of the member's accumulator (member, plan year and tier)."""
    family: I64
    """Row of the family's accumulator."""
    allowed: I64
    """Cents."""
    how: I64
    copay: I64
    rate: I64
    visits: I64
    """Row of the visit counter, -1 for none."""
    reverses: I64
    """Index of the line that is taken back, -1 for none."""
    after: I64
    """Index of the line of the payer before, -1 for none."""
    method: I64
    """How the payer pays."""

    def take(self, order: NDArray[np.intp]) -> Services:
        """Return the lines in another order."""
        return Services(*(getattr(self, f.name)[order] for f in fields(self)))


@dataclass(frozen=True)
class Limits:
    """What each accumulator counts up to, in cents or visits."""

    member_deductible: I64
    member_most: I64
    family_deductible: I64
    family_most: I64
    visits: I64

    def balances(self) -> Balances:
        """Return what is left before anything was decided."""
        return Balances.of(
            self.member_deductible, self.member_most, self.family_deductible, self.family_most
        )


@dataclass(frozen=True)
class Shares:
    """What became of each line, in cents, shape (n,) each; what is taken back is negative."""

    deductible: I64
    copay: I64
    coinsurance: I64
    paid: I64
    before: I64
    """Paid by the payer before."""
    refused: NDArray[np.bool_]
    """Whether the visits of the year were used up."""


class Pricing:
    """Lines that are priced wave by wave, and what became of them, by place in the waves."""

    def __init__(self, services: Services, left: Balances, visits: I64, waves: Waves) -> None:
        lines = self.lines = services.take(waves.order)
        lines.reverses[:] = waves.where[lines.reverses]
        lines.after[:] = waves.where[lines.after]
        self.left, self.visits = left, visits.copy()
        self.begins: list[int] = waves.begins.tolist()
        self.back = waves.where[:-1]
        self.out = np.zeros((5, len(lines.chain)), np.int64)
        self.refused = np.zeros(len(lines.chain), bool)
        # What does not apply is 0, so that no wave has to choose.
        late = lines.how == LATE_COPAY
        coinsured = lines.how == COINSURANCE
        self.open = np.where(coinsured | late, lines.allowed, 0)
        self.copay = np.where((lines.how == COPAY) | late, lines.copay, 0)
        self.rate = np.where(coinsured, lines.rate, 0)
        new = lines.reverses < 0
        self.counted = Some((lines.visits >= 0) & new, waves.begins)
        self.second = Some(lines.after >= 0, waves.begins)
        self.undone = Some(~new, waves.begins)

    def step(self, number: int) -> None:
        """Price one line of each chain; no two of them share an account."""
        begin, end = self.begins[number], self.begins[number + 1]
        if begin == end:
            return
        at, left = slice(begin, end), self.left
        member, family = self.lines.member[at], self.lines.family[at]
        own, kin = left.member.take(member, axis=0), left.family.take(family, axis=0)
        parts = self.out[:, at]
        self._own_share(at, np.minimum(own, kin), parts)
        for lines, change in (
            (self.counted, self._limit),
            (self.second, self._coordinate),
            (self.undone, self._take_back),
        ):
            place = lines.of(number)
            if place is not None:
                change(place, parts, begin)
        moves = np.empty((end - begin, 2), np.int64)
        moves[:, DUE] = parts[0]
        np.add(parts[0], parts[1], out=moves[:, ROOM])
        moves[:, ROOM] += parts[2]
        own -= moves
        kin -= moves
        left.member[member], left.family[family] = own, kin

    def shares(self) -> Shares:
        """Return what became of the lines, by their index."""
        deductible, copay, coinsurance, paid, before = (row[self.back] for row in self.out)
        return Shares(deductible, copay, coinsurance, paid, before, self.refused[self.back])

    def _own_share(self, at: slice, left: I64, parts: I64) -> None:
        """Fill in deductible, copay, coinsurance and payment as if nobody else paid."""
        allowed = self.lines.allowed[at]
        np.maximum(left, 0, out=left)
        room = left[:, ROOM]
        deductible = np.minimum(left[:, DUE], self.open[at], out=parts[0])
        rest = allowed - deductible
        copay = np.minimum(self.copay[at], rest, out=parts[1])
        rest *= self.rate[at]
        rest += WHOLE // 2
        coinsurance = np.floor_divide(rest, WHOLE, out=parts[2])
        owes = deductible + copay
        owes += coinsurance
        over = (owes > room).nonzero()[0]
        if len(over):
            cut(parts, over, (owes - room)[over])
            owes[over] = room[over]
        np.subtract(allowed, owes, out=parts[3])

    def _limit(self, place: Index, parts: I64, begin: int) -> None:
        """Refuse visits beyond the year's, count the others."""
        counter = self.lines.visits[place]
        full = self.visits[counter] <= 0
        parts[:, place[full] - begin] = 0
        self.refused[place[full]] = True
        self.visits[counter[~full]] -= 1

    def _coordinate(self, place: Index, parts: I64, begin: int) -> None:
        """Let a later payer pay of what the payer before left to the member."""
        before = self.out.take(self.lines.after[place], axis=1)
        method, own = self.lines.method[place], place - begin
        alone = (parts[0][own] + parts[1][own] + parts[2][own], parts[3][own])
        pays, owes = later(before, self.lines.allowed[place], method, alone)
        deductible = np.where(method == SUPPLEMENT_LESS, owes, np.minimum(parts[0][own], owes))
        copay = np.minimum(parts[1][own], owes - deductible)
        for row, cents in zip(
            parts,
            (deductible, copay, owes - deductible - copay, pays, before[3] + before[4]),
            strict=True,
        ):
            row[own] = cents

    def _take_back(self, place: Index, parts: I64, begin: int) -> None:
        first = self.lines.reverses[place]
        parts[:, place - begin] = -self.out.take(first, axis=1)
        counter = self.lines.visits[place]
        self.visits[counter[(counter >= 0) & ~self.refused[first]]] += 1


def later(
    before: I64, allowed: I64, method: NDArray[np.integer], alone: tuple[I64, I64]
) -> tuple[I64, I64]:
    """Return what a later payer pays, and what it leaves to the member.

    Parameters
    ----------
    before
        Deductible, copay, coinsurance, paid and paid before of the payer before, shape (5, n).
    alone
        What the member would owe, and the later payer pay, if it came first; all but
        `COORDINATED` do not mind. Whoever has signed its contract asks for no more than that.
    """
    left = before[0] + before[1] + before[2]
    pays = np.where(method == SUPPLEMENT_LESS, left - before[0], left)
    pays = np.where(method == COORDINATED, np.minimum(alone[1], left), pays)
    due = np.minimum(np.maximum(allowed - before[3] - before[4], 0), left)
    pays = np.where(method == MEDICAID, due, pays)
    owes = np.where(method == COORDINATED, np.minimum(left - pays, alone[0]), left - pays)
    return pays, np.where(method == MEDICAID, 0, owes)


def adjudicate(services: Services, limits: Limits, when: I64) -> Shares:
    """Return what plan and member owe for each line, by its index, whatever drugs cost.

    Parameters
    ----------
    services
        Lines in any order.
    limits
        What the accumulators that they name count up to.
    when
        Lines of a chain are taken in this order, and as they stand where it is the same,
        shape (n,); what a line takes back or follows must come before it.
    """
    waves = lay_out(turns(services.chain, when))
    pricing = Pricing(services, limits.balances(), limits.visits, waves)
    for number in range(len(waves)):
        pricing.step(number)
    return pricing.shares()
