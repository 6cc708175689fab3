"""Distributions and attrition as pictures."""

from __future__ import annotations

import re

import pytest

from healthsim_nb.notebook import cards, plots


@pytest.fixture(scope="module")
def scenario(made):
    return made.scenario("texas")


@pytest.mark.parametrize(
    "asked",
    [("age", None), ("age", "sex"), ("systolic_bp", "race"), ("race", "sex"), ("cost", None)],
)
def test_a_picture_has_the_colours_of_the_page_and_no_others(scenario, asked):
    what, by = asked
    drawn = plots.picture(scenario.plot(what, by=by))

    assert drawn.startswith('<svg class="hs-plot" role="img" aria-label="')
    assert "var(--hs-series0)" in drawn
    assert "var(--hs-soft)" in drawn
    assert not re.search(r"#0[0-9a-f]{5}\b", drawn.replace("#000000", ""))
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"|<!DOCTYPE[^>]*>', "", drawn)


def test_the_numbers_stand_below_the_picture(scenario):
    shown = cards.distribution(scenario.plot("age", by="sex"))

    assert "The same as numbers" in shown
    assert '<th scope="row">' not in shown.partition("<svg")[0]
    assert "middle half" in shown


def test_hostile_text_in_data_is_escaped(scenario):
    shown = cards.distribution(scenario.plot("SELECT '<img src=x onerror=alert(1)>' AS x"))

    assert "<img" not in shown


def test_the_words_show_them(texas):
    assert repr(texas.run_line_magic("hs", "plot a1c --by sex")).startswith("Latest Hemoglobin")
    shown = texas.run_cell_magic("hs", "attrition", "old: age >= 75\nwomen: gender = 'F'")
    assert [step.name for step in shown.steps] == ["All patients", "old", "women"]
    html = cards.attrition(shown)
    assert html.count("hs-step") >= 3
    assert "gender = &#x27;F&#x27;" in html
