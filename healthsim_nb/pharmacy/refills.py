"""When prescriptions are written and filled, as far as it depends on the taker alone.

The k-th fill of every use at once. Draws are keyed by medication and the number of the fill, so
that more months leave earlier fills as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.calendar import FAR
from healthsim_nb.pharmacy.adherence import adherence, gaps
from healthsim_nb.pharmacy.taking import HUNDRED, LINE, SLOTS, TAKERS, months_taken, stretch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.engine.rng import Draws
    from healthsim_nb.pharmacy.products import Products
    from healthsim_nb.pharmacy.uses import Uses

    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

YEAR, HALF_YEAR = 365, 182
MONTH = 30
NEW = 0.12
"""Share of new prescriptions that are handed in on a later day than they are written."""
EARLY = 0.06
"""Share of refills that somebody would first ask for too soon; about half of them do so in the
month in which they are due, and only these count (judgement)."""
BY_LAW = {2: (0, 90), 3: (5, HALF_YEAR), 4: (5, HALF_YEAR), 5: (5, HALF_YEAR)}
"""Most refills and days by schedule: 21 CFR 1306.12 and 1306.22; schedule II for 30 days each."""
RETURNS = 0.75
"""Share of lapses after which the drug is taken again (claims studies of statins: about half within
a year of stopping, more after that; Brookhart 2007 Arch Intern Med, rounded)."""
AWAY = (40, 200)
LATEST = 75
"""Days after which coming late is a lapse."""
"""Days of a lapse."""
MOST_REFILLS = 11


@dataclass(frozen=True)
class Plan:
    """How each use is filled, shape (u,) a column."""

    days: I64
    """Days of a fill."""
    refills: I64
    valid: I64
    """Days in which a prescription may be filled."""
    ninety: Bools
    mail: Bools
    late: I64
    """Percent by which late fills are later than those of the list."""
    special: Bools
    persistent: I64
    """Percent of those who begin it who go on for a year without a lapse."""
    known: Bools
    """Whether it was taken before the run, by people who go on with it."""
    never: Bools
    """Whether the first prescription is never handed in."""
    written: I64
    """Day of the prescription with which the run begins."""
    first: I64
    """Day on which it is first asked for in the run."""
    before: I64
    """How often it was filled before the run."""


@dataclass(frozen=True)
class Schedule:
    """Prescriptions and fills of all uses, in order of use and time."""

    prescription_use: I64
    number: I64
    """Of the use's prescriptions."""
    before: I64
    """How often each prescription was filled before the run."""
    written: I64
    use: I64
    """Of each fill."""
    prescription: I64
    """Of each fill."""
    nth: I64
    """Of the use's fills."""
    day: I64
    early: I64
    """Days by which the fill was asked for too soon before, 0: it was not."""


