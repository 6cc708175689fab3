"""The published figures are whole: each has a source, a tolerance and something to measure."""

from __future__ import annotations

from importlib.resources import files

import pytest

from healthsim_nb.quality.targets import groups, standard_2000, targets


def test_every_target_has_its_own_id_a_source_and_a_tolerance():
    known = targets()

    assert len({t.id for t in known}) == len(known)
    for target in known:
        assert target.source.strip()
        assert target.year.strip()
        assert target.tolerance > 0


def test_every_target_asks_a_cohort_that_there_is():
    folder = files("healthsim_nb.quality") / "scorecard_sql" / "cohorts"
    known = {f.name.removesuffix(".sql") for f in folder.iterdir()}

    assert {t.cohort for t in targets()} == known


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [("a1c-7", 5.05), ("colorectal", 2), ("emergency", 47), ("ldl-mean", 3.351)],
)
def test_a_tolerance_is_a_tenth_or_two_points_unless_the_row_says_otherwise(name, tolerance):
    assert next(t.tolerance for t in targets() if t.id == name) == pytest.approx(tolerance)


def test_the_four_measures_on_which_synthea_was_judged_are_there_within_two_points():
    judged = ("colorectal", "copd-30-days", "joint-complications", "controlling-pressure")

    found = {t.id: (t.us, t.tolerance) for t in targets() if t.id in judged}

    assert found == {
        "colorectal": (69.8, 2),
        "copd-30-days": (8.0, 2),
        "joint-complications": (2.8, 2),
        "controlling-pressure": (69.7, 2),
    }


def test_the_standard_population_is_a_whole_one():
    assert sum(standard_2000().values()) == pytest.approx(1, abs=1e-5)


def test_a_code_belongs_to_one_group_of_its_kind():
    known = [(kind, prefix) for kind, _, prefix in groups()]

    assert len(set(known)) == len(known)
