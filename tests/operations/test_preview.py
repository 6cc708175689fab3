"""Who they would be, and what it would take, before anything is made."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import SpecificationError


@pytest.fixture(scope="module")
def workspace():
    with hs.open(":memory:") as opened:
        yield opened


def test_a_preview_counts_the_people_that_are_made_then(workspace):
    what = "120 Medicare members with diabetes, 65 to 85, in Texas or Ohio"
    seen = workspace.preview(what, seed=7)
    made = workspace.generate(what, seed=7, months=1, coverage=False, name="made")

    born = made.query(
        "SELECT count(*) FILTER (gender = 'F'), count(*) FILTER (state = 'TX') FROM patients"
    ).rows[0]
    assert (seen.patients, seen.of) == (120, 120)
    assert round(seen.women * 120) == sum(women for _, women, _ in seen.ages) == born[0]
    assert round(dict(seen.states)["Texas"] * 120) == born[1]
    assert seen.payer == (("Medicare", 1.0),)
    assert dict(seen.conditions)["Type 2 diabetes mellitus"] == 1
    assert sum(share for _, share in seen.degrees) == pytest.approx(1)


def test_a_preview_looks_at_a_thousand_at_most(workspace):
    seen = workspace.preview("general-population", n=1_000_000)

    assert (seen.patients, seen.of) == (1000, 1_000_000)
    assert repr(seen).startswith("The first 1,000 of 1,000,000: median age")


def test_what_begins_later_is_said(workspace):
    assert workspace.preview("50 people with appendicitis").later == ("Acute appendicitis",)


def test_people_that_cannot_be_are_refused_as_they_are_when_made(workspace):
    with pytest.raises(SpecificationError, match="nobody in the United States"):
        workspace.preview("50 people, 2 to 4, on Medicare")


def test_a_run_of_the_same_kind_tells_the_rows_of_the_next(workspace):
    made = workspace.generate("general-population", n=150, months=1, name="measured")
    told = workspace.cost("general-population", n=300, months=1, seed=9)

    assert told.rows == 2 * made.brief.rows
    assert told.told.startswith("Rows from a run here of 150 patients just like these.")
    assert told.size is None


def test_without_a_run_trials_tell_what_it_takes_and_are_kept(tmp_path, monkeypatch):
    with hs.open(tmp_path / "a.duckdb") as workspace:
        first = workspace.cost("people with gout", n=800, months=1, coverage=False)
        monkeypatch.setattr("healthsim_nb.operations.costing.save", None)

        again = workspace.cost("people with gout", n=1600, months=1, coverage=False)

        assert workspace.scenarios() == []
    assert again.rows == 2 * first.rows > 1600
    assert again.seconds >= first.seconds > 0
    assert again.size >= first.size > 0
    assert again.told.startswith("Rows from a trial of 400 patients just like these. Time and size")


def test_a_trial_stops_when_nobody_waits_for_it_and_leaves_nothing(workspace):
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.cost("people with asthma", progress=stop)
    assert {b.name for b in workspace.scenarios()} <= {"made", "measured"}
