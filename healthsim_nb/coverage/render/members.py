"""Rows of members, their spans of coverage and what was reported about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.cents import lettered, money
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.render.sponsors import group_ids, plan_ids
from healthsim_nb.coverage.spans import CHANGED, DIED, ENDED, REASONS, Spans, late
from healthsim_nb.engine.arrow import batch, constant, dates, words
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import patient_index
from healthsim_nb.engine.rng import Draws
from healthsim_nb.population.households import CHILD, HEAD, SPOUSE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.enrollment import Enrolment
    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]

RELATIONSHIPS = ("18", "01", "19", "G8")
SELF, PARTNER, OFFSPRING, OTHER = range(4)
FAMILY_PREMIUM = 286
"""Percent of a single premium that a family's costs (KFF EHBS 2024: 25,572 and 8,951 dollars)."""
EVENTS = ("add", "change", "terminate")
MAINTENANCE = ("021", "001", "024")
ADD, CHANGE, TERMINATE = range(3)
FIRST_TIME, BIRTH, AGAIN = "28", "02", "41"
LEAVING = {
    "large-employer": "08",
    "small-employer": "08",
    "public-employer": "08",
    "individual": "59",
}
"""X12 834 reasons of an end by market; others 07, the end of benefits."""


@dataclass(frozen=True, eq=False)
class Roll:
    """Everything about the members of a block that rows need."""

    book: Book
    enrolment: Enrolment
    people: People
    first: Spans
    second: Spans
    shared: NDArray[np.bool_]
    seed: int

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whom a plan knows of, shape (n,)."""
        found = np.zeros(len(self.people), bool)
        found[self.first.person] = True
        return found

    def row(self, spans: Spans) -> I64:
        """Return the book's row of each span."""
        return self.book.row(spans.plan, self.enrolment.months.year(spans.month))

    def group(self, spans: Spans) -> I64:
        """Return the group of each span, `NONE` without."""
        head = spans.subscriber
        draws = Draws(self.seed, self.people.id[head])
        return group_ids(self.book, spans.plan, draws, self.people.state[head])

    def relationship(self, person: I64, subscriber: I64) -> I64:
        """Return how each person is related to the subscriber."""
        role, head = self.people.household_role[person], self.people.household_role[subscriber]
        pair = np.isin(role, (HEAD, SPOUSE)) & np.isin(head, (HEAD, SPOUSE))
        found = np.where(
            pair, PARTNER, np.where((role == CHILD) & (head != CHILD), OFFSPRING, OTHER)
        )
        return np.where(person == subscriber, SELF, found)


def members(roll: Roll, doctor: I64) -> pa.RecordBatch:
    """Return a row for each person who was ever covered."""
    s, people = roll.first, roll.people
    at = np.flatnonzero(np.r_[True, s.person[1:] != s.person[:-1]]) if len(s.person) else s.person
    last = np.r_[at[1:], len(s.person)] - 1 if len(at) else at
    who, head = s.person[at], s.subscriber[at]
    group = roll.group(s)[at]
    over = s.end[last]
    return batch(
        "members",
        {
            "id": people.id[who],
            "person_id": people.id[who],
            "patient_id": people.id[who],
            "member_number": lettered("M", 1_000_000_000 + patient_index(people.id[who])),
            "subscriber_id": people.id[head],
            "relationship_code": words(roll.relationship(who, head), RELATIONSHIPS),
            "plan_id": plan_ids(roll.book, roll.row(s)[at]),
            "group_id": pa.array(group, mask=group == NONE),
            "coverage_start": dates(s.start[at]),
            "coverage_end": dates(over, over == FAR),
            "status": words((over != FAR).astype(np.int8), ("active", "terminated")),
            "primary_care_provider_id": doctor[who],
        },
    )


def coverage_spans(roll: Roll) -> pa.RecordBatch:
    """Return a row for each span, the plans that pay second among them."""
    parts = [(roll.first, 1), (roll.second, 2)]
    columns: dict[str, list[Any]] = {}
    for spans, priority in parts:
        for name, column in _span_columns(roll, spans, priority).items():
            columns.setdefault(name, []).append(column)
    whole = {name: np.concatenate(found) for name, found in columns.items()}
    order = np.argsort(whole["id"])
    c = {name: column[order] for name, column in whole.items()}
    n = len(order)
    return batch(
        "coverage_spans",
        {
            "id": c["id"],
            "member_id": c["member"],
            "plan_id": c["plan"],
            "group_id": pa.array(c["group"], mask=c["group"] == NONE),
            "coverage_type": constant("medical", n),
            "priority": c["priority"].astype(np.int32),
            "start_date": dates(c["start"]),
            "end_date": dates(c["end"], c["end"] == FAR),
            "termination_reason": words(c["reason"], REASONS),
            "monthly_premium": money(c["premium"], c["premium"] < 0),
            "subscriber_id": c["subscriber"],
        },
    )


