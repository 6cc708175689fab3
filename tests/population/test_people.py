from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from re import findall

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import healthsim_nb.population as room
from healthsim_nb.engine.ids import patient_ids
from healthsim_nb.errors import SpecificationError, TemplateError, UnknownNameError
from healthsim_nb.population import fitting, traits
from healthsim_nb.population.ages import LINES_OF_BUSINESS, age_weights
from healthsim_nb.population.names import family_names, given_names
from healthsim_nb.population.people import draw
from healthsim_nb.population.tables import by_age, columns
from healthsim_nb.reference import geography
from healthsim_nb.templates.template import Population, Specification

START = date(2024, 1, 1)
EPOCH = date(1970, 1, 1)


def same(left, right):
    return all(np.array_equal(getattr(left, f.name), getattr(right, f.name)) for f in fields(left))


def near(observed, expected, n, spread=1.0):
    """Within five standard errors of a share, widened for people who are not independent."""
    return abs(observed - expected) < 5 * spread * (expected * (1 - expected) / n) ** 0.5 + 1e-9


def expected_share(table, people):
    """Return the mean of a table of shares over the ages and sexes of people."""
    return by_age(table)[people.sex, people.age].mean(axis=0)


@pytest.mark.parametrize("households", [False, True])
@settings(max_examples=25)
@given(
    first=st.integers(0, 500),
    count=st.integers(1, 300),
    cut=st.integers(0, 300),
    seed=st.integers(0, 9),
)
def test_any_split_gives_the_same_people(households, first, count, cut, seed):
    spec = _specification(seed, households=households)
    weights = age_weights(spec.population, None)
    cut = min(cut, count)
    whole = draw(spec, weights, first, count)
    assert len(whole) == count
    assert same(whole.part(slice(cut)), draw(spec, weights, first, cut))
    assert same(whole.part(slice(cut, None)), draw(spec, weights, first + cut, count - cut))


@pytest.mark.parametrize("households", [False, True])
def test_the_first_of_a_larger_scenario_are_the_same_people(draw_people, households):
    large = draw_people(0, 5_000, households=households)
    assert same(large.part(slice(1_000)), draw_people(0, 1_000, households=households))


def test_households_change_neither_age_nor_sex(single_people, families):
    assert np.array_equal(single_people.age, families.age)
    assert np.array_equal(single_people.sex, families.sex)


def test_another_seed_gives_other_people(draw_people):
    one, other = draw_people(0, 500, seed=1), draw_people(0, 500, seed=2)
    assert (one.birth_day == other.birth_day).mean() < 0.02
    assert np.array_equal(one.id, other.id)


def test_ids_are_those_of_patients_by_number(draw_people):
    assert draw_people(8_190, 4).id.tolist() == patient_ids(np.arange(8_190, 8_194)).tolist()


def test_no_people_are_no_rows(draw_people):
    assert len(draw_people(64, 0, households=True)) == 0


@given(start=st.dates(date(1900, 1, 1), date(2100, 12, 31)) | st.just(date(2024, 2, 29)))
def test_everyone_has_the_drawn_age_on_the_start_and_is_born(start):
    spec = _specification(3, start=start)
    people = draw(spec, age_weights(spec.population, None), 0, 300)
    for age, day in zip(people.age.tolist(), people.birth_day.tolist(), strict=True):
        born = EPOCH + timedelta(days=day)
        before = (start.month, start.day) < (born.month, born.day)
        assert start.year - born.year - before == age
        assert born <= start


def test_birthdays_are_spread_over_the_year(single_people):
    days = single_people.birth_day[single_people.age == 40] % 365.25
    month = np.bincount((days / 30.4375).astype(int), minlength=12) / len(days)
    assert month == pytest.approx(np.full(12, 1 / 12), abs=0.025)


def test_a_start_before_the_calendar_is_refused(draw_people):
    with pytest.raises(SpecificationError, match=r"start 0100-01-01: the earliest year is 122\."):
        draw_people(0, 1, start=date(100, 1, 1))


