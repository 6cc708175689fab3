"""How claims are sent and decided: lag, duplicates, corrections, second payers, money taken back.

Nothing here depends on money: whether a claim is refused as a whole is known from coverage,
dates and what is written on it. Draws are keyed by the claim.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.mistakes import mistakes
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.order import in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.enrollment import Enrolment

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

ORIGINAL, DUPLICATE, RESENT, REPLACEMENT, VOID, SECONDARY = range(6)
"""Versions of a claim: the last bits of its id."""
(
    TAKEN, TOO_EARLY, ENDED, OTHER_FIRST, INCOMPLETE, TOO_LATE, TWICE, WITHDRAWN, UNPOINTED,
    UNRECORDED,
) = range(10)  # fmt: skip
"""Why a claim is refused as a whole; the first: it is not."""
SLOW = 0.12
"""Share of claims that are sent late (judgement: 90 % come within 30 days)."""
MENDABLE = (INCOMPLETE, OTHER_FIRST, TOO_EARLY, UNPOINTED, UNRECORDED)
LATEST = 365
"""Days after the service beyond which nobody sends a claim again."""
WAITED = 45
"""Days that a payer waits for a record that it asked for."""
REPLACED, VOIDED = 0.008, 0.003
RESENT_SHARE = 0.85
"""Share of refusals that can be mended and are (CAQH and MGMA surveys: two thirds to 90 %)."""
PENDED = 0.05


@dataclass(frozen=True)
class Filings:
    """Every time that a claim was decided, shape (f,) a column."""

    claim: I64
    version: I64
    plan: I64
    subscriber: I64
    submitted: I64
    decided: I64
    refusal: I64
    of: I64
    """Filing that it repeats, replaces, voids or follows; -1: none."""
    undone: I64
    """Day on which its payment was taken back, `FAR`: never."""

    def take(self, at: NDArray[np.intp]) -> Filings:
        """Return some of the filings; those that they refer to must be among them."""
        place = np.full(len(self.claim) + 1, NONE, np.int64)
        place[at] = np.arange(len(at))
        columns = {f.name: getattr(self, f.name)[at] for f in fields(self)}
        return Filings(**columns | {"of": place[columns["of"]]})


class Office:
    """The billing office and the payer's mail room for one block's claims."""

    def __init__(self, claims: Claims, enrolment: Enrolment, book: Book, month: I64) -> None:
        self.claims, self.book, self.draws = claims, book, claims.draws
        person = claims.visits.person[claims.visit]
        at = (month, person)
        self.plan = enrolment.card[at].astype(np.int64)
        self.subscriber = enrolment.subscriber[at].astype(np.int64)
        self.second = enrolment.second[at].astype(np.int64)
        self.second_subscriber = enrolment.second_subscriber[at].astype(np.int64)
        self.seen_from = enrolment.seen_from[at].astype(np.int64)
        self.seen_until = enrolment.seen_until[at].astype(np.int64)
        self.n = len(person)
        self.chance = {what: by_plan[self.plan] for what, by_plan in mistakes(book).items()}

    def file(self, last_day: int, awaited: I64) -> Filings:
        """Return every filing that was decided before ``last_day``.

        Parameters
        ----------
        awaited
            The day before which a claim is not sent, shape (claims,).
        """
        first = self._original(awaited)
        resent = self._resent(first)
        changed = self._changed(first)
        parts = [first, self._twice(first), resent, *changed]
        parts.append(self._second(parts))
        whole = _joined(parts)
        whole = self._undone(whole)
        # Nothing is on record of members of whom the plan does not know yet.
        known = self.seen_from[whole.claim] < last_day
        decided = np.flatnonzero((whole.decided < last_day) & known)
        decided = decided[in_order(whole.claim[decided], whole.version[decided])]
        # What comes after a filing is decided after it, so nothing refers to what is left out.
        kept = whole.take(decided)
        return replace(kept, undone=np.where(kept.undone < last_day, kept.undone, FAR))

    def _original(self, awaited: I64) -> Filings:
        draws, claims = self.draws, self.claims
        lag = np.where(claims.institutional, 4, 2) + draws.below("coverage.lag", 9)
        slow = draws.chance("coverage.slow", SLOW)
        lost = draws.chance("coverage.lost", self.chance["lost"])
        lag = lag + np.where(slow, draws.below("coverage.slow-days", 40), 0)
        lag = lag + np.where(lost, draws.between("coverage.lost-days", 100, 280), 0)
        sent = np.maximum(claims.end + lag, awaited)
        decided = sent + self._work("")
        wrong = (self.second != NONE) & draws.chance(
            "coverage.misdirected", self.chance["misdirected"]
        )
        asked = draws.chance("coverage.record", self.chance["record"])
        decided = decided + np.where(asked, WAITED, 0)
        refusal = self._eligible(decided)
        unpointed = draws.chance("coverage.pointer", self.chance["pointer"])
        checks = (
            (wrong, OTHER_FIRST),
            (draws.chance("coverage.forgotten", self.chance["provider"]), INCOMPLETE),
            (unpointed & ~claims.institutional, UNPOINTED),
            (sent - claims.end > self.book.filing_days[self.plan], TOO_LATE),
            (asked, UNRECORDED),
        )
        for fails, why in checks:
            refusal = np.where((refusal == TAKEN) & fails, why, refusal)
        wrong &= refusal == OTHER_FIRST
        plan = np.where(wrong, self.second, self.plan)
        subscriber = np.where(wrong, self.second_subscriber, self.subscriber)
        every = np.arange(self.n)
        return self._filings(
            every, ORIGINAL, sent, decided, refusal, plan=plan, subscriber=subscriber
        )

    def _work(self, what: str) -> I64:
        """Return how many days the payer takes."""
        draws = self.draws
        pended = draws.chance(f"coverage.pended{what}", PENDED)
        days = 4 + draws.below(f"coverage.work{what}", 11)
        return days + np.where(pended, draws.below(f"coverage.pended-days{what}", 35), 0)

    def _eligible(self, day: I64) -> I64:
        """Return what the payer's files say of coverage on a day."""
        early = np.where(day < self.seen_from, TOO_EARLY, TAKEN)
        return np.where(day >= self.seen_until, ENDED, early)

    def _resent(self, first: Filings) -> Filings:
        """Return the claims that are mended and sent again."""
        mendable = np.isin(first.refusal, MENDABLE)
        sent = first.decided + 6 + self.draws.below("coverage.resent-lag", 30)
        sent = np.where(first.refusal == TOO_EARLY, np.maximum(sent, self.seen_from + 3), sent)
        mendable &= sent - self.claims.end <= LATEST
        at = np.flatnonzero(mendable & self.draws.chance("coverage.resent", RESENT_SHARE))
        decided = sent + self._work(".resent")
        return self._filings(at, RESENT, sent[at], decided[at], self._eligible(decided)[at], of=at)

    def _twice(self, first: Filings) -> Filings:
        """Return the claims that are sent a second time by mistake."""
        twice = (first.refusal == TAKEN) & self.draws.chance("coverage.twice", self.chance["twice"])
        at = np.flatnonzero(twice)
        # Sent while the first was on its way, it is decided after it.
        sent = first.submitted + 3 + self.draws.below("coverage.twice-lag", 30)
        decided = np.maximum(sent, first.decided) + 2 + self.draws.below("coverage.twice-work", 6)
        return self._filings(at, DUPLICATE, sent[at], decided[at], np.full(len(at), TWICE), of=at)

    def _changed(self, first: Filings) -> tuple[Filings, Filings]:
        """Return the claims that replace a paid one, and those that void one."""
        sent = first.decided + 8 + self.draws.below("coverage.changed-lag", 50)
        paid = (first.refusal == TAKEN) & (self.seen_until == FAR)
        paid &= sent - self.claims.end <= LATEST
        replaced = paid & self.draws.chance("coverage.replaced", REPLACED)
        voided = paid & ~replaced & self.draws.chance("coverage.voided", VOIDED)
        decided = sent + self._work(".changed")
        found = []
        for which, version, why in ((replaced, REPLACEMENT, TAKEN), (voided, VOID, WITHDRAWN)):
            at = np.flatnonzero(which)
            refusal = np.full(len(at), why)
            found.append(self._filings(at, version, sent[at], decided[at], refusal, of=at))
        return found[0], found[1]

    def _second(self, parts: list[Filings]) -> Filings:
        """Return the claims to the plan that pays second, after the one that paid first."""
        whole = _joined(parts)
        last = np.full(self.n, NONE, np.int64)
        for version in (ORIGINAL, RESENT, REPLACEMENT, VOID):
            at = np.flatnonzero(whole.version == version)
            last[whole.claim[at]] = at
        good = (last != NONE) & (self.second != NONE) & (self.seen_until == FAR)
        good &= whole.refusal[last] == TAKEN
        good &= whole.decided[last] - self.claims.end <= LATEST - 20
        at = np.flatnonzero(good)
        sent = whole.decided[last[at]] + 5 + self.draws.below("coverage.second-lag", 12)[at]
        decided = sent + self._work(".second")[at]
        plan, subscriber = self.second[at], self.second_subscriber[at]
        return self._filings(
            at, SECONDARY, sent, decided, np.zeros_like(at), last[at], plan, subscriber
        )

    def _undone(self, whole: Filings) -> Filings:
        """Say when payments are taken back: replaced, voided, or paid after coverage had ended."""
        undone = np.full(len(whole.claim), FAR, np.int64)
        late = self.seen_until[whole.claim]
        wrongly = (whole.refusal == TAKEN) & (late < FAR)
        undone[wrongly] = late[wrongly]
        changes = np.flatnonzero(np.isin(whole.version, (REPLACEMENT, VOID)))
        undone[whole.of[changes]] = whole.decided[changes]
        return replace(whole, undone=undone)

    def _filings(
        self,
        at: I64,
        version: int,
        sent: I64,
        decided: I64,
        refusal: I64,
        of: I64 | None = None,
        plan: I64 | None = None,
        subscriber: I64 | None = None,
    ) -> Filings:
        return Filings(
            claim=at,
            version=np.full(len(at), version),
            plan=self.plan[at] if plan is None else plan,
            subscriber=self.subscriber[at] if subscriber is None else subscriber,
            submitted=sent,
            decided=decided,
            refusal=refusal,
            of=np.full(len(at), NONE) if of is None else of,
            undone=np.full(len(at), FAR, np.int64),
        )


def _joined(parts: list[Filings]) -> Filings:
    """Return all filings; ``of`` of all but the last part refers to the first part."""
    return Filings(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Filings)}
    )
