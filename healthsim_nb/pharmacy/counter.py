"""What is sent from the counter: each fill's claims, sent again, taken back, billed anew.

Every line that may be sent is listed with the condition under which it is; deciding them in order
of time says which were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.engine.order import in_order
from healthsim_nb.engine.rng import keys
from healthsim_nb.pharmacy.requests import (
    ALWAYS,
    ENDED,
    FILL,
    IF_COSTLY,
    IF_PAID,
    IF_REFUSED,
    LIMIT,
    OTHER_FIRST,
    REVIEW,
    SOON,
    STEP,
    TAKEN,
    UNDO,
)
from healthsim_nb.pharmacy.slips import PARTS, slips
from healthsim_nb.pharmacy.taking import SLOTS, left_behind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.engine.rng import Draws, Streams
    from healthsim_nb.pharmacy.fills import Fills
    from healthsim_nb.pharmacy.gates import Gates
    from healthsim_nb.pharmacy.holding import Holding

    I8 = NDArray[np.int8]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

(OTHER, SLIP, QUARTER, HASTY, MAIN, AGAIN, ANSWER, LATER, TAKE_BACK, REBILL, LEFT, LEFT_AGAIN) = (
    range(12)
)
"""Lines of a fill in the order in which they are sent on one day."""
VARIANTS = 16
AGAINST = 0.88
"""Share of refused reviews that the pharmacist answers so that the drug is paid (judgement)."""
REBILLED = 0.045
"""Share of fills that are billed anew to correct them (judgement: what is missing to the 6 to
12 % of paid claims that are taken back, beside what is left at the counter)."""
MISDIRECTED = 0.025
"""Share of fills of people with two plans that are sent to the second first (judgement)."""
SHOWN = 0.5
"""Share of fills after the end of coverage for which the old card is shown (judgement)."""
UNCOLLECTED = 0.36
"""Share of the chance of leaving a first fill with which a refill is left: new users leave theirs
2.74 times as often (Shrank 2010, Ann Intern Med 153:633)."""
ASKED_FOR_90 = 0.07
"""Share of the first claims for a month's prescription that ask for 90 days, which the plan does
not pay (judgement: quantity limits are 5.3 % of what is refused, IMS Health 2013)."""
MONTHS = 3
NEVER = 1 << 40


@dataclass(frozen=True)
class Lines:
    """Lines in order of chain and time, shape (n,) a column."""

    fill: I64
    variant: I8
    day: I64
    kind: I8
    only: I8
    of: I64
    """Line that it follows, -1 for none."""
    why: I8
    refusal: I8
    quits: Bools
    free: Bools
    """Whether neither step nor review is asked: it was answered before."""


@dataclass(frozen=True)
class Terms:
    """What is known of fills beforehand, shape (f,) a column."""

    chain: I64
    """Household."""
    price: I64
    """Cents."""
    kind: I64
    """Row of the shares of fills that are left behind."""
    until: I64
    """Last day on which the prescription may be filled."""
    risky: Bools
    """Whether a review may refuse it."""
    monthly: Bools
    """Whether it is the first of a prescription for a month of a drug that is taken for long."""


class _Draft:
    """The lines that may be sent, in no order."""

    def __init__(self, day: I64) -> None:
        self.day = day
        self.parts: list[dict[str, NDArray[Any]]] = []

    def add(self, which: Bools, variant: int, later: I64 | int = 0, **more: object) -> None:
        """Add a line for some fills, so many days later than the fill was due."""
        at = np.flatnonzero(which)
        row: dict[str, object] = {
            "variant": variant, "kind": FILL, "only": ALWAYS, "after": -1, "why": 0,
            "refusal": TAKEN, "quits": False, "free": False,
        } | more  # fmt: skip
        full = {
            name: value[at] if isinstance(value, np.ndarray) else _alike(value, len(at))
            for name, value in row.items()
        }
        self.parts.append({"fill": at, "day": (self.day + later)[at], **full})

    def whole(self) -> dict[str, NDArray[Any]]:
        """Return all of them."""
        names = self.parts[0]
        return {name: np.concatenate([p[name] for p in self.parts]) for name in names}


def lines_of(
    fills: Fills,
    held: Holding,
    gate: Gates,
    terms: Terms,
    draws: Draws,
    last_day: int,
) -> tuple[Lines, I64]:
    """Return every line that may be sent before ``last_day``, and the cents that are too many.

    Parameters
    ----------
    draws
        By use.
    """
    nth, by_fill = fills.nth, _Streams(draws, fills.use, fills.nth)
    ended = held.ended & by_fill.chance("shown", SHOWN)
    refusal = np.where(held.covered, gate.refusal, np.int8(ENDED)).astype(np.int8)
    new = (nth == 0) & ~fills.known
    costly = _costly(draws.take(fills.use), by_fill, new, terms.kind)
    draft = _Draft(fills.day)
    again = held.covered & gate.mended & ((refusal != TAKEN) | (gate.step >= 0))
    _first(draft, fills, held, gate, refusal, ended, terms.monthly, by_fill)
    _after(draft, fills, held, terms.risky, again, by_fill)
    draft.add(again, AGAIN, gate.lag, only=IF_REFUSED, after=MAIN, free=True,
              why=np.where(refusal == TAKEN, STEP, refusal))  # fmt: skip
    wrong = held.covered & by_fill.chance("rebilled", REBILLED)
    later = by_fill.between("rebilled-days", 1, 6)
    wrong &= fills.day + later <= terms.until
    draft.add(wrong, TAKE_BACK, later, kind=UNDO, only=IF_PAID, after=MAIN)
    draft.add(wrong, REBILL, later, only=IF_PAID, after=MAIN, free=True)
    left = held.covered & ~wrong & (costly < terms.price)
    back, ends = by_fill.between("left", 7, 14), new
    draft.add(left, LEFT, back, kind=UNDO, only=IF_COSTLY, after=MAIN, quits=ends)
    draft.add(
        left & again,
        LEFT_AGAIN,
        back + gate.lag,
        kind=UNDO,
        only=IF_COSTLY,
        after=AGAIN,
        quits=ends,
    )
    c = draft.whole()
    late = (c["kind"] == FILL) & (c["day"] > terms.until[c["fill"]])
    order = np.flatnonzero((c["day"] < last_day) & ~late)
    fill = c["fill"][order]
    order = order[in_order(terms.chain[fill], c["day"][order], fill, c["variant"][order])]
    return _lines({name: column[order] for name, column in c.items()}, len(nth)), costly


def _first(
    draft: _Draft,
    fills: Fills,
    held: Holding,
    gate: Gates,
    refusal: I8,
    ended: Bools,
    monthly: Bools,
    by_fill: _Streams,
) -> None:
    """Add what is sent first, and what answers a refusal that history brings."""
    nth, here = fills.nth, held.covered
    two = here & (held.second >= 0) & by_fill.chance("misdirected", MISDIRECTED)
    hasty = here & (fills.early > 0)
    slip = here & ~two & ~hasty & by_fill.chance("slip", slips().chance)
    long = here & monthly & ~(two | hasty | slip) & by_fill.chance("quarter", ASKED_FOR_90)
    quits = here & (gate.quits | ((nth == 0) & ~by_fill.chance("answered", AGAINST)))
    draft.add(two, OTHER, refusal=OTHER_FIRST)
    draft.add(slip, SLIP, refusal=slips().refusal(by_fill.below("slip-kind", PARTS)))
    draft.add(long, QUARTER, refusal=LIMIT)
    draft.add(hasty, HASTY, -fills.early)
    draft.add(here | ended, MAIN, only=np.where(hasty, IF_REFUSED, ALWAYS), refusal=refusal,
              after=np.select([hasty, two, slip, long], [HASTY, OTHER, SLIP, QUARTER], -1),
              why=np.where(hasty, SOON, 0), quits=quits)  # fmt: skip


def _after(
    draft: _Draft,
    fills: Fills,
    held: Holding,
    risky: Bools,
    again: Bools,
    by_fill: _Streams,
) -> None:
    """Add what answers a refusal that history brings, where it may."""
    answered = risky & by_fill.chance("answered", AGAINST)
    draft.add(held.covered & answered, ANSWER, only=IF_REFUSED, after=MAIN, why=REVIEW, free=True)
    # A supply that came late is not used up when the next is due.
    soon = np.zeros(len(again), bool)
    soon[1:] = again[:-1] | (np.diff(fills.day) < fills.due[:-1])
    soon[1:] &= fills.use[1:] == fills.use[:-1]
    wait = by_fill.between("soon", 5, 9)
    draft.add(held.covered & soon, LATER, wait, only=IF_REFUSED, after=MAIN, why=SOON)


def _alike(value: object, n: int) -> NDArray[Any]:
    return np.full(n, value, bool if isinstance(value, bool) else np.int8)


def _lines(c: dict[str, NDArray[Any]], fills: int) -> Lines:
    fill, after = c["fill"].astype(np.int64), c["after"].astype(np.int64)
    place = np.full(fills * VARIANTS + 1, -1, np.int64)
    place[fill * VARIANTS + c["variant"].astype(np.int64)] = np.arange(len(fill))
    of = np.where(after < 0, -1, place[fill * VARIANTS + np.maximum(after, 0)])
    small = {
        name: c[name].astype(np.int8) for name in ("variant", "kind", "only", "why", "refusal")
    }
    return Lines(
        fill=fill,
        day=c["day"].astype(np.int64),
        of=of,
        quits=c["quits"].astype(bool),
        free=c["free"].astype(bool),
        **small,
    )


def _costly(mine: Draws, by_nth: _Streams, new: Bools, kind: I64) -> I64:
    """Return the cents beyond which each fill is left at the counter."""
    table = left_behind()
    first = table[kind, mine.below("pharmacy.costly", SLOTS)]
    later = table[kind, by_nth.below("costly", SLOTS)]
    again = by_nth.chance("costly-again", UNCOLLECTED)
    return np.where(new, first, np.where(again, later, NEVER))


class _Streams:
    """Draws by fill: keyed by use and number of the fill."""

    def __init__(self, draws: Draws, use: I64, nth: I64) -> None:
        self.draws, self.nth = draws.take(use), nth
        self.most = int(nth.max(initial=0)) + 1

    def _each(self, name: str) -> Streams:
        streams = keys(self.draws.seed, [f"pharmacy.{name}.{k}" for k in range(self.most)])
        return self.draws.each(streams[self.nth])

    def chance(self, name: str, p: float) -> Bools:
        """Return True with probability ``p``."""
        return self._each(name).chance(np.array([p]))

    def below(self, name: str, limit: int) -> I64:
        """Return whole numbers below a limit."""
        return self._each(name).below(limit)

    def between(self, name: str, low: int, high: int) -> I64:
        """Return whole numbers, both ends included."""
        return low + self.below(name, high - low + 1)