def test_ages_and_sexes_come_out(single_people):
    weights = age_weights(Population(ages="us"), None)
    n = len(single_people)
    assert near((single_people.sex == 0).mean(), weights[0].sum() / weights.sum(), n)
    for low in range(0, 100, 5):
        inside = (single_people.age >= low) & (single_people.age < low + 5)
        assert near(inside.mean(), weights[:, low : low + 5].sum() / weights.sum(), n)


def test_usual_ages_come_out(draw_people):
    age = draw_people(0, 100_000).age
    observed = np.histogram(age, [0, 18, 45, 65, 121])[0] / len(age)
    for share, expected in zip(observed, (0.15, 0.3, 0.3, 0.25), strict=True):
        assert near(share, expected, len(age))


@pytest.mark.parametrize(("kind", "spread"), [("single_people", 1), ("families", 2)])
def test_states_come_out_by_population(request, kind, spread):
    people = request.getfixturevalue(kind)
    total = sum(state.population for state in geography.states())
    for index, state in enumerate(geography.states()):
        expected = state.population / total
        assert near((people.state == index).mean(), expected, len(people), spread), state.code


@pytest.mark.parametrize(("kind", "spread"), [("single_people", 1), ("families", 2)])
def test_payers_come_out_by_age(request, kind, spread):
    people = request.getfixturevalue(kind)
    for low, high in ((0, 18), (19, 44), (45, 64), (66, 74), (75, 120)):
        part = people.part((people.age >= low) & (people.age <= high))
        for index, expected in enumerate(expected_share("payer_by_age", part)):
            observed = (part.line_of_business == index).mean()
            assert near(observed, expected, len(part), spread), (low, LINES_OF_BUSINESS[index])


@pytest.mark.parametrize(("kind", "spread"), [("single_people", 1), ("families", 2)])
def test_race_and_ethnicity_come_out_by_age(request, kind, spread):
    people = request.getfixturevalue(kind)
    for low, high in ((0, 17), (18, 39), (40, 59), (60, 120)):
        part = people.part((people.age >= low) & (people.age <= high))
        expected = dict(zip(traits.GROUPS, expected_share("race_by_age", part), strict=True))
        hispanic = part.ethnicity == 1
        assert near(hispanic.mean(), expected.pop("hispanic"), len(part), spread)
        for race, share in expected.items():
            index = list(traits.RACES).index(race)
            observed = ((part.race == index) & ~hispanic).mean()
            assert near(observed, share, len(part), spread), (low, race)


def test_race_goes_with_the_state(single_people):
    hispanic, state = single_people.ethnicity == 1, single_people.state
    for code, expected in (("CA", 0.40), ("TX", 0.40), ("NM", 0.50), ("OH", 0.048)):
        part = state == geography.state_index()[code]
        assert near(hispanic[part].mean(), expected, part.sum(), 1.5), code


def test_coverage_goes_with_state_and_race(single_people):
    young = single_people.age < 65
    uninsured = single_people.line_of_business == LINES_OF_BUSINESS.index("uninsured")
    texas, massachusetts = (
        uninsured[single_people.state == geography.state_index()[code]].mean()
        for code in ("TX", "MA")
    )
    assert texas > 4 * massachusetts
    hispanic, white = (
        uninsured[young & (single_people.ethnicity == group)].mean() for group in (1, 0)
    )
    assert 1.8 * white < hispanic < 3.2 * white


def test_tables_of_other_figures_are_refused(monkeypatch):
    monkeypatch.setattr(fitting, "digest", lambda: "another")
    with pytest.raises(TemplateError, match=r"references/fitted/ is older than references/popul"):
        fitting.check()


def test_smoking_comes_out_by_age_and_sex_and_children_never_smoked(families):
    assert (families.smoking[families.age < 15] == 0).all()
    adults = families.part(families.age >= 18)
    expected = dict(zip(columns("smoking"), expected_share("smoking", adults), strict=True))
    for name, share in expected.items():
        index = traits.SMOKING.index(name)
        assert near((adults.smoking == index).mean(), share, len(adults))
    assert (adults.smoking == 2).mean() == pytest.approx(0.115, abs=0.004)


