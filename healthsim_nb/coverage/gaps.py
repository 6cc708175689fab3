"""Care gaps: who is in which measure of quality in which year, and whether it is met."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.evidence import Chart, Events, latest
from healthsim_nb.coverage.quality_measures import quality_measures
from healthsim_nb.engine.arrow import batch, dates, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from healthsim_nb.coverage.quality_measures import QualityMeasure
    from healthsim_nb.coverage.render.members import Roll
    from healthsim_nb.templates.library import Library

    I64 = NDArray[np.int64]

MEASURE_BITS, YEAR_BITS = 5, 14
"""An id is the person, the year and the measure's place in its file."""
VISITS = 2
"""Visits with a diagnosis that make one of those who have it."""


def care_gaps(
    roll: Roll, record: Mapping[str, pa.RecordBatch], library: Library, doctor: I64
) -> pa.RecordBatch:
    """Return a row for each member, year and measure that the member is in."""
    people = roll.people
    chart = Chart(record, people, library)
    first, years = roll.enrolment.months.years
    parts = [
        _of_year(roll, found, (first + turn, turn))
        for number, measure in enumerate(quality_measures())
        for found in [_look_up(chart, number, measure)]
        for turn in range(years)
    ]
    c = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    ids = (people.id[c["who"]] << YEAR_BITS | c["year"]) << MEASURE_BITS | c["measure"]
    order = np.argsort(ids)
    c = {name: column[order] for name, column in c.items()}
    met = c["met"].astype(bool)
    named = quality_measures()
    return batch(
        "care_gaps",
        {
            "id": ids[order],
            "patient_id": people.id[c["who"]],
            "member_id": people.id[c["who"]],
            "provider_id": doctor[c["who"]],
            "measure_id": words(c["measure"], [m.id for m in named]),
            "measure_name": words(c["measure"], [m.name for m in named]),
            "measurement_year": c["year"].astype(np.int32),
            "excluded": c["excluded"].astype(bool),
            "status": words(met.astype(np.int8), ("open", "closed")),
            "closed_date": dates(c["day"], ~met),
            "evidence_encounter_id": pa.array(c["visit"], mask=~met | (c["visit"] == NONE)),
        },
    )


class _Found(NamedTuple):
    """What is on record for a measure."""

    number: int
    measure: QualityMeasure
    events: Events
    ill: tuple[I64, I64]
    """Person and day of each visit with a diagnosis that it is for."""
    exempt: tuple[I64, I64]
    """The same of what excludes."""


def _look_up(chart: Chart, number: int, measure: QualityMeasure) -> _Found:
    ill, exempt = chart.diagnosed(measure.diagnoses), chart.diagnosed(measure.unless)
    return _Found(number, measure, chart.of(measure.met).in_order(), ill, exempt)


def _of_year(roll: Roll, found: _Found, when: tuple[int, int]) -> dict[str, I64]:
    """Return who is in a measure in one year."""
    measure = found.measure
    (year, turn), people, months = when, roll.people, roll.enrolment.months
    n = len(people)
    ends = np.array([turn * 12 + 12])
    begin, end = (int(months.begins(m)[0]) for m in (np.array([turn * 12]), ends))
    opening = max(turn * 12, months.start)
    wanted = (roll.enrolment.plan[opening] != NONE) & roll.known
    low, high = measure.ages
    age = _age_at_end(people.birth_day, year)
    wanted &= (age >= low) & (age <= high)
    if measure.sex:
        wanted &= (people.sex == 0) == (measure.sex == "F")
    if measure.diagnoses:
        wanted &= _visits(found.ill, end, n) >= VISITS
    excluded = _visits(found.exempt, end, n) > 0
    back = int(months.begins(np.array([turn * 12 + 12 - measure.met.months]))[0])
    last = measure.met.last_below is not None or measure.met.pressure is not None
    met, day, visit = latest(found.events, min(back, begin), end, n, last=last)
    who = np.flatnonzero(wanted)
    return {
        "who": who,
        "year": np.full(len(who), year),
        "measure": np.full(len(who), found.number),
        "excluded": excluded[who].astype(np.int64),
        "met": met[who].astype(np.int64),
        "day": day[who],
        "visit": visit[who],
    }


def _visits(diagnosed: tuple[I64, I64], end: int, n: int) -> NDArray[np.intp]:
    """Return how many of the visits of each person were before a day, shape (n,)."""
    person, day = diagnosed
    return np.bincount(person[day < end], minlength=n)


def _age_at_end(birth_day: NDArray[np.int32], year: int) -> I64:
    born = birth_day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return year - born