def _span_columns(roll: Roll, spans: Spans, priority: int) -> dict[str, NDArray[Any]]:
    people, member = roll.people, roll.people.id[spans.person]
    own = spans.subscriber == spans.person
    premium = np.array([round(plan.premium * 100) for plan in roll.book.plans])[spans.plan]
    family = roll.shared[spans.person]
    premium = np.where(family, premium * FAMILY_PREMIUM // 100, premium)
    return {
        "id": member << 16 | spans.month << 2 | priority,
        "member": member,
        "plan": plan_ids(roll.book, roll.row(spans)),
        "group": roll.group(spans),
        "priority": np.full(len(member), priority),
        "start": spans.start,
        "end": spans.end,
        "reason": spans.reason,
        "premium": np.where(own, premium, -1),
        "subscriber": people.id[spans.subscriber],
    }


def enrollment_events(roll: Roll) -> pa.RecordBatch:
    """Return what was reported: beginnings, changes of plan, ends."""
    parts = [*_begun(roll), _ended(roll)]
    whole = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    whole["plan_id"] = plan_ids(roll.book, whole.pop("row"))
    seen = np.flatnonzero(whole["day"] < roll.enrolment.months.last_day)
    order = seen[np.argsort(whole["id"][seen])]
    c = {name: column[order] for name, column in whole.items()}
    reasons = sorted(set(_reasons(roll)) | {FIRST_TIME, BIRTH, AGAIN, "22", "03", "07"})
    reason = np.searchsorted(reasons, c["reason"]) if len(order) else np.zeros(0, np.int64)
    return batch(
        "enrollment_events",
        {
            "id": c["id"],
            "member_id": c["member"],
            "plan_id": c["plan_id"],
            "event_type": words(c["what"], EVENTS),
            "maintenance_type_code": words(c["what"], MAINTENANCE),
            "reason_code": words(reason, reasons),
            "event_date": dates(c["day"]),
            "effective_date": dates(c["effective"]),
        },
    )


def _reasons(roll: Roll) -> list[str]:
    return [LEAVING.get(plan.market, "07") for plan in roll.book.plans]


def _begun(roll: Roll) -> list[dict[str, NDArray[Any]]]:
    """Return additions, and changes within a market."""
    s = roll.first
    market = np.array([*roll.book.column("market"), ""])
    within = (s.before != NONE) & (s.before != s.plan) & (market[s.before] == market[s.plan])
    fresh = (s.before == NONE) | ((s.before != s.plan) & ~within)
    newborn = roll.people.birth_day[s.person] == s.start
    seen_before = np.r_[False, s.person[1:] == s.person[:-1]] if len(s.person) else fresh
    why = np.where(seen_before, AGAIN, FIRST_TIME)
    why = np.where(newborn, BIRTH, why)
    day = late(roll.enrolment, s)
    return [
        _events(roll, s, fresh, ADD, why, day, s.start),
        _events(roll, s, within, CHANGE, np.full(len(why), "22"), day, s.start),
    ]


def _ended(roll: Roll) -> dict[str, NDArray[Any]]:
    s = roll.first
    market = np.array([*roll.book.column("market"), ""])
    moved = (s.reason == CHANGED) & (market[s.after] != market[s.plan])
    ends = (s.reason == ENDED) | (s.reason == DIED) | moved
    why = np.where(s.reason == DIED, "03", np.array(_reasons(roll))[s.plan])
    return _events(roll, s, ends, TERMINATE, why, s.reported, s.end)


def _events(
    roll: Roll,
    s: Spans,
    at: NDArray[np.bool_],
    what: int,
    why: NDArray[np.str_],
    day: I64,
    effective: I64,
) -> dict[str, NDArray[Any]]:
    member = roll.people.id[s.person[at]]
    month = s.last[at] + 1 if what == TERMINATE else s.month[at]
    return {
        # An end goes before a beginning of the same month.
        "id": member << 16 | month << 2 | (0 if what == TERMINATE else 1),
        "member": member,
        "row": roll.row(s)[at],
        "what": np.full(len(member), what),
        "reason": why[at],
        "day": day[at],
        "effective": effective[at],
    }
