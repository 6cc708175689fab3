"""Care gaps: who is in which measure of quality in which year, and whether it is met."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    Bools = NDArray[np.bool_]

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
        _of_year(roll, chart, (number, measure, events), (first + turn, turn))
        for number, measure in enumerate(quality_measures())
        for events in [chart.of(measure.met)]
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


def _of_year(
    roll: Roll,
    chart: Chart,
    what: tuple[int, QualityMeasure, Events],
    when: tuple[int, int],
) -> dict[str, I64]:
    """Return who is in a measure in one year."""
    number, measure, events = what
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
        wanted &= _has(chart, measure.diagnoses, end, n, VISITS)
    excluded = _has(chart, measure.unless, end, n, 1) if measure.unless else np.zeros(n, bool)
    back = int(months.begins(np.array([turn * 12 + 12 - measure.met.months]))[0])
    last = measure.met.last_below is not None or measure.met.pressure is not None
    met, day, visit = latest(events, min(back, begin), end, n, last=last)
    who = np.flatnonzero(wanted)
    return {
        "who": who,
        "year": np.full(len(who), year),
        "measure": np.full(len(who), number),
        "excluded": excluded[who].astype(np.int64),
        "met": met[who].astype(np.int64),
        "day": day[who],
        "visit": visit[who],
    }


def _has(chart: Chart, begins: list[str], end: int, n: int, visits: int) -> Bools:
    """Return who has a diagnosis at so many visits before a day."""
    person, day, visit = chart.diagnosed(tuple(begins))
    at = day < end
    person, visit = person[at], visit[at]
    # Rows come by visit: the same one follows itself.
    new = np.r_[True, visit[1:] != visit[:-1]] if len(visit) else np.zeros(0, bool)
    found: Bools = np.bincount(person[new], minlength=n)[:n] >= visits
    return found


def _age_at_end(birth_day: NDArray[np.int32], year: int) -> I64:
    born = birth_day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return year - born
