"""Who has which plan in which month, who the subscriber is, and when the payer comes to know.

People begin with the line of business that they have in their record. Members of a family share a
plan; month by month some turn 26 or 65, lose a plan or find one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.choice import FAMILY_LINES, NONE, Choice
from healthsim_nb.coverage.flows import flows
from healthsim_nb.engine.calendar import FAR, LONG_AGO, month_index
from healthsim_nb.engine.ids import turn_ids
from healthsim_nb.engine.rng import Draws
from healthsim_nb.population.ages import LINES_OF_BUSINESS
from healthsim_nb.population.households import CHILD, HEAD, SPOUSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.months import Months
    from healthsim_nb.population.people import People

    Index = NDArray[np.int64]

OWN_COVER, RETIRES = 26 * 12, 65 * 12
CARD_MONTHS = 3
"""As long does an old card come along after coverage ended (judgement)."""


@dataclass(frozen=True)
class Enrolment:
    """Coverage by month and person, shape (months, n)."""

    months: Months
    plan: NDArray[np.int8]
    """Index into the book's plans, `NONE` without."""
    subscriber: NDArray[np.int32]
    """Whose plan it is."""
    second: NDArray[np.int8]
    """Plan that pays second."""
    second_subscriber: NDArray[np.int32]
    card: NDArray[np.int8]
    """The plan that the person's card names, which may have ended."""
    seen_from: NDArray[np.int32]
    """Day from which the payer's files show the coverage."""
    seen_until: NDArray[np.int32]
    """Day from which the payer knows that the card's plan had ended; `FAR`: it had not."""


