"""Rows of members as the pharmacy benefit knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.cents import lettered
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.render.sponsors import plan_ids
from healthsim_nb.engine.arrow import batch, dates, words
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import patient_index
from healthsim_nb.pharmacy.routing import route
from healthsim_nb.pharmacy.subsidy import subsidized

if TYPE_CHECKING:
    import pyarrow as pa

    from healthsim_nb.pharmacy.dispensed import Settled

RELATIONSHIPS, PERSON_CODES = ("1", "2", "3", "4"), ("01", "02", "03", "04")
SUBSIDIES = ("none", "full")


def rows(settled: Settled) -> pa.RecordBatch:
    """Return a row for each span of a plan with a pharmacy benefit."""
    roll, benefits = settled.roll, settled.desk.benefits
    spans, book, people = roll.first, roll.book, roll.people
    formulary = benefits.of_plan[spans.plan]
    at = np.flatnonzero(formulary != NONE)
    who, head, plan, formulary = (
        spans.person[at], spans.subscriber[at], spans.plan[at], formulary[at],
    )  # fmt: skip
    member = people.id[who]
    routes = [route(p.payer, part_d=bool(benefits.part_d[f])) if f >= 0 else None
              for p, f in zip(book.plans, benefits.of_plan, strict=False)]  # fmt: skip
    related = roll.relationship(who, head)
    second = roll.enrolment.second[spans.month[at], who].astype(np.int64)
    helped, _ = subsidized(settled.written.seed, book, people.id[who], plan, second)
    part_d = benefits.part_d[formulary]
    ids = member << 16 | spans.month[at] << 2 | 1
    order = np.argsort(ids, kind="stable")
    columns = {
        "id": ids,
        "member_id": member,
        "patient_id": member,
        "cardholder_id": lettered("W", 1_000_000_000 + patient_index(people.id[head])),
        "person_code": words(related, PERSON_CODES),
        "relationship_code": words(related, RELATIONSHIPS),
        "bin": words(plan, [r.bin if r else None for r in routes]),
        "pcn": words(plan, [r.pcn if r else None for r in routes]),
        "group_code": words(plan, [r.group if r else None for r in routes]),
        "formulary_id": words(formulary, [f.id for f in benefits.formularies]),
        "benefit_type": words(formulary, [f.benefit_type for f in benefits.formularies]),
        "low_income_subsidy": words(np.where(part_d, helped.astype(np.int8), -1), SUBSIDIES),
        "coverage_start": dates(spans.start[at]),
        "coverage_end": dates(spans.end[at], spans.end[at] == FAR),
        "plan_id": plan_ids(book, roll.row(spans)[at]),
    }
    found = batch("rx_members", columns)
    return found if (np.diff(order) > 0).all() else found.take(order)
