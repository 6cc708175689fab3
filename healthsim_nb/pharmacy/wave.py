"""Pharmacy claims decided and priced in order of time, whole columns at a time.

Whether a claim is paid, and how much of it by whom, depends on all earlier claims of the family,
so claims cannot be decided at once; the k-th lines of all families can, for they do not know of
one another. Each wave takes one line of every family that still has one. The order of the edits
is that of a payer: coverage, formulary, authorization, step therapy, limits, refill too soon,
review. Exact in whole cents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.waves import lay_out, turns
from healthsim_nb.pharmacy.requests import (
    ALWAYS,
    FILL,
    IF_COSTLY,
    IF_PAID,
    IF_REFUSED,
    MAJOR,
    REFILLS,
    REVIEW,
    SOON,
    STEP,
    TAKEN,
    UNDO,
    Limits,
    Pairs,
    Requests,
    Reviews,
    Verdicts,
)
from healthsim_nb.pharmacy.shares import Left, Money

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.engine.waves import Waves

    I8 = NDArray[np.int8]
    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Index = NDArray[np.intp]

LONG_AGO = -(1 << 30)


class _Beside:
    """Pairs in the order of the waves, and where those of each wave begin."""

    def __init__(self, pairs: Pairs, waves: Waves) -> None:
        place = waves.where[pairs.line]
        self.order = np.argsort(place, kind="stable")
        self.place, self.row = place[self.order], pairs.row[self.order]
        self._begins: list[int] = np.searchsorted(self.place, waves.begins).tolist()

    def of(self, wave: int) -> slice:
        """Return which of them a wave takes."""
        return slice(self._begins[wave], self._begins[wave + 1])


class _Reviewed(_Beside):
    """Reviews in the order of the waves, and what they found."""

    def __init__(self, reviews: Reviews, waves: Waves) -> None:
        super().__init__(reviews, waves)
        self.overlap = reviews.overlap[self.order]
        self.bars = reviews.severity[self.order] >= MAJOR
        self.found = np.zeros(len(self.place), bool)
        self.beside = np.full(len(self.place), -1, np.int32)


class _Shelf:
    """What members have of their drugs, and how often prescriptions were filled."""

    def __init__(self, lines: Requests, asked: _Beside, seen: _Beside) -> None:
        drugs, groups = _most(lines.drug, seen.row), _most(lines.group, asked.row)
        self.ready = np.full(drugs + 1, LONG_AGO, np.int32)
        self.until = np.full(drugs + 1, LONG_AGO, np.int32)
        self.last = np.full(drugs + 1, -1, np.int32)
        self.filled = np.zeros(_most(lines.prescription) + 1, np.int32)
        self.days = np.zeros(groups + 1, np.int32)
        self.day = np.full(groups + 1, LONG_AGO, np.int32)
        self.before = np.zeros((3, len(lines.chain)), np.int32)

    def give(self, lines: Requests, place: Index) -> None:
        """Put what some lines dispense with the rest, and note what was there."""
        drug, days, day = lines.drug[place], lines.days[place], lines.day[place]
        self.before[0, place] = self.ready[drug]
        self.before[1, place] = self.until[drug]
        self.before[2, place] = self.last[drug]
        self.ready[drug] = day + lines.ready[place]
        self.until[drug] = day + days
        self.last[drug] = place
        self.filled[lines.prescription[place]] += 1
        group = lines.group[place]
        self.days[group] += np.where(group >= 0, lines.credit[place], 0)
        self.day[group] = np.where(group >= 0, day, LONG_AGO)

    def return_(self, lines: Requests, place: NDArray[np.integer], fill: I32) -> None:
        """Take back what some lines dispensed."""
        drug = lines.drug[place]
        latest = self.last[drug] == place
        mine, where = drug[latest], place[latest]
        self.ready[mine] = self.before[0, where]
        self.until[mine] = self.before[1, where]
        self.last[mine] = self.before[2, where]
        prescription = lines.prescription[place]
        # A number that a later fill has passed is not given again.
        self.filled[prescription] -= fill == self.filled[prescription] - 1
        group = lines.group[place]
        self.days[group] -= np.where(group >= 0, lines.credit[place], 0)


class Deciding:
    """Lines that are decided wave by wave: their state, and what became of them, by place."""

    def __init__(
        self, requests: Requests, left: Left, waves: Waves, asked: Pairs, seen: Reviews
    ) -> None:
        lines = self.lines = requests.take(waves.order)
        lines.of[:] = waves.where[lines.of]
        n = len(lines.chain)
        self.waves, self.left, self.begins = waves, left, waves.begins.tolist()
        self.asked, self.seen = _Beside(asked, waves), _Reviewed(seen, waves)
        self.shelf, self.money = _Shelf(lines, self.asked, self.seen), Money(lines)
        self.sent, self.paid = np.zeros(n, bool), np.zeros(n, bool)
        self.refusal, self.fill = lines.refusal.copy(), np.zeros(n, np.int32)
        self.stopped = np.full(_most(lines.episode) + 1, n, np.int32)
        self.taken_back = np.zeros(n, bool)
        self.plain = lines.kind == FILL
        self.waits = _flags((lines.only != ALWAYS) & self.plain, waves.begins)
        self.again = _flags((lines.only == IF_PAID) & self.plain, waves.begins)
        self.steps_asked = _flags(lines.steps > 0, waves.begins)
        self.undoes = _flags(~self.plain, waves.begins)
        self.quit = _flags(lines.quits, waves.begins)

    def step(self, number: int) -> None:
        """Decide one line of each chain; no two of them share a row."""
        begin, end = self.begins[number], self.begins[number + 1]
        if begin == end:
            return
        at, lines = slice(begin, end), self.lines
        sent = self.plain[at] & (self.stopped[lines.episode[at]] == len(self.sent))
        if self.waits[number]:
            sent &= self._wanted(at)
        self.sent[at] = sent
        self._edit(number, at, sent)
        refusal = self.refusal[at]
        self.fill[at] = self.shelf.filled[lines.prescription[at]]
        if self.again[number]:
            anew = np.flatnonzero(lines.only[at] == IF_PAID) + begin
            self.fill[anew] = self.fill[lines.of[anew]]
        good = np.flatnonzero(sent & (refusal == TAKEN)) + begin
        self.paid[good] = True
        if len(good):
            self.money.share(good, self.left)
            self.shelf.give(lines, good)
        if self.quit[number]:
            quits = np.flatnonzero(sent & (refusal != TAKEN) & lines.quits[at]) + begin
            self.stopped[lines.episode[quits]] = quits
        if self.undoes[number]:
            self._undo(np.flatnonzero(lines.kind[at] == UNDO) + begin)

    def _wanted(self, at: slice) -> Bools:
        """Return which lines are sent in view of the ones that they follow."""
        only, of = self.lines.only[at], self.lines.of[at]
        before = self.refusal[of]
        why = self.lines.why[at]
        refused = self.sent[of] & (before != TAKEN) & ((why == 0) | (before == why))
        costly = self.paid[of] & self.money.costly[of]
        wanted: Bools = (only == ALWAYS) | ((only == IF_REFUSED) & refused)
        wanted |= (only == IF_PAID) & self.paid[of]
        wanted |= (only == IF_COSTLY) & costly
        return wanted

    def _edit(self, number: int, at: slice, sent: Bools) -> None:
        """Refuse what history does not allow, in a payer's order."""
        lines, refusal, shelf = self.lines, self.refusal[at], self.shelf
        if self.steps_asked[number]:
            part = self.asked.of(number)
            place, row = self.asked.place[part], self.asked.row[part]
            tried = shelf.day[row] >= lines.since[place]
            tried &= shelf.days[row] >= lines.step_days[place]
            had = np.bincount((place - at.start)[tried], minlength=at.stop - at.start)
            # Whoever has had the drug itself goes on with it.
            new = shelf.last[lines.drug[at]] < 0
            refusal[(refusal == TAKEN) & (had < lines.steps[at]) & new] = STEP
        # What is not authorized, listed or stepped up to is refused first, whatever the limits.
        day, drug = lines.day[at], lines.drug[at]
        soon = (day < shelf.ready[drug]) & ~lines.early[at]
        refusal[(refusal == TAKEN) & soon] = SOON
        used = shelf.filled[lines.prescription[at]] >= lines.fills[at]
        refusal[(refusal == TAKEN) & used] = REFILLS
        part, seen = self.seen.of(number), self.seen
        if part.stop > part.start:
            place, row = seen.place[part], seen.row[part]
            mine = place - at.start
            late = lines.day[place] + seen.overlap[part]
            hit = (shelf.until[row] > late) & sent[mine] & (refusal[mine] == TAKEN)
            seen.found[part], seen.beside[part] = hit, np.where(hit, shelf.last[row], -1)
            bars = hit & seen.bars[part] & ~lines.answered[place]
            refusal[mine[bars]] = REVIEW

    def _undo(self, undo: Index) -> None:
        """Take fills back."""
        of, only = self.lines.of[undo], self.lines.only[undo]
        wanted = self.paid[of] & ~self.taken_back[of]
        wanted &= (only != IF_COSTLY) | self.money.costly[of]
        undo, of = undo[wanted], of[wanted]
        self.sent[undo], self.taken_back[of] = True, True
        self.money.undo(undo, of, self.left)
        self.shelf.return_(self.lines, of, self.fill[of])
        self.fill[undo] = self.fill[of]
        ends = undo[self.lines.quits[undo]]
        self.stopped[self.lines.episode[ends]] = ends

    def verdicts(self) -> Verdicts:
        """Return what became of the lines, by their index."""
        money, seen = self.money, self.seen
        order, back = self.waves.order, self.waves.where[:-1]
        index = np.r_[order, len(order)].astype(np.int32)
        found, beside = np.empty_like(seen.found), np.empty_like(seen.beside)
        found[seen.order] = seen.found
        beside[seen.order] = np.where(seen.beside < 0, -1, index[seen.beside])
        return Verdicts(
            sent=self.sent[back],
            refusal=np.where(self.plain, self.refusal, np.int8(TAKEN))[back],
            fill=self.fill[back],
            **{name: row[back] for name, row in money.rows().items()},
            phase=money.phase[back],
            taken_back=self.taken_back[back],
            stopped=index[self.stopped[:-1]],
            found=found,
            beside=beside,
        )


def _flags(which: Bools, begins: I64) -> list[bool]:
    """Return whether each wave has a line of some sort."""
    first = np.searchsorted(np.flatnonzero(which), begins)
    found: list[bool] = (first[1:] > first[:-1]).tolist()
    return found


def _most(*rows: NDArray[np.integer]) -> int:
    """Return how many rows are named, from row 0."""
    return max(int(column.max(initial=-1)) for column in rows) + 1


def decide(requests: Requests, limits: Limits, asked: Pairs, seen: Reviews) -> Verdicts:
    """Return what becomes of each line, by its index, whatever medical care costs.

    Parameters
    ----------
    requests
        Lines of claims; those of a chain are taken by day, and as they stand on the same.
    limits
        What accounts and cards begin with.
    asked
        Groups of drugs that a step therapy asks for, by line.
    seen
        Other drugs of the member that a review looks at, by line, with the severity.
    """
    waves = lay_out(turns(requests.chain, requests.day.astype(np.int64)))
    left = Left(limits.balances(), limits.initial, limits.card)
    deciding = Deciding(requests, left, waves, asked, seen)
    for number in range(len(waves)):
        deciding.step(number)
    return deciding.verdicts()
