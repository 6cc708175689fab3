"""Risk scores of people with Medicare: what a year's diagnoses say of the next year's cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.coverage.categories import demographic, diagnosed, disease, model
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.visits import coded, whole
from healthsim_nb.engine.arrow import batch, constant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from healthsim_nb.coverage.render.members import Roll
    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

MODEL = "CMS-HCC V28"
AGED, YOUNG = 65, 50
FEBRUARY = 1


def risk_scores(roll: Roll, record: Mapping[str, pa.RecordBatch]) -> pa.RecordBatch:
    """Return a row for each person with Medicare and year of diagnoses; it scores the next year.

    Scores are relative, before normalization and coding adjustment. Whom Medicare did not have
    in January is new and has a score of age and sex alone.
    """
    months, people = roll.enrolment.months, roll.people
    lines = np.array([*roll.book.column("line_of_business"), "none"])
    medicare = (lines == "medicare")[roll.enrolment.plan]
    medicaid = (lines == "medicaid")[roll.enrolment.second]
    first, years = months.years
    parts = []
    for turn in range(years):
        within = slice(turn * 12, (turn + 1) * 12)
        has = np.flatnonzero(medicare[within].any(axis=0) & roll.known)
        parts.append((np.full(len(has), first + turn), has, ~medicare[turn * 12, has]))
    year, who, new = (np.concatenate([p[i] for p in parts]) for i in range(3))
    begun = np.argmax(medicare[:, who], axis=0)
    dual = medicaid[begun, who].astype(np.int64)
    age = _age(people.birth_day[who], year + 1)
    segment = dual * 2 + (age < AGED)
    where = _rows_of((who, year), len(people))
    row, code, codes = _diagnoses(record, people, where)
    present = diagnosed(row, code, codes, age < YOUNG, people.sex[who] == 0)
    score, counted = disease(present, segment)
    score = np.where(new, 0, score)
    own = demographic(people.sex[who] == 0, age, segment, new)
    ids = people.id[who] << 16 | (year + 1)
    order = np.argsort(ids)
    return batch(
        "risk_scores",
        {
            "id": ids[order],
            "patient_id": people.id[who][order],
            "member_id": people.id[who][order],
            "model": constant(MODEL, len(who)),
            "score_year": (year + 1)[order].astype(np.int32),
            "demographic_score": own[order] / 1000,
            "disease_score": score[order] / 1000,
            "score": (own + score)[order] / 1000,
            "categories": _named((counted & ~new[:, None])[order]),
        },
    )


def _age(birth_day: NDArray[np.int32], year: I64) -> I64:
    """Return completed years on the first of February of each year."""
    month = (year - 1970) * 12 + FEBRUARY
    born = birth_day.astype("datetime64[D]").astype("datetime64[M]")
    # On the first of a month, whoever was born in it on a later day is not yet a month older.
    after = birth_day > born.astype("datetime64[D]").astype(np.int64)
    return (month - born.astype(np.int64) - after) // 12


def _rows_of(rows: tuple[I64, I64], n: int) -> tuple[I64, int]:
    """Return the row of each person and year, shape (n, years), and the first year."""
    who, year = rows
    low, high = (int(year.min()), int(year.max())) if len(year) else (0, 0)
    place = np.full((n, high - low + 1), NONE, np.int64)
    place[who, year - low] = np.arange(len(who))
    return place, low


def _diagnoses(
    record: Mapping[str, pa.RecordBatch], people: People, where: tuple[I64, int]
) -> tuple[I64, I64, list[str]]:
    """Return row and code of each diagnosis that counts for a score, and the codes."""
    table, (place, low) = record["diagnoses"], where
    code, codes = coded(table["code"])
    day = whole(table["diagnosed_date"])
    year = day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970 - low
    person = people.rows_of(whole(table["patient_id"]))
    inside = np.flatnonzero((year >= 0) & (year < place.shape[1]))
    row = place[person[inside], year[inside]]
    return row[row != NONE], code[inside][row != NONE], codes


def _named(counted: Bools) -> pa.Array:
    """Return the numbers of the categories, separated by spaces; null without any."""
    row, place = np.nonzero(counted)
    offsets = np.searchsorted(row, np.arange(len(counted) + 1))
    names = pa.array([str(c) for c in model().categories]).take(pa.array(place))
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), names), " ")
    return pc.if_else(pc.equal(joined, ""), None, joined)
