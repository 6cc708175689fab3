"""Names of scenarios."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.errors import SpecificationError
from healthsim_nb.store import naming

DAY = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("diabetes-management", ("diabetes", "management")),
        ("chronic-kidney-disease", ("chronic", "kidney", "disease")),
        (
            "200 Medicare members with diabetes, 65 to 85, in Texas",
            ("medicare", "diabetes", "texas"),
        ),
        ("Texas and Ohio men with heart failure", ("heart", "failure", "texas")),
        ("COVID-19 in nursing homes", ("covid-19", "nursing", "homes")),
        ("type-2 diabetes", ("diabetes", "type-2")),
        ("Ménière's disease", ("meniere", "disease")),
        ("STRASSE Straße", ("strasse",)),
        ("糖尿病 cohort", ("糖尿病", "cohort")),
        ("200 people aged 65 to 85", ()),
    ],
)
def test_keywords_are_three_at_most_with_those_about_health_first(text, expected):
    assert naming.keywords(text) == expected


def test_a_name_is_keywords_and_a_day_and_a_counter_from_the_second_on():
    assert naming.made(("covid-19", "texas"), DAY) == "covid-19-texas-20260115"
    assert naming.made(("covid-19", "texas"), DAY, 3) == "covid-19-texas-20260115-3"


@given(st.text(), st.dates(min_value=date(1000, 1, 1)), st.integers(1, 10_000_000))
def test_a_name_gives_its_keywords_day_and_counter_back(text, day, counter):
    words = naming.keywords(text)
    if not words:
        with pytest.raises(SpecificationError, match="needs a name with at least one word"):
            naming.made(words, day, counter)
        return

    assert naming.parse(naming.made(words, day, counter)) == naming.Name(words, day, counter)


@pytest.mark.parametrize(
    "name", ["", "diabetes", "20260115", "-20260115", "diabetes-20261315", "my study-20260115", "x"]
)
def test_a_name_of_another_form_is_not_parsed(name):
    with pytest.raises(SpecificationError, match="is not of the form keywords-YYYYMMDD"):
        naming.parse(name)


def test_a_given_name_is_kept_but_for_the_space_around_it():
    assert naming.given("  My study, part 2 ") == "My study, part 2"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", r"needs a name with a letter in it; got ''\."),
        (" \t", r"needs a name with a letter in it; got ''\."),
        ("---", r"needs a name with a letter in it; got '---'\."),
        ("a\nb", r"is one line of visible text; got 'a\\nb'\."),
        ("a" * 121, r"has at most 120 characters; this one has 121\."),
    ],
)
def test_a_given_name_that_cannot_be_is_refused(name, text):
    with pytest.raises(SpecificationError, match=text):
        naming.given(name)