class Enroller:
    """Coverage of some people, played month by month."""

    def __init__(
        self, book: Book, months: Months, people: People, seed: int, kinds: Sequence[str] = ()
    ) -> None:
        self.book, self.months, self.people, self.seed = book, months, people, seed
        self.n = len(people)
        self.own = np.arange(self.n)
        self.born = month_index(people.birth_day).astype(np.int64) - months.first
        self.draws = Draws(seed, people.id)
        self.choice = Choice(book, people, kinds)
        self.plan = np.full(self.n, NONE, np.int64)
        self.subscriber = self.own.copy()

    def play(self) -> Enrolment:
        """Return the coverage of all months."""
        shape = (self.months.count, self.n)
        plan, subscriber = np.full(shape, NONE, np.int8), np.zeros(shape, np.int32)
        self._begin()
        for month in range(self.months.count):
            if month > self.months.start:
                self._month(month)
            plan[month] = np.where(self.born <= month, self.plan, NONE)
            subscriber[month] = self.subscriber
        second = self.choice.later_payers(plan, self.draws)
        second_subscriber = np.broadcast_to(self.own, shape).astype(np.int32)
        self._two_jobs(plan, subscriber, second, second_subscriber)
        parts = (plan, subscriber, second, second_subscriber)
        return Enrolment(self.months, *parts, *self._cards(plan, subscriber))

    def _two_jobs(
        self,
        plan: NDArray[np.int8],
        subscriber: NDArray[np.int32],
        second: NDArray[np.int8],
        second_subscriber: NDArray[np.int32],
    ) -> None:
        """Put the own employer's plan before that of the family."""
        both, own = self.choice.two_jobs(self.draws)
        at = np.nonzero(both & (subscriber != self.own) & self.choice.employer[plan])
        second[at], second_subscriber[at] = plan[at], subscriber[at]
        plan[at], subscriber[at] = own[at[1]], at[1]

    def _begin(self) -> None:
        people = self.people
        line = people.line_of_business
        households = people.household_id
        order = np.lexsort((self.own, people.household_role, households))
        for name in FAMILY_LINES:
            covered = order[line[order] == LINES_OF_BUSINESS.index(name)]
            covered = covered[_in_family(people, covered)]
            if len(covered):
                first = np.r_[True, households[covered[1:]] != households[covered[:-1]]]
                head = covered[np.flatnonzero(first)][np.cumsum(first) - 1]
                # A child whose parents have no such plan has one alone.
                alone = people.household_role[head] == CHILD
                self.subscriber[covered] = np.where(alone, covered, head)
        for name in LINES_OF_BUSINESS:
            if name in flows().markets:
                has = np.flatnonzero(line == LINES_OF_BUSINESS.index(name))
                self.plan[has] = self.choice.first(name, has, self.subscriber[has], self.draws)

    def _month(self, month: int) -> None:
        draws = Draws(self.seed, turn_ids(self.people.id, month - self.months.start))
        if (month + self.months.first) % 12 == 0:
            self._january(draws)
        age = month - self.born
        self._leave_family(np.flatnonzero((age == OWN_COVER) & self._dependent()), draws)
        self._retire(np.flatnonzero((age == RETIRES) & self._younger()), draws)
        self._lose(draws)
        self._gain(np.flatnonzero((self.plan == NONE) & (age >= 0) & (age < RETIRES)), draws)

    def _dependent(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.people.household_role == CHILD
        found &= self.subscriber != self.own
        return found

    def _younger(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = ~self.choice.medicare[self.plan]
        return found

    def _january(self, draws: Draws) -> None:
        """Let subscribers choose another plan of their market."""
        chance = self.choice.by_market(flows().switch_in_january)[self.plan]
        switch = draws.chance("coverage.switch", chance) & (self.subscriber == self.own)
        who = np.flatnonzero(switch & (self.plan != NONE))
        self.plan[who] = self.choice.another(self.plan[who], draws.take(who))
        self._follow(who)

    def _follow(self, leaders: Index) -> None:
        """Give dependents the plan of subscribers who changed theirs."""
        changed = np.zeros(self.n, bool)
        changed[leaders] = True
        follows = np.flatnonzero(changed[self.subscriber])
        self.plan[follows] = self.plan[self.subscriber[follows]]

    def _leave_family(self, who: Index, draws: Draws) -> None:
        self.subscriber[who] = who
        self.plan[who] = self.choice.of_words(
            flows().turns_26, draws.take(who), "coverage.turns-26"
        )

    def _retire(self, who: Index, draws: Draws) -> None:
        takes = draws.take(who).chance("coverage.turns-65", flows().turns_65["medicare"])
        who = who[takes]
        self._release(who)
        self.subscriber[who] = who
        self.plan[who] = self.choice.first("medicare", who, who, self.draws)

    def _release(self, leavers: Index) -> None:
        """Let those who stay behind keep the plan, under the eldest of them."""
        leaving = np.zeros(self.n, bool)
        leaving[leavers] = True
        left = np.flatnonzero(leaving[self.subscriber] & ~leaving & (self.subscriber != self.own))
        if not len(left):
            return
        order = left[np.lexsort((self.people.birth_day[left], self.subscriber[left]))]
        old = self.subscriber[order]
        first = np.r_[True, old[1:] != old[:-1]]
        self.subscriber[order] = order[np.flatnonzero(first)][np.cumsum(first) - 1]

    def _lose(self, draws: Draws) -> None:
        chance = self.choice.by_market(flows().leaves_per_month)[self.plan]
        loses = draws.chance("coverage.leaves", chance) & (self.subscriber == self.own)
        who = np.flatnonzero(loses & (self.plan != NONE))
        self.plan[who] = self.choice.of_words(flows().goes_to, draws.take(who), "coverage.goes-to")
        self._follow(who)
        alone = np.flatnonzero((self.plan == NONE) | ~self.choice.family[self.plan])
        self.subscriber[alone] = alone

    def _gain(self, who: Index, draws: Draws) -> None:
        mine = draws.take(who)
        finds = mine.chance("coverage.gains", flows().gains_per_month)
        found = who[finds]
        self.plan[found] = self.choice.of_words(
            flows().gains, draws.take(found), "coverage.gains-what"
        )
        self.subscriber[found] = found

    def _cards(
        self, plan: NDArray[np.int8], subscriber: NDArray[np.int32]
    ) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32]]:
        """Return the plan on the card, and the days between which the payer believes in it."""
        card = plan.copy()
        seen_from = np.full(plan.shape, LONG_AGO, np.int32)
        seen_until = np.full(plan.shape, FAR, np.int32)
        for month in range(1, self.months.count):
            begun = np.flatnonzero((plan[month] != plan[month - 1]) & (plan[month] != NONE))
            self._late_add(month, begun, plan, seen_from, subscriber[month])
            self._late_end(month, plan, card, seen_until, subscriber[month - 1])
        return card, seen_from, seen_until

    def _of_month(self, who: NDArray[np.int32], month: int) -> Draws:
        """Return the draws of a month: a family's reports come together."""
        return Draws(self.seed, turn_ids(self.people.id[who], month - self.months.start))

    def _late_add(
        self,
        month: int,
        begun: Index,
        plan: NDArray[np.int8],
        seen_from: NDArray[np.int32],
        subscriber: NDArray[np.int32],
    ) -> None:
        late = flows().late
        draws = self._of_month(subscriber[begun], month)
        public = self.choice.medicaid[plan[month, begun]]
        comes_late = draws.chance(
            "coverage.late-add", np.where(public, late.add_medicaid, late.add)
        )
        day = self.months.begins(np.array([month]))[0] + draws.between(
            "coverage.late-days", *late.days
        )
        newborn = self.born[begun] == month
        day = np.where(
            newborn,
            self.people.birth_day[begun]
            + draws.between("coverage.birth-days", *flows().birth_days),
            day,
        )
        who, day = begun[comes_late | newborn], day[comes_late | newborn]
        for later in range(month, min(month + CARD_MONTHS, self.months.count)):
            same = plan[later, who] == plan[month, who]
            seen_from[later, who[same]] = day[same]

    def _late_end(
        self,
        month: int,
        plan: NDArray[np.int8],
        card: NDArray[np.int8],
        seen_until: NDArray[np.int32],
        subscriber: NDArray[np.int32],
    ) -> None:
        """Keep the old card for a while where coverage ended and none followed."""
        ended = np.flatnonzero((plan[month] == NONE) & (plan[month - 1] != NONE))
        late = flows().late
        draws = self._of_month(subscriber[ended], month)
        begins = self.months.begins(np.array([month]))[0]
        slow = draws.chance("coverage.late-end", late.end)
        day = np.where(slow, begins + draws.between("coverage.end-days", *late.days), begins)
        for later in range(month, min(month + CARD_MONTHS, self.months.count)):
            still = plan[later, ended] == NONE
            card[later, ended[still]] = plan[month - 1, ended[still]]
            seen_until[later, ended[still]] = day[still]


def _in_family(people: People, who: Index) -> NDArray[np.bool_]:
    """Return who may be on a relative's plan."""
    role = people.household_role[who]
    found: NDArray[np.bool_] = np.isin(role, (HEAD, SPOUSE)) | (
        (role == CHILD) & (people.age[who] < OWN_COVER // 12)
    )
    return found
