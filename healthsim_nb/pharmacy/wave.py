"""Pharmacy claims decided and priced in order of time, whole columns at a time.

Whether a claim is paid, and how much of it by whom, depends on all earlier claims of the family,
so claims cannot be decided at once; the k-th lines of all families can, for they do not know of
one another. Each step of the wave takes one line of every family that still has one. The order of
the edits is that of a payer: coverage, formulary, authorization, step therapy, limits, refill too
soon, review. Exact in whole cents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.ids import numbered
from healthsim_nb.pharmacy.requests import (
    ALWAYS,
    FILL,
    IF_COSTLY,
    IF_PAID,
    IF_REFUSED,
    MAJOR,
    MEDICAL,
    REFILLS,
    REVIEW,
    SOON,
    STEP,
    TAKEN,
    UNDO,
    Limits,
    Pairs,
    Requests,
    Verdicts,
)
from healthsim_nb.pharmacy.shares import Accounts, Money

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I8 = NDArray[np.int8]
    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Index = NDArray[np.intp]

LONG_AGO = -(1 << 30)


class _Beside:
    """Pairs in the order of the wave, and where those of each step begin."""

    def __init__(self, pairs: Pairs, where: I64, steps: I64) -> None:
        place = where[pairs.line]
        self.order = np.argsort(place, kind="stable")
        self.place, self.row = place[self.order], pairs.row[self.order]
        self.severity, self.overlap = pairs.severity[self.order], pairs.overlap[self.order]
        self._begins: list[int] = np.searchsorted(self.place, steps).tolist()

    def of(self, step: int) -> slice:
        """Return which of them a step takes."""
        return slice(self._begins[step], self._begins[step + 1])


class _Shelf:
    """What members have of their drugs, and how often prescriptions were filled."""

    def __init__(self, limits: Limits, n: int) -> None:
        self.ready = np.full(limits.drugs + 1, LONG_AGO, np.int32)
        self.until = np.full(limits.drugs + 1, LONG_AGO, np.int32)
        self.last = np.full(limits.drugs + 1, -1, np.int32)
        self.filled = np.zeros(limits.prescriptions + 1, np.int32)
        self.days = np.zeros(limits.groups + 1, np.int32)
        self.day = np.full(limits.groups + 1, LONG_AGO, np.int32)
        self.before = np.zeros((3, n), np.int32)

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


class _Wave:
    """State of every row, and the results by place in the order of the wave."""

    def __init__(
        self, lines: Requests, limits: Limits, steps: I64, asked: _Beside, seen: _Beside
    ) -> None:
        n = len(lines.chain)
        self.lines, self.steps, self.asked, self.seen = lines, steps.tolist(), asked, seen
        self.shelf, self.accounts = _Shelf(limits, n), Accounts(limits)
        self.money = Money(lines)
        self.sent, self.paid = np.zeros(n, bool), np.zeros(n, bool)
        self.refusal, self.fill = lines.refusal.copy(), np.zeros(n, np.int32)
        self.stopped = np.full(limits.episodes + 1, n, np.int32)
        self.taken_back = np.zeros(n, bool)
        self.found = np.zeros(len(seen.place), bool)
        self.beside = np.full(len(seen.place), -1, np.int32)
        self.plain = lines.kind == FILL
        self.waits = _flags((lines.only != ALWAYS) & self.plain, steps)
        self.again = _flags((lines.only == IF_PAID) & self.plain, steps)
        self.steps_asked = _flags(lines.steps > 0, steps)
        self.other = _flags(~self.plain, steps)
        self.quit = _flags(lines.quits, steps)

    def step(self, number: int) -> None:
        """Decide one line of each chain; no two of them share a row."""
        begin, end = self.steps[number], self.steps[number + 1]
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
            self.money.share(good, self.accounts)
            self.shelf.give(lines, good)
        if self.quit[number]:
            quits = np.flatnonzero(sent & (refusal != TAKEN) & lines.quits[at]) + begin
            self.stopped[lines.episode[quits]] = quits
        if self.other[number]:
            self._others(at, begin)

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
        part = self.seen.of(number)
        if part.stop > part.start:
            place, row = self.seen.place[part], self.seen.row[part]
            mine = place - at.start
            late = lines.day[place] + self.seen.overlap[part]
            hit = (shelf.until[row] > late) & sent[mine] & (refusal[mine] == TAKEN)
            self.found[part], self.beside[part] = hit, np.where(hit, shelf.last[row], -1)
            bars = hit & (self.seen.severity[part] >= MAJOR) & ~lines.answered[place]
            refusal[mine[bars]] = REVIEW

    def _others(self, at: slice, begin: int) -> None:
        """Take fills back, and count what medical claims counted."""
        kind = self.lines.kind[at]
        medical = np.flatnonzero(kind == MEDICAL) + begin
        if len(medical):
            self.sent[medical] = True
            self.accounts.count(self.lines, medical)
        undo = np.flatnonzero(kind == UNDO) + begin
        if not len(undo):
            return
        of, only = self.lines.of[undo], self.lines.only[undo]
        wanted = self.paid[of] & ~self.taken_back[of]
        wanted &= (only != IF_COSTLY) | self.money.costly[of]
        undo, of = undo[wanted], of[wanted]
        self.sent[undo], self.taken_back[of] = True, True
        self.money.undo(undo, of, self.accounts)
        self.shelf.return_(self.lines, of, self.fill[of])
        self.fill[undo] = self.fill[of]
        ends = undo[self.lines.quits[undo]]
        self.stopped[self.lines.episode[ends]] = ends


def _flags(which: Bools, steps: I64) -> list[bool]:
    """Return whether each step has a line of some sort."""
    place = np.flatnonzero(which)
    begins = np.searchsorted(place, steps)
    found: list[bool] = (begins[1:] > begins[:-1]).tolist()
    return found


def decide(requests: Requests, limits: Limits, asked: Pairs, seen: Pairs) -> Verdicts:
    """Return what becomes of each line, by its index.

    Parameters
    ----------
    requests
        Lines of claims in order of time within each chain, and what medical claims counted.
    limits
        What the rows that they name begin with.
    asked
        Groups of drugs that a step therapy asks for, by line.
    seen
        Other drugs of the member that a review looks at, by line, with the severity.
    """
    n = len(requests.chain)
    by_chain = _in_time(requests)
    place = numbered(requests.chain[by_chain])
    narrow = np.int16 if n and int(place.max()) < 1 << 15 else np.int64
    order = by_chain[np.argsort(place.astype(narrow), kind="stable")]
    where = np.empty(n + 1, np.int64)
    where[order], where[-1] = np.arange(n), -1
    lines = requests.take(order)
    lines.of[:] = where[lines.of]
    steps = np.r_[0, np.cumsum(np.bincount(place))] if n else np.zeros(1, np.int64)
    first, second = _Beside(asked, where, steps), _Beside(seen, where, steps)
    wave = _Wave(lines, limits, steps, first, second)
    for number in range(len(steps) - 1):
        wave.step(number)
    return _verdicts(wave, where[:-1], order)


def _in_time(requests: Requests) -> Index:
    """Return the lines in order of chain and day: one sort, of what is nearly sorted."""
    day = requests.day.astype(np.int64)
    low = int(day.min()) if len(day) else 0
    span = 2 * (int(day.max()) - low + 1) if len(day) else 1
    # What medical claims counted by a day is known on that day.
    key = requests.chain * span + (day - low) * 2 + (requests.kind != MEDICAL)
    return np.argsort(key, kind="stable")


def _verdicts(wave: _Wave, back: I64, order: Index) -> Verdicts:
    """Return the results by index of the line."""
    money, n = wave.money, len(order)
    index = np.r_[order, n].astype(np.int32)
    found, beside = np.empty_like(wave.found), np.empty_like(wave.beside)
    found[wave.seen.order] = wave.found
    beside[wave.seen.order] = np.where(wave.beside < 0, -1, index[wave.beside])
    return Verdicts(
        sent=wave.sent[back],
        refusal=np.where(wave.plain, wave.refusal, np.int8(TAKEN))[back],
        fill=wave.fill[back],
        **{name: row[back] for name, row in money.rows().items()},
        phase=money.phase[back],
        taken_back=wave.taken_back[back],
        stopped=index[wave.stopped[:-1]],
        found=found,
        beside=beside,
    )