def plan_fills(
    uses: Uses,
    products: Products,
    line: NDArray[np.integer],
    draws: Draws,
    first_day: int,
) -> Plan:
    """Return how each use is filled.

    Parameters
    ----------
    line
        Line of business of each use's patient.
    draws
        By medication.
    first_day
        Of the run.
    """
    habit, course = adherence(products), uses.course > 0
    cell = (LINE[line], uses.product)
    percent = {name: table[cell] // HUNDRED for name, table in vars(habit).items()}
    usual = products.fill_days[uses.product].astype(np.int64)
    schedule = products.schedule[uses.product]
    special = products.specialty[uses.product]
    narrow = course | special | (schedule > 0) | (usual > 31)
    ninety = ~narrow & _percent(draws, "pharmacy.ninety", percent["ninety_day"])
    mail = ninety & _percent(draws, "pharmacy.mail", percent["mail"])
    days = np.where(ninety, 3 * usual, usual)
    days = np.where(course, np.minimum(uses.course, usual), days)
    refills = np.where(course, 0, np.minimum(YEAR // days - 1, MOST_REFILLS))
    valid = np.full(len(uses), YEAR)
    for level, (most, until) in BY_LAW.items():
        refills = np.where(schedule == level, np.minimum(refills, most), refills)
        valid = np.where(schedule == level, until, valid)
    refills = np.maximum(refills, 0)
    written, first, before = _begins(uses, days, refills, valid, draws, first_day)
    return Plan(
        days=days,
        refills=refills,
        valid=valid,
        ninety=ninety,
        mail=mail,
        late=stretch()[percent["covered"]] * _taker(draws) // HUNDRED,
        special=special,
        persistent=percent["persistent"],
        known=uses.known,
        # Whoever takes a drug already has begun it.
        never=~uses.known & _percent(draws, "pharmacy.not-begun", percent["not_begun"]),
        written=written,
        first=first,
        before=before,
    )


def _begins(
    uses: Uses, days: I64, refills: I64, valid: I64, draws: Draws, first_day: int
) -> tuple[I64, I64, I64]:
    """Return when the first prescription was written, when it is filled, how often it was before.

    Who takes a drug already is somewhere between two fills of a prescription: so many days ago it
    was written. Where none is left, the next is written when it is needed.
    """
    later = draws.chance("pharmacy.later", NEW)
    first = uses.start + np.where(later, draws.between("pharmacy.later-days", 1, 9), 0)
    since = first_day - uses.start
    term = np.maximum(np.minimum((refills + 1) * days, valid), 1)
    ago = draws.below("pharmacy.written-ago", np.maximum(np.minimum(term, since), 1)) + 1
    before = (ago - 1) // days + 1
    due = first_day + before * days - ago
    going_on = before <= refills
    written = np.where(going_on, first_day - ago, due)
    before = np.where(going_on, before, 0)
    return (
        np.where(uses.known, written, uses.start),
        np.where(uses.known, due, first),
        np.where(uses.known, before, 0),
    )


def _taker(draws: Draws) -> I64:
    """Return how much later than the mean each taker comes, in percent."""
    ends, late = np.array(TAKERS).T
    found: I64 = late[np.searchsorted(ends, draws.below("pharmacy.taker", HUNDRED), side="right")]
    return found


def _percent(draws: Draws, stream: str, percent: I64) -> Bools:
    found: Bools = draws.below(stream, 100) < percent
    return found


class _Going:
    """The uses that go on, and where each stands."""

    def __init__(self, uses: Uses, plan: Plan, draws: Draws) -> None:
        self.at = np.arange(len(uses))
        self.day = plan.first.copy()
        self.left = np.zeros(len(uses), np.int64)
        self.until = np.zeros(len(uses), np.int64)
        self.rx = np.full(len(uses), -1)
        self.number = np.full(len(uses), -1)
        self.draws = draws
        self.lapse = self.day + _until_lapse(draws, plan.persistent, plan.known, 0)

    def keep(self, which: Bools) -> None:
        """Go on with some."""
        for name in ("at", "day", "left", "until", "rx", "number", "lapse"):
            setattr(self, name, getattr(self, name)[which])
        self.draws = self.draws.take(np.flatnonzero(which))


def schedule(uses: Uses, plan: Plan, draws: Draws, last_day: int) -> Schedule:
    """Return prescriptions written and fills asked for before ``last_day``."""
    going = _Going(uses, plan, draws)
    written: list[dict[str, I64]] = []
    filled: list[dict[str, I64]] = []
    count, k = 0, 0
    while len(going.at):
        count += _write(going, uses, plan, k, count, last_day, written)
        _fill(going, uses, plan, k, last_day, filled)
        k += 1
    return _ordered(written, filled)


def _write(
    going: _Going,
    uses: Uses,
    plan: Plan,
    k: int,
    count: int,
    last_day: int,
    out: list[dict[str, I64]],
) -> int:
    """Write prescriptions where none is left, and leave out whose time is over."""
    need = (going.left == 0) | (going.day > going.until)
    lag = going.draws.below(f"pharmacy.renewal.{k}", 6) if k else np.zeros(len(going.at), np.int64)
    day = going.day - np.minimum(lag, plan.days[going.at] // 2) if k else plan.written[going.at]
    alive = np.where(need, day, going.day) <= uses.end[going.at]
    alive &= np.where(need, day, going.day) < last_day
    going.keep(alive)
    need, day = need[alive], day[alive]
    new = np.flatnonzero(need)
    mine = going.at[new]
    going.number[new] += 1
    going.rx[new] = count + np.arange(len(new))
    before = plan.before[mine] if not k else np.zeros(len(mine), np.int64)
    going.left[new] = plan.refills[mine] + 1 - before
    going.until[new] = day[new] + plan.valid[mine]
    out.append({"use": mine, "number": going.number[new], "before": before, "written": day[new]})
    return len(new)


def _fill(
    going: _Going, uses: Uses, plan: Plan, k: int, last_day: int, out: list[dict[str, I64]]
) -> None:
    """Fill once, and say when the next fill is due."""
    if k == 0:
        # A prescription that nobody hands in was written all the same.
        going.keep(~plan.never[going.at])
    going.keep((going.day <= uses.end[going.at]) & (going.day < last_day))
    n, days = len(going.at), plan.days[going.at]
    early = np.zeros(n, np.int64)
    if k:
        hasty = going.draws.chance(f"pharmacy.hasty.{k}", EARLY) & (days >= MONTH - 3)
        # Not of a prescription that is yet to be written.
        hasty &= going.left <= plan.refills[going.at]
        early = np.where(hasty, days * 2 // 5, 0)
    out.append(
        {
            "use": going.at,
            "rx": going.rx,
            "day": going.day,
            "nth": np.full(n, k),
            "early": early,
        }
    )
    hundredth = going.draws.below(f"pharmacy.gap.{k}", HUNDRED)
    gap = gaps()[plan.special[going.at].astype(np.int64), hundredth]
    gap = np.where(gap > 0, np.minimum(gap * plan.late[going.at] // HUNDRED, LATEST), gap)
    going.day = going.day + days + np.maximum(gap, -(days // 6))
    going.left = going.left - 1
    _lapse(going, plan, k)
    # A course is filled once.
    going.keep(uses.course[going.at] == 0)


def _lapse(going: _Going, plan: Plan, k: int) -> None:
    """Let some give their drug up for a while, or for good."""
    at = np.flatnonzero(going.day > going.lapse)
    if not len(at):
        return
    mine = going.draws.take(at)
    gone = ~mine.chance(f"pharmacy.returns.{k}", RETURNS)
    going.day[at] += mine.between(f"pharmacy.away.{k}", *AWAY)
    going.day[at[gone]] = FAR
    # The plan is made anew: what is left of the prescription stays.
    use = going.at[at]
    days = _until_lapse(mine, plan.persistent[use], plan.known[use], k + 1)
    going.lapse[at] = going.day[at] + days


def _until_lapse(draws: Draws, persistent: I64, known: Bools, k: int) -> I64:
    """Return for how many days a drug is taken before a lapse."""
    slot = draws.below(f"pharmacy.persistence.{k}", SLOTS)
    months = months_taken()[known.astype(np.intp), persistent, slot]
    days = draws.below(f"pharmacy.persistence-day.{k}", MONTH)
    return (months.astype(np.int64) - 1) * MONTH + days


def _ordered(written: list[dict[str, I64]], filled: list[dict[str, I64]]) -> Schedule:
    none = np.zeros(0, np.int64)

    def joined(parts: list[dict[str, I64]], name: str) -> I64:
        return np.concatenate([p[name] for p in parts]) if parts else none

    use, number = joined(written, "use"), joined(written, "number")
    order = np.argsort(use << 12 | number, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    fill_use, nth = joined(filled, "use"), joined(filled, "nth")
    by_use = np.argsort(fill_use << 12 | nth, kind="stable")
    rx = joined(filled, "rx")[by_use]
    return Schedule(
        prescription_use=use[order],
        number=number[order],
        before=joined(written, "before")[order],
        written=joined(written, "written")[order],
        use=fill_use[by_use],
        prescription=place[rx] if len(rx) else none,
        nth=nth[by_use],
        day=joined(filled, "day")[by_use],
        early=joined(filled, "early")[by_use],
    )
