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

from healthsim_nb.engine.waves import Some, lay_out, turns
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
from healthsim_nb.pharmacy.shares import Left, Money, by_law
from healthsim_nb.pharmacy.shelf import LAST, READY, UNTIL, Shelf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.engine.waves import Waves
    from healthsim_nb.pharmacy.shelf import Had

    I8 = NDArray[np.int8]
    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Index = NDArray[np.intp]

AT_ONCE = 1 << 30
"""A day after all others."""
PLAIN, LAW, BACK = range(3)
"""Order of lines within a wave: fills, fills that Part D has a word on, those taken back."""


def ranks(requests: Requests) -> I64:
    """Return the order of lines within a wave."""
    fills = np.where(by_law(requests), LAW, PLAIN)
    return np.where(requests.kind == UNDO, BACK, fills)


class _Beside:
    """Pairs in the order of the waves, and which of them a wave has."""

    def __init__(self, pairs: Pairs, waves: Waves) -> None:
        place = waves.where[pairs.line]
        self.order = np.argsort(place, kind="stable")
        self.place, self.row = place[self.order], pairs.row[self.order]
        self._begins: list[int] = np.searchsorted(self.place, waves.begins).tolist()

    def of(self, wave: int) -> slice | None:
        """Return which of them a wave has; None if it has none."""
        begin, end = self._begins[wave], self._begins[wave + 1]
        return slice(begin, end) if begin < end else None


class _Reviewed(_Beside):
    """Reviews in the order of the waves, and what they found."""

    def __init__(self, reviews: Reviews, waves: Waves) -> None:
        super().__init__(reviews, waves)
        self.overlap = reviews.overlap[self.order]
        self.bars = reviews.severity[self.order] >= MAJOR
        self.found = np.zeros(len(self.place), bool)
        self.beside = np.full(len(self.place), -1, np.int32)


