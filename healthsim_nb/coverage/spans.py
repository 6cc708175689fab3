"""Time without a gap that a person has one plan: runs of months in the matrix of coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.engine.calendar import FAR, LONG_AGO

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.enrollment import Enrolment
    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

RENEWED, CHANGED, ENDED, DIED = range(4)
REASONS = ("renewal", "plan-change", "terminated", "death")


@dataclass(frozen=True, eq=False)
class Spans:
    """Spans that are known of, in order of person and month, shape (s,) a column."""

    person: I64
    month: I64
    """First month."""
    last: I64
    """Last month."""
    plan: I64
    subscriber: I64
    start: I64
    end: I64
    """Last day, `FAR` while it goes on as far as is known."""
    reason: I64
    """Why it ended, `NONE` while it goes on."""
    reported: I64
    """Day on which the end was reported, `FAR` while it goes on."""
    before: I64
    """Plan of the month before, `NONE` without."""
    after: I64
    """Plan of the month after, `NONE` without."""


def first_spans(enrolment: Enrolment, people: People, death: NDArray[np.int32]) -> Spans:
    """Return the spans of the plans that pay first."""
    return _spans(enrolment, enrolment.plan, enrolment.subscriber, people, death)


def second_spans(enrolment: Enrolment, people: People, death: NDArray[np.int32]) -> Spans:
    """Return the spans of the plans that pay second."""
    return _spans(enrolment, enrolment.second, enrolment.second_subscriber, people, death)


def _spans(
    enrolment: Enrolment,
    plan: NDArray[np.int8],
    subscriber: NDArray[np.int32],
    people: People,
    death: NDArray[np.int32],
) -> Spans:
    months, n = enrolment.months, plan.shape[1]
    edge = np.full((1, n), NONE, np.int8)
    earlier, later = np.vstack([edge, plan[:-1]]), np.vstack([plan[1:], edge])
    same = (plan == earlier) & (subscriber == np.vstack([subscriber[:1], subscriber[:-1]]))
    january = (np.arange(months.count) + months.first) % 12 == 0
    begins = (plan != NONE) & (~same | january[:, None])
    ends = (plan != NONE) & np.vstack([begins[1:] | (plan[1:] == NONE), edge == NONE])
    person, month = np.nonzero(begins.T)
    last = np.nonzero(ends.T)[1]
    start = np.maximum(months.begins(month), people.birth_day[person]).astype(np.int64)
    end = months.begins(last + 1).astype(np.int64) - 1
    after = later[last, person].astype(np.int64)
    reported = np.where(after == NONE, _reports(enrolment, last, person), end + 1)
    open_ = (last == months.count - 1) | (reported >= months.last_day)
    reason = np.where(after == plan[last, person], RENEWED, np.where(after == NONE, ENDED, CHANGED))
    dies = death[person] <= np.where(open_, FAR - 1, end)
    known = death[person].astype(np.int64) + 3 + people.id[person] % 25
    dead = dies & (death[person] < months.last_day)
    visible = (enrolment.seen_from[month, person] < months.last_day) & (start <= death[person])
    found = Spans(
        person=person,
        month=month,
        # Of the dead, not the last that is played: more months must not move it.
        last=np.where(dead, months.place(death[person]), last),
        plan=plan[month, person].astype(np.int64),
        subscriber=subscriber[month, person].astype(np.int64),
        start=start,
        end=np.where(dead, death[person], np.where(open_, FAR, end)),
        reason=np.where(dead, DIED, np.where(open_, NONE, reason)),
        reported=np.where(dead, known, np.where(open_, FAR, reported)),
        before=earlier[month, person].astype(np.int64),
        after=after,
    )
    return _some(found, visible & (start < months.last_day))


def _reports(enrolment: Enrolment, last: I64, person: I64) -> I64:
    """Return when the payer came to know of an end."""
    following = np.minimum(last + 1, enrolment.months.count - 1)
    seen = enrolment.seen_until[following, person].astype(np.int64)
    return np.where(seen == FAR, enrolment.months.begins(last + 1), seen)


def _some(spans: Spans, kept: Bools) -> Spans:
    return Spans(**{name: column[kept] for name, column in vars(spans).items()})


def late(enrolment: Enrolment, spans: Spans) -> I64:
    """Return the day on which each span's beginning was reported."""
    seen = enrolment.seen_from[spans.month, spans.person].astype(np.int64)
    return np.where(seen == LONG_AGO, spans.start, np.maximum(seen, spans.start))
