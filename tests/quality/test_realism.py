"""The main figures of a small population, within bounds that chance explains."""

from __future__ import annotations

import pytest

import healthsim_nb as hs

GUARDED = (
    "age-65 women uninsured smoking diabetes-20 obesity-20 severe-obesity hypertension-18 copd"
    " asthma-all a1c-8 hypertension-known-all hypertension-treated-all pressure-140-treated"
    " controlling-pressure statin-40 cholesterol-mean ldl-mean bmi-women systolic-mean office"
    " office-65 emergency emergency-any stays deaths colorectal mammogram drugs-60"
).split()


@pytest.fixture(scope="module")
def card():
    with hs.open(":memory:") as workspace:
        yield workspace.generate("general-population", n=4_000, seed=11).scorecard()


@pytest.mark.parametrize("name", GUARDED)
def test_a_small_population_is_like_the_united_states(card, name):
    row = card.row(name)

    assert abs(row.difference) <= 1.5 * row.target.tolerance + 1.3 * row.sampling_error


def test_most_of_its_measures_are_within_tolerance(card):
    assert card.within > 0.6