def test_marital_states_come_out_by_age_and_sex(single_people):
    assert (single_people.marital[single_people.age < 18] == 0).all()
    for sex in (0, 1):
        part = single_people.part((single_people.age >= 65) & (single_people.sex == sex))
        for index, share in enumerate(expected_share("marital", part)):
            assert near((part.marital == index).mean(), share, len(part))


def test_language_goes_with_ethnicity(single_people):
    english = single_people.language == traits.languages().index("en")
    spanish = single_people.language == traits.languages().index("es")
    hispanic = single_people.ethnicity == 1
    old = single_people.age >= 65
    assert english.mean() == pytest.approx(0.917, abs=0.01)
    assert spanish[~hispanic].sum() == 0
    assert spanish[hispanic & old].mean() == pytest.approx(0.52, abs=0.03)
    assert spanish[hispanic & ~old].mean() == pytest.approx(0.24, abs=0.02)


def test_only_the_states_asked_for(draw_people):
    people = draw_people(0, 4_000, states=["TX", "VT"])
    code = np.array([state.code for state in geography.states()])[people.state]
    assert set(code) == {"TX", "VT"}
    assert (code == "TX").mean() > 0.95
    places = np.array([place.state for place in geography.places()])[people.place]
    assert (places == code).all()


def test_an_unknown_state_is_named(draw_people):
    with pytest.raises(UnknownNameError, match="No state named 'TC'") as error:
        draw_people(0, 1, states=["TC"])
    assert "Known: AK, AL, AR" in str(error.value)


@pytest.mark.parametrize("lines", [["medicare"], ["medicaid", "uninsured"]])
def test_only_the_lines_of_business_asked_for(draw_people, lines):
    people = draw_people(0, 3_000, line_of_business=lines, households=True)
    assert {LINES_OF_BUSINESS[i] for i in np.unique(people.line_of_business)} == set(lines)


def test_nobody_is_outside_the_limits(draw_people):
    people = draw_people(0, 3_000, limits=(65, 85), sex={"F": 0, "M": 100})
    assert (people.age.min(), people.age.max()) == (65, 85)
    assert (people.sex == 1).all()


def test_names_fit_sex_birth_and_ethnicity(single_people):
    given_name, family_name = np.array(given_names()), np.array(family_names())
    names, people = given_name[single_people.given], single_people
    old, young = people.age >= 70, people.age < 20
    assert (people.sex[names == "Linda"] == 0).all()
    assert (names[old] == "Linda").mean() > 20 * (names[young] == "Linda").mean()
    assert (names[young] == "Aiden").mean() > 20 * (names[old] == "Aiden").mean()
    hispanic = people.ethnicity == 1
    garcia = family_name[people.family] == "Garcia"
    assert garcia[hispanic].mean() > 15 * garcia[~hispanic].mean()
    assert 0.15 < (people.middle < 0).mean() < 0.25


def test_streams_are_those_that_are_documented():
    source = "".join(p.read_text() for p in Path(room.__file__).parent.glob("*.py"))
    used = set(findall(r'"population\.([a-z.-]+)"', source))
    table = room.__doc__.split("=\nage-sex")[1]
    documented = set()
    for line in f"age-sex{table}".split("\n==")[0].splitlines():
        words = [word.strip() for word in line[:30].split(",")]
        stem = words[0].split(".")[0]
        documented |= {stem + word if word.startswith(".") else word for word in words}
    assert used == documented


@pytest.mark.parametrize(
    ("households", "signature"),
    [(False, "bc808810ddbfe23b"), (True, "2f2c0a6fd6d000be")],
)
def test_the_people_of_a_seed_stay_the_same(draw_people, households, signature):
    """Bump on purpose only, and say so in the changelog: everybody gets other people."""
    people = draw_people(0, 640, seed=7, ages="us", households=households)
    digest = sha256()
    for field in fields(people):
        digest.update(getattr(people, field.name).astype("<i8").tobytes())
    assert digest.hexdigest()[:16] == signature


def _specification(seed, start=START, **population):
    return Specification(
        n=1_000, seed=seed, start=start, months=1, population=Population(**population)
    )
