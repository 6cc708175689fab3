"""What plan and member owe for each line, in order of processing, whole columns at a time.

A line's deductible depends on all earlier lines of the family, so lines cannot be priced at once;
the k-th lines of all families can, for they do not know of one another. Each step of the wave
takes one line of every family that still has one. Exact for any rule, in whole cents.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.ids import numbered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

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


class _Wave:
    """What has been used so far, and the results by place in the order of the wave."""

    def __init__(self, lines: Services, limits: Limits) -> None:
        n = len(lines.chain)
        self.lines, self.limits = lines, limits
        self.member_deductible = np.zeros(len(limits.member_deductible), np.int64)
        self.member_most = np.zeros_like(self.member_deductible)
        self.family_deductible = np.zeros(len(limits.family_deductible), np.int64)
        self.family_most = np.zeros_like(self.family_deductible)
        self.visits = np.zeros(len(limits.visits), np.int64)
        self.out = np.zeros((5, n), np.int64)
        self.refused = np.zeros(n, bool)
        self.special = (lines.reverses >= 0) | (lines.after >= 0) | (lines.visits >= 0)

    def step(self, at: slice) -> None:
        """Price one line of each chain."""
        deductible, copay, coinsurance = self._own_share(at)
        allowed = self.lines.allowed[at]
        parts = np.stack([deductible, copay, coinsurance, allowed, np.zeros_like(allowed)])
        parts[3] -= deductible + copay + coinsurance
        if self.special[at].any():
            self._limit(at, parts)
            self._coordinate(at, parts)
            self._take_back(at, parts)
        self.out[:, at] = parts
        self._use(at, parts)

    def _own_share(self, at: slice) -> tuple[I64, I64, I64]:
        """Return deductible, copay and coinsurance as if nobody else paid."""
        s, limits = self.lines, self.limits
        member, family, how, allowed = s.member[at], s.family[at], s.how[at], s.allowed[at]
        left = np.minimum(
            limits.member_deductible[member] - self.member_deductible[member],
            limits.family_deductible[family] - self.family_deductible[family],
        )
        meets = (how == COINSURANCE) | (how == LATE_COPAY)
        deductible = np.where(meets, np.clip(left, 0, allowed), 0)
        rest = allowed - deductible
        flat = (how == COPAY) | (how == LATE_COPAY)
        copay = np.where(flat, np.minimum(s.copay[at], rest), 0)
        coinsurance = np.where(how == COINSURANCE, (rest * s.rate[at] + WHOLE // 2) // WHOLE, 0)
        room = np.minimum(
            limits.member_most[member] - self.member_most[member],
            limits.family_most[family] - self.family_most[family],
        )
        over = np.maximum(deductible + copay + coinsurance - np.maximum(room, 0), 0)
        less = np.minimum(over, coinsurance)
        coinsurance, over = coinsurance - less, over - less
        less = np.minimum(over, copay)
        copay, over = copay - less, over - less
        return deductible - over, copay, coinsurance

    def _limit(self, at: slice, parts: I64) -> None:
        counter = self.lines.visits[at]
        counts = (counter >= 0) & (self.lines.reverses[at] < 0)
        full = counts & (self.visits[counter] >= self.limits.visits[counter])
        parts[:, full] = 0
        self.refused[at] = full
        np.add.at(self.visits, counter[counts & ~full], 1)

    def _coordinate(self, at: slice, parts: I64) -> None:
        """Let a later payer pay of what the payer before left to the member."""
        second = np.flatnonzero((self.lines.after[at] >= 0) & ~self.refused[at])
        if not len(second):
            return
        before = self.out[:, self.lines.after[at][second]]
        method, own = self.lines.method[at][second], parts[:, second]
        left = before[:3].sum(axis=0)
        earlier = before[3] + before[4]
        pays = np.choose(
            method - 1,
            [
                np.minimum(own[3], left),
                np.clip(self.lines.allowed[at][second] - earlier, 0, left),
                left,
                left - before[0],
            ],
        )
        owes = np.where(method == MEDICAID, 0, left - pays)
        deductible = np.where(method == SUPPLEMENT_LESS, owes, np.minimum(own[0], owes))
        copay = np.minimum(own[1], owes - deductible)
        parts[:, second] = np.stack([deductible, copay, owes - deductible - copay, pays, earlier])

    def _take_back(self, at: slice, parts: I64) -> None:
        back = np.flatnonzero(self.lines.reverses[at] >= 0)
        if not len(back):
            return
        first = self.lines.reverses[at][back]
        parts[:, back] = -self.out[:, first]
        counted = self.lines.visits[at][back]
        counted = counted[(counted >= 0) & ~self.refused[first]]
        np.subtract.at(self.visits, counted, 1)

    def _use(self, at: slice, parts: I64) -> None:
        """Count what the member owes; no two lines of a step share an accumulator."""
        member, family = self.lines.member[at], self.lines.family[at]
        owes = parts[0] + parts[1] + parts[2]
        self.member_deductible[member] += parts[0]
        self.member_most[member] += owes
        self.family_deductible[family] += parts[0]
        self.family_most[family] += owes


def adjudicate(services: Services, limits: Limits, when: I64) -> Shares:
    """Return what plan and member owe for each line, by its index.

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
    n = len(services.chain)
    by_chain = np.lexsort((when, services.chain))
    place = numbered(services.chain[by_chain])
    # Small keys are sorted by radix.
    narrow = np.int16 if n and int(place.max()) < 1 << 15 else np.int64
    order = by_chain[np.argsort(place.astype(narrow), kind="stable")]
    where = np.empty(n + 1, np.int64)
    where[order], where[-1] = np.arange(n), -1
    lines = services.take(order)
    lines.reverses[:] = where[lines.reverses]
    lines.after[:] = where[lines.after]
    wave, begin = _Wave(lines, limits), 0
    for size in np.bincount(place):
        wave.step(slice(begin, begin + int(size)))
        begin += int(size)
    back = where[:-1]
    deductible, copay, coinsurance, paid, before = wave.out[:, back]
    return Shares(deductible, copay, coinsurance, paid, before, wave.refused[back])