class Deciding:
    """Lines that are decided wave by wave: their state, and what became of them, by place.

    Within a wave, lines are in order of their `ranks`.
    """

    def __init__(
        self, requests: Requests, left: Left, waves: Waves, asked: Pairs, seen: Reviews
    ) -> None:
        lines = self.lines = requests.take(waves.order)
        lines.of[:] = waves.where[lines.of]
        n = len(lines.chain)
        self.waves, self.bounds = waves, _bounds(ranks(lines), waves.begins)
        self.asked, self.seen = _Beside(asked, waves), _Reviewed(seen, waves)
        self.shelf = Shelf(lines, self.asked.row, self.seen.row, waves.begins)
        self.money = Money(lines, left, waves.begins)
        self.episode = lines.episode.astype(np.intp)
        self.going = np.ones(int(lines.episode.max(initial=-1)) + 1, bool)
        self.stopped = np.full(len(self.going), n, np.int32)
        self.sent, self.paid, self.taken_back = (np.zeros(n, bool) for _ in range(3))
        self.refusal, self.fill = lines.refusal.copy(), np.zeros(n, np.int32)
        self.ready = np.where(lines.early, AT_ONCE, lines.day)
        fill = lines.kind == FILL
        self.waits = Some((lines.only != ALWAYS) & fill, waves.begins)
        self.anew = Some((lines.only == IF_PAID) & fill, waves.begins)
        self.quits = Some(lines.quits & fill, waves.begins)
        self.stepped = Some((lines.steps > 0) & fill, waves.begins)

    def step(self, wave: int) -> None:
        """Decide one line of each chain; no two of them share a row."""
        begin, law, back, end = self.bounds[wave]
        if begin < back:
            self._bill(wave, slice(begin, back), law)
        if back < end:
            self._undo(np.arange(back, end))

    def _bill(self, wave: int, at: slice, law: int) -> None:
        """Decide claims for fills."""
        shelf, refusal = self.shelf, self.refusal[at]
        sent = self.going.take(self.episode[at])
        waits = self.waits.of(wave)
        if waits is not None:
            sent[waits - at.start] &= self._wanted(waits)
        self.sent[at] = sent
        had = shelf.have(at)
        self._edit(wave, at, sent, had)
        self.fill[at] = had.filled
        anew = self.anew.of(wave)
        if anew is not None:
            self.fill[anew] = self.fill[self.lines.of[anew]]
        good = refusal == TAKEN
        good &= sent
        self.paid[at] = good
        self.money.share(wave, at, law, good)
        shelf.give(wave, at, had, good)
        quits = self.quits.of(wave)
        if quits is not None:
            self._stop(quits[self.sent[quits] & (self.refusal[quits] != TAKEN)])

    def _stop(self, at: Index) -> None:
        """End some uses."""
        use = self.episode[at]
        self.going[use], self.stopped[use] = False, at

    def _wanted(self, at: Index) -> Bools:
        """Return which lines are sent in view of the ones that they follow."""
        only, of, why = self.lines.only[at], self.lines.of[at], self.lines.why[at]
        before, paid = self.refusal[of], self.paid[of]
        refused = self.sent[of] & (before != TAKEN) & ((why == 0) | (before == why))
        found: Bools = (only == IF_REFUSED) & refused
        found |= (only == IF_PAID) & paid
        found |= (only == IF_COSTLY) & paid & self.money.costly(of)
        return found

    def _edit(self, wave: int, at: slice, sent: Bools, had: Had) -> None:
        """Refuse what history does not allow, in a payer's order."""
        lines, refusal = self.lines, self.refusal[at]
        stepped = self.stepped.of(wave)
        if stepped is not None:
            # Whoever has had the drug itself goes on with it.
            new = had.drug[stepped - at.start, LAST] < 0
            few = self._tried(wave, at)[stepped - at.start] < lines.steps[stepped]
            refusal[stepped[(self.refusal[stepped] == TAKEN) & few & new] - at.start] = STEP
        # What is not authorized, listed or stepped up to is refused first, whatever the limits.
        soon = self.ready[at] < had.drug[:, READY]
        bars = (had.filled >= lines.fills[at]) | soon
        bars &= refusal == TAKEN
        barred = bars.nonzero()[0]
        if len(barred):
            refusal[barred] = np.where(soon[barred], SOON, REFILLS)
        seen = self.seen.of(wave)
        if seen is not None:
            self._review(seen, at, sent, refusal)

    def _tried(self, wave: int, at: slice) -> I64:
        """Return how many of the classes that must come first each line's member has tried."""
        part = self.asked.of(wave) or slice(0, 0)
        place, row = self.asked.place[part], self.asked.row[part]
        tried = self.shelf.tried(row, self.lines.since[place], self.lines.step_days[place])
        return np.bincount((place - at.start)[tried], minlength=at.stop - at.start)

    def _review(self, part: slice, at: slice, sent: Bools, refusal: I8) -> None:
        """Look for other drugs at hand, and refuse what must not be taken with them."""
        lines, seen, drugs = self.lines, self.seen, self.shelf.drugs
        place, row = seen.place[part], seen.row[part]
        mine = place - at.start
        late = lines.day[place] + seen.overlap[part]
        hit = (drugs[row, UNTIL] > late) & sent[mine] & (refusal[mine] == TAKEN)
        seen.found[part], seen.beside[part] = hit, np.where(hit, drugs[row, LAST], -1)
        bars = hit & seen.bars[part] & ~lines.answered[place]
        refusal[mine[bars]] = REVIEW

    def _undo(self, undo: Index) -> None:
        """Take fills back."""
        of, only = self.lines.of[undo], self.lines.only[undo]
        wanted = self.paid[of] & ~self.taken_back[of]
        wanted &= (only != IF_COSTLY) | self.money.costly(of)
        undo, of = undo[wanted], of[wanted]
        self.sent[undo], self.taken_back[of] = True, True
        self.money.undo(undo, of)
        self.shelf.take_back(of, self.fill[of])
        self.fill[undo] = self.fill[of]
        self._stop(undo[self.lines.quits[undo]])

    def verdicts(self) -> Verdicts:
        """Return what became of the lines, by their index."""
        money, seen = self.money, self.seen
        order, back = self.waves.order, self.waves.where[:-1]
        index = np.r_[order, len(order)].astype(np.int32)
        found, beside = np.empty_like(seen.found), np.empty_like(seen.beside)
        found[seen.order] = seen.found
        beside[seen.order] = np.where(seen.beside < 0, -1, index[seen.beside])
        refusal = np.where(self.lines.kind == FILL, self.refusal, np.int8(TAKEN))
        return Verdicts(
            sent=self.sent[back],
            refusal=refusal[back],
            fill=self.fill[back],
            **{name: row[back] for name, row in money.rows().items()},
            phase=money.phase[back],
            taken_back=self.taken_back[back],
            stopped=index[self.stopped],
            found=found,
            beside=beside,
        )


def _bounds(rank: I64, begins: I64) -> list[list[int]]:
    """Return where each wave begins, its lines of each further rank, and where it ends."""
    count = len(begins) - 1
    wave = np.repeat(np.arange(count), np.diff(begins))
    sizes = np.bincount(wave * 3 + rank, minlength=3 * count).reshape(count, 3)
    found: list[list[int]] = np.c_[begins[:-1], begins[:-1, None] + np.cumsum(sizes, 1)].tolist()
    return found


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
    turn = turns(requests.chain, requests.day.astype(np.int64))
    waves = lay_out(turn, rank=ranks(requests))
    left = Left(limits.balances(), limits.initial, limits.card)
    deciding = Deciding(requests, left, waves, asked, seen)
    for number in range(len(waves)):
        deciding.step(number)
    return deciding.verdicts()
