"""A timeline has everything that is on record of one patient, and says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

import healthsim_nb as hs
from healthsim_nb.notebook import timelines

KINDS = {
    "encounter": "encounters",
    "drug": "medications",
    "vaccine": "immunizations",
    "allergy": "allergies",
}


@pytest.fixture(scope="module")
def scenario():
    with hs.open(":memory:") as ws:
        yield ws.generate("diabetes-management", n=120, seed=3, months=18)


@pytest.fixture(scope="module")
def busiest(scenario) -> int:
    sql = "SELECT patient_id FROM diagnoses GROUP BY patient_id ORDER BY count(*) DESC, 1"
    return scenario.query(sql).rows[0][0]


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_on_record_is_there(scenario, busiest, kind: str) -> None:
    rows = scenario.query(f"SELECT count(*) FROM {KINDS[kind]} WHERE patient_id = {busiest}").rows

    assert len(scenario.timeline(busiest).of(kind)) == rows[0][0]


def test_entries_come_by_day_and_say_why(scenario, busiest) -> None:
    line = scenario.timeline(busiest)

    assert [e.begins for e in line] == sorted(e.begins for e in line)
    assert all(e.why for e in line.of("condition", "drug", "encounter", "procedure", "result"))
    assert line.df().shape == (len(line), 12)


def test_the_measurements_shown_are_those_out_of_range(scenario, busiest) -> None:
    shown = scenario.timeline(busiest).measured(most=4)

    assert len(shown) == 4
    assert all(len(some) > 1 for some in shown.values())
    first = next(iter(shown.values()))
    assert any(e.high is not None and e.value > e.high for e in first)


def test_the_text_has_a_line_for_each_but_measurements(scenario, busiest) -> None:
    line = scenario.timeline(busiest)
    told = [e for e in line if e.kind not in ("result", "sign")]

    assert len(repr(line).splitlines()) == len(told) + 2
    assert repr(line).startswith(line.title)


def test_the_picture_shows_each_lane_and_escapes_what_it_is_given(scenario, busiest) -> None:
    line = scenario.timeline(busiest)
    evil = tuple(replace(e, what="<script>", why="<b>") for e in line.of("drug"))

    picture = timelines.timeline(replace(line, entries=(*line.entries, *evil)))

    for lane in ("Conditions", "Drugs", "Encounters", "Measurements", "All of it"):
        assert lane in picture
    assert "<script>" not in picture
    assert "http" not in picture


def test_a_quiet_patient_has_a_picture_too(scenario, busiest) -> None:
    line = replace(scenario.timeline(busiest), entries=())

    assert "none on record" in timelines.timeline(line)


def test_an_unknown_patient_is_told_with_some_that_exist(scenario) -> None:
    with pytest.raises(hs.HealthsimError, match="No patient named '999999'"):
        scenario.timeline(999_999)
