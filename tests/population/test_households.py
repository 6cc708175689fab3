from __future__ import annotations

import numpy as np
import pytest

from healthsim_nb.engine.ids import patient_index
from healthsim_nb.population import GROUP
from healthsim_nb.population.couples import MARITAL, MOST_APART, YEARS_YOUNGER
from healthsim_nb.population.households import CHILD, HEAD, OTHER, SPOUSE

MARRIED = MARITAL.index("M")


def per_home(people, values):
    """Return the sum of values over each person's household."""
    _, home = np.unique(people.household_id, return_inverse=True)
    return np.bincount(home, weights=values)[home]


def complete(people):
    """Return the people of whole groups."""
    return people.part(slice(len(people) // GROUP * GROUP))


@pytest.fixture(scope="module")
def homes(families):
    return complete(families)


def test_a_household_never_straddles_a_group(homes):
    assert np.array_equal(
        patient_index(homes.household_id) // GROUP, patient_index(homes.id) // GROUP
    )


def test_a_household_is_named_by_its_lowest_id(homes):
    order = np.lexsort((homes.id, homes.household_id))
    ids, home = homes.id[order], homes.household_id[order]
    first = np.concatenate([[True], home[1:] != home[:-1]])
    assert (ids[first] == home[first]).all()


def test_a_household_has_one_head_and_at_most_one_spouse_all_adults(homes):
    assert (per_home(homes, homes.household_role == HEAD) == 1).all()
    assert per_home(homes, homes.household_role == SPOUSE).max() == 1
    assert homes.age[np.isin(homes.household_role, (HEAD, SPOUSE))].min() >= 18


def test_spouses_are_married_of_like_age_and_one_man_one_woman(homes):
    spouse = np.flatnonzero(homes.household_role == SPOUSE)
    heads = np.flatnonzero(homes.household_role == HEAD)
    head = (
        heads[np.searchsorted(homes.household_id[heads], homes.household_id[spouse])]
        if (np.all(np.diff(homes.household_id[heads]) > 0))
        else _head_of(homes, spouse)
    )
    assert (homes.marital[spouse] == MARRIED).all()
    assert (homes.marital[head] == MARRIED).all()
    assert (homes.sex[spouse] != homes.sex[head]).all()
    sign = np.where(homes.sex[head] == 1, 1, -1)
    older = (homes.age[head].astype(int) - homes.age[spouse]) * sign
    assert np.abs(older - YEARS_YOUNGER).max() <= MOST_APART
    assert older.mean() == pytest.approx(2, abs=0.4)
    assert older.std() < 6


def _head_of(homes, members):
    at = dict(
        zip(
            homes.household_id[homes.household_role == HEAD].tolist(),
            np.flatnonzero(homes.household_role == HEAD).tolist(),
            strict=True,
        )
    )
    return np.array([at[home] for home in homes.household_id[members].tolist()])


def test_members_share_where_they_live(homes):
    for name in ("state", "place", "house_number", "street"):
        values = getattr(homes, name).astype(np.int64)
        size = per_home(homes, np.ones(len(homes)))
        assert (per_home(homes, values) == values * size).all(), name


def test_every_minor_lives_with_an_adult_and_most_with_a_parent(homes):
    minor = homes.age < 18
    assert (per_home(homes, homes.age >= 18)[minor] >= 1).all()
    assert (homes.household_role[minor] == CHILD).mean() > 0.95
    assert np.isin(homes.household_role[minor], (CHILD, OTHER)).all()


def test_a_child_has_a_parent_sixteen_years_older(homes):
    child = np.flatnonzero(homes.household_role == CHILD)
    partner = homes.household_role != CHILD
    oldest = np.zeros(len(homes), dtype=np.int64)
    _, home = np.unique(homes.household_id, return_inverse=True)
    np.maximum.at(oldest, home, np.where(partner, homes.age, 0))
    assert (oldest[home][child] - homes.age[child] >= 14).all()
    head = _head_of(homes, child)
    apart = homes.age[head].astype(int) - homes.age[child]
    assert 27 < np.median(apart) < 32
    assert np.percentile(apart, 1) >= 16


def test_siblings_are_twins_or_months_apart(homes):
    child = np.flatnonzero(homes.household_role == CHILD)
    order = child[np.lexsort((homes.birth_day[child], homes.household_id[child]))]
    siblings = homes.household_id[order][1:] == homes.household_id[order][:-1]
    days = np.diff(homes.birth_day[order])[siblings]
    assert ((days == 0) | (days >= 280)).all()
    assert 0.005 < (days == 0).mean() < 0.06


def test_children_bear_the_name_of_an_adult_of_the_house(homes):
    child = np.flatnonzero((homes.household_role == CHILD) & (homes.age < 18))
    head = _head_of(homes, child)
    assert (homes.family[child] == homes.family[head]).mean() > 0.85
    wife = np.flatnonzero((homes.household_role == SPOUSE) & (homes.sex == 0))
    assert (homes.family[wife] == homes.family[_head_of(homes, wife)]).mean() == pytest.approx(
        0.8, abs=0.02
    )


def test_families_are_mostly_of_one_race_and_cover(homes):
    child = np.flatnonzero((homes.household_role == CHILD) & (homes.age < 18))
    head = _head_of(homes, child)
    assert (
        (homes.race == homes.race[0])[child] == (homes.race == homes.race[0])[head]
    ).mean() > 0.85
    medicaid = homes.line_of_business[child] == homes.line_of_business[head]
    assert medicaid.mean() > 0.7


def test_household_sizes_are_near_those_of_the_united_states(homes):
    size = np.unique(homes.household_id, return_counts=True)[1]
    share = np.bincount(np.minimum(size, 6))[1:] / len(size)
    assert size.mean() == pytest.approx(2.5, abs=0.15)
    assert share[0] == pytest.approx(0.29, abs=0.03)
    assert share == pytest.approx([0.29, 0.346, 0.15, 0.126, 0.056, 0.032], abs=0.035)


def test_living_alone_grows_with_age(homes):
    alone = per_home(homes, np.ones(len(homes))) == 1
    old_women, old_men = (homes.age >= 75) & (homes.sex == 0), (homes.age >= 75) & (homes.sex == 1)
    assert alone[homes.age < 18].sum() == 0
    assert alone[old_women].mean() == pytest.approx(0.43, abs=0.06)
    assert alone[old_men].mean() == pytest.approx(0.24, abs=0.08)
    assert alone[(homes.age >= 35) & (homes.age < 45)].mean() < 0.15


def test_children_live_with_one_or_two_parents_as_in_the_united_states(homes):
    child = np.flatnonzero((homes.household_role == CHILD) & (homes.age < 18))
    head = _head_of(homes, child)
    spouse = per_home(homes, homes.household_role == SPOUSE)[child] == 1
    assert spouse.mean() == pytest.approx(0.65, abs=0.08)
    lone_father = ~spouse & (homes.sex[head] == 1)
    assert lone_father.mean() < 0.12


def test_couples_leave_the_marital_shares_as_they_are(single_people, families):
    for sex in (0, 1):
        for low, high in ((18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 74), (75, 120)):
            who = (families.sex == sex) & (families.age >= low) & (families.age <= high)
            before = np.bincount(single_people.marital[who], minlength=4) / who.sum()
            after = np.bincount(families.marital[who], minlength=4) / who.sum()
            assert after == pytest.approx(before, abs=0.03), (sex, low)


def test_women_alone_form_no_couples_and_stay_as_married_as_they_are(draw_people):
    settings = {"ages": "us", "sex": {"F": 100, "M": 0}, "limits": (18, 120)}
    alone, together = (
        draw_people(0, 6_400, **settings),
        draw_people(0, 6_400, households=True, **settings),
    )
    assert (together.household_role != SPOUSE).all()
    assert np.array_equal(alone.marital, together.marital)


def test_children_without_any_adult_are_homes_of_their_own(draw_people):
    people = draw_people(0, 640, limits=(2, 17), households=True)
    assert np.array_equal(people.household_id, people.id)
    assert (people.household_role == CHILD).all()


def test_without_households_everyone_is_a_home(single_people):
    assert np.array_equal(single_people.household_id, single_people.id)
    adult = single_people.age >= 18
    assert (single_people.household_role[adult] == HEAD).all()
    assert (single_people.household_role[~adult] == CHILD).all()
