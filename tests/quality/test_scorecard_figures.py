"""The scorecard's arithmetic, against pandas and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.engine.rng import Draws
from healthsim_nb.quality.scorecard import OUTSIDE, WITHIN, judge
from healthsim_nb.quality.scorecard_figures import Cell, figure
from healthsim_nb.quality.targets import standard_2000, targets

SHARE = next(t for t in targets() if t.id == "obesity-20")
PLAIN = replace(SHARE, standard="", unit="visits")


def cells_of(people):
    """Return the sums of a frame with band, sex, y and w."""
    people = people.assign(yy=people.y**2, yw=people.y * people.w, ww=people.w**2, n=1)
    sums = (
        people.groupby(["band", "stratum"])[["n", "w", "y", "yy", "yw", "ww"]].sum().reset_index()
    )
    return [Cell(*row) for row in sums.itertuples(index=False)]


def crowd(n, seed=1):
    draws = Draws(seed, np.arange(n))
    bands = np.array(list(standard_2000()))
    return pd.DataFrame(
        {
            "band": bands[draws.below("band", len(bands))],
            "stratum": np.array(["F", "M"])[draws.below("sex", 2)],
            "y": draws.below("y", 2).astype(float),
            "w": 1.0,
        }
    )


def test_a_mean_and_its_sampling_error_are_those_of_pandas():
    people = crowd(500).assign(y=lambda p: p.y * 3 + p.band / 10)

    found = figure(PLAIN, cells_of(people), {})

    assert found.n == 500
    assert found.value == pytest.approx(people.y.mean())
    assert found.error == pytest.approx(1.959964 * people.y.sem())


def test_a_rate_divides_sums_and_its_error_is_that_of_a_ratio():
    people = crowd(400).assign(w=lambda p: 0.5 + p.band / 100, y=lambda p: p.y * 2)

    found = figure(PLAIN, cells_of(people), {})

    rate = people.y.sum() / people.w.sum()
    left_out = (people.y.sum() - people.y) / (people.w.sum() - people.w)
    jackknife = np.sqrt((left_out - left_out.mean()).pow(2).sum() * 399 / 400)
    assert found.value == pytest.approx(rate)
    assert found.error == pytest.approx(1.959964 * jackknife, rel=0.02)


def test_percent_and_rates_are_told_in_their_unit():
    people = crowd(100)

    per_thousand = figure(replace(PLAIN, unit="per 1,000"), cells_of(people), {})

    assert per_thousand.value == pytest.approx(1000 * people.y.mean())
    assert figure(replace(PLAIN, unit="%"), cells_of(people), {}).value == pytest.approx(
        100 * people.y.mean()
    )


def test_age_adjusted_figures_weigh_each_band_by_the_population_of_2000():
    people = crowd(3000)
    standard = standard_2000()

    found = figure(replace(PLAIN, standard="2000"), cells_of(people), {})

    by_band = people.groupby("band").y.mean()
    assert found.value == pytest.approx(sum(by_band[b] * s for b, s in standard.items()))


def test_ages_that_are_not_asked_for_do_not_count_in_the_standard():
    people = crowd(3000).query("band >= 20")

    found = figure(replace(PLAIN, standard="2000"), cells_of(people), {})

    by_band = people.groupby("band").y.mean()
    weights = pd.Series(standard_2000())[by_band.index]
    assert found.value == pytest.approx((by_band * weights).sum() / weights.sum())


def test_the_measured_are_weighted_to_everybody():
    people = crowd(2000).assign(y=lambda p: (p.stratum == "M").astype(float))
    measured = people.groupby(["band", "stratum"]).size()
    weights = {cell: (300 if cell[1] == "M" else 100) / n for cell, n in measured.items()}

    found = figure(replace(PLAIN, standard="scenario"), cells_of(people), weights)

    assert found.value == pytest.approx(0.75)


def test_weights_do_not_change_who_is_meant():
    people = crowd(4000).query("stratum == 'F' or y == 1")
    weights = {(b, s): 2.0 if s == "F" else 1.0 for b in standard_2000() for s in "FM"}

    found = figure(replace(PLAIN, standard="scenario"), cells_of(people), weights)

    weight = people.stratum.map({"F": 2.0, "M": 1.0})
    assert found.value == pytest.approx((people.y * weight).sum() / weight.sum())


def test_a_geometric_mean_comes_back_from_its_logarithms():
    people = crowd(300).assign(y=lambda p: np.log(50 + p.band))

    found = figure(replace(PLAIN, geometric=True), cells_of(people), {})

    assert found.value == pytest.approx(np.exp(people.y.mean()))


def test_nobody_makes_no_figure():
    found = figure(PLAIN, [], {})

    assert (found.n, found.value, found.error) == (0, None, None)


def test_an_event_that_nobody_had_still_has_a_sampling_error():
    people = crowd(300).assign(y=0.0)

    assert figure(replace(PLAIN, unit="%"), cells_of(people), {}).error == pytest.approx(1.0)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    held = 0
    for seed in range(300):
        found = figure(PLAIN, cells_of(crowd(200, seed)), {})
        held += abs(found.value - 0.5) <= found.error
    assert 0.91 <= held / 300 <= 0.985


@given(st.floats(0, 100), st.floats(0.1, 10), st.floats(0, 5))
def test_a_figure_is_within_when_it_is_no_farther_off_than_the_tolerance(us, tolerance, error):
    target = replace(SHARE, us=us, tolerance=tolerance)

    assert judge(target, us + 0.99 * tolerance, error) == (WITHIN, "")
    assert judge(target, us - 1.01 * tolerance, error)[0] == OUTSIDE


def test_what_chance_may_have_moved_out_is_said_to_be_so():
    target = replace(SHARE, us=20.0, tolerance=2.0)

    assert judge(target, 23.0, 1.5) == (OUTSIDE, "by chance, perhaps")
    assert judge(target, 23.0, 0.5) == (OUTSIDE, "")
