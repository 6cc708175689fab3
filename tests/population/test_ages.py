from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.errors import SpecificationError
from healthsim_nb.population.ages import LINES_OF_BUSINESS, TOTAL, age_weights
from healthsim_nb.population.tables import by_age, pyramid
from healthsim_nb.templates.template import LineOfBusiness, Population

USUAL = ((0, 17), (18, 44), (45, 64), (65, 120))


def percent(weights, low, high):
    return 100 * weights[:, low : high + 1].sum() / weights.sum()


def bands(*shares):
    return [
        {"ages": ages, "share": share} for ages, share in zip(USUAL, shares, strict=True) if share
    ]


def ill(sex, low, high, share=0.2):
    found = np.zeros((2, 121))
    found[sex, low : high + 1] = share
    return found


def test_a_request_without_ages_has_the_usual_ones():
    weights = age_weights(Population(), None)
    assert [percent(weights, *band) for band in USUAL] == pytest.approx([15, 30, 30, 25], abs=1e-6)


def test_weights_are_whole_numbers_with_a_fixed_sum():
    weights = age_weights(Population(ages="us", limits=(3, 77)), None)
    assert weights.dtype == np.int64
    assert weights.shape == (2, 121)
    assert weights.min() >= 0
    assert weights.sum() == TOTAL < 2**31


def test_us_ages_are_the_pyramid():
    weights = age_weights(Population(ages="us"), None)
    assert weights / TOTAL == pytest.approx(pyramid() / pyramid().sum(), abs=1e-8)
    assert pyramid().sum() == 340_110_988
    assert percent(weights, 65, 120) == pytest.approx(17.99, abs=0.01)
    assert percent(weights, 0, 17) == pytest.approx(21.5, abs=0.01)


def test_nobody_is_outside_the_limits_and_inside_nothing_changes():
    usual, cut = age_weights(Population(), None), age_weights(Population(limits=(40, 70)), None)
    assert cut[:, :40].sum() == cut[:, 71:].sum() == 0
    assert percent(cut, 40, 44) == pytest.approx(
        100 * usual[:, 40:45].sum() / usual[:, 40:71].sum(), abs=1e-5
    )


def test_bands_keep_their_shares_with_sex_and_line_of_business():
    population = Population(
        ages=bands(0, 20, 50, 30), sex={"F": 70, "M": 30}, line_of_business=["medicare", "medicaid"]
    )
    weights = age_weights(population, None)
    assert [percent(weights, *band) for band in USUAL] == pytest.approx([0, 20, 50, 30], abs=1e-5)
    assert weights[0].sum() / TOTAL == pytest.approx(0.7, abs=1e-7)


@given(
    shares=st.lists(st.integers(1, 50), min_size=4, max_size=4),
    female=st.integers(0, 100),
    lines=st.lists(st.sampled_from(LINES_OF_BUSINESS), max_size=3),
)
def test_shares_asked_for_come_out_or_the_contradiction_is_said(shares, female, lines):
    asked = [100 * share / sum(shares) for share in shares]
    population = Population(
        ages=bands(*asked), sex={"F": female, "M": 100 - female}, line_of_business=lines
    )
    try:
        weights = age_weights(population, None)
    except SpecificationError:
        assert lines == ["medicare"] * len(lines)
        return
    assert [percent(weights, *band) for band in USUAL] == pytest.approx(asked, abs=1e-4)
    assert 100 * weights[0].sum() / TOTAL == pytest.approx(female, abs=1e-4)


def test_people_on_medicare_are_old_or_disabled_never_children():
    weights = age_weights(Population(line_of_business=["medicare"]), None)
    assert percent(weights, 0, 18) == 0
    assert 88 < percent(weights, 65, 120) < 96


def test_people_who_have_an_illness_are_of_its_ages_and_sex():
    weights = age_weights(Population(), ill(1, 50, 80))
    assert weights[0].sum() == 0
    assert percent(weights, 50, 80) == 100
    assert weights[1, 60] / weights[1, 70] == pytest.approx(
        pyramid()[1, 60] / pyramid()[1, 70], rel=1e-6
    )


def test_us_ages_with_an_illness_are_the_pyramid_of_those_who_can_have_it():
    rare = ill(0, 20, 50, 0.001) + ill(0, 51, 90, 0.5)
    weights = age_weights(Population(ages="us"), rare)
    assert weights[0, 20:91] / TOTAL == pytest.approx(
        pyramid()[0, 20:91] / pyramid()[0, 20:91].sum(), abs=1e-7
    )


def test_every_band_of_the_data_adds_up():
    for name in ("race_by_age", "payer_by_age", "marital"):
        assert by_age(name).sum(axis=-1) == pytest.approx(np.ones((2, 121)), abs=1e-9)
    assert set(LINES_OF_BUSINESS) == set(LineOfBusiness.__args__)


@pytest.mark.parametrize(
    ("population", "prevalence", "sentence"),
    [
        (
            {"limits": (0, 10), "line_of_business": ["medicare"]},
            None,
            "population.limits [0, 10] and population.line_of_business [medicare] contradict each "
            "other: nobody in the United States fits them.",
        ),
        (
            {"ages": bands(0, 20, 80, 0), "limits": (70, 80)},
            None,
            "population.ages [18-44, 45-64] and population.limits [70, 80] contradict each other: "
            "nobody in the United States fits them.",
        ),
        (
            {"limits": (0, 20)},
            ill(0, 40, 90),
            "population.limits [0, 20] and the conditions asked for contradict each other: "
            "nobody in the United States fits them.",
        ),
        (
            {"limits": (117, 120)},
            None,
            "population.limits [117, 120]: nobody in the United States is like that.",
        ),
        (
            {"limits": (30, 20)},
            None,
            "population.limits [30, 20]: nobody in the United States is like that.",
        ),
        (
            {"ages": bands(60, 40, 0, 0)},
            ill(0, 40, 90),
            "population.ages asks for 60 % aged 0-17, but nobody of that age fits the rest of what "
            "is asked for.",
        ),
        (
            {"sex": {"F": 50, "M": 50}},
            ill(1, 40, 90),
            "population.sex asks for 50 % F, but nobody of that sex fits the rest of what is asked "
            "for.",
        ),
        ({"sex": {"F": 60}}, None, "population.sex: shares sum to 60, not 100."),
        (
            {"ages": bands(0, 0, 20, 80), "sex": {"F": 50, "M": 50}},
            ill(1, 45, 90) + ill(0, 45, 50),
            "population.ages and population.sex contradict each other: their shares cannot both "
            "hold for the people who fit the rest of what is asked for.",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(population, prevalence, sentence):
    with pytest.raises(SpecificationError) as error:
        age_weights(Population(**population), prevalence)
    assert str(error.value) == sentence
