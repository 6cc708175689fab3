"""Templates that build on others, groups of levels, new cases and complications."""

from __future__ import annotations

import pytest

from healthsim_nb.errors import RequestError, SpecificationError, TemplateError
from healthsim_nb.templates.library import Library, load
from healthsim_nb.templates.specify import specify

CHILD = """\
id: diabetes-{name}
version: 1
name: Diabetes {name}
description: More.
extends: {base}
"""


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


def test_a_template_takes_over_what_it_does_not_say(house) -> None:
    text = (
        CHILD.format(name="seniors", base="diabetes-management") + "population: {sex: {F: 100}}\n"
    )
    (house / "templates/diabetes-seniors.yaml").write_text(text)
    made = load().templates["diabetes-seniors"]
    assert (made.have, made.mix_of) == (["type-2-diabetes"], "type-2-diabetes")
    assert (made.population.limits, made.population.sex) == ((18, 120), {"F": 100})
    assert made.synonyms == []


def test_links_of_a_chain_all_count(house) -> None:
    for name, base in (("a", "diabetes-management"), ("b", "diabetes-a")):
        (house / f"templates/diabetes-{name}.yaml").write_text(CHILD.format(name=name, base=base))
    assert load().templates["diabetes-b"].have == ["type-2-diabetes"]


@pytest.mark.parametrize(
    ("base", "sentence"),
    [
        ("diabetes-managment", "no template named 'diabetes-managment'. Did you mean"),
        ("diabetes-self", "extends: 'diabetes-self' builds on itself"),
    ],
)
def test_what_a_template_cannot_build_on_is_said(house, base: str, sentence: str) -> None:
    (house / "templates/diabetes-self.yaml").write_text(CHILD.format(name="self", base=base))
    with pytest.raises(TemplateError) as error:
        load()
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("request_text", "template", "new"),
    [
        ("200 people with newly diagnosed diabetes", "diabetes-newly-diagnosed", True),
        ("newly diagnosed adults with type 2 diabetes", "diabetes-newly-diagnosed", True),
        ("diabetics, newly diagnosed", "diabetes-newly-diagnosed", True),
        ("children with asthma", "asthma-child", False),
        ("people with asthma", "asthma-care", False),
        ("dialysis patients", "dialysis", False),
        ("type 2 diabetes with complications", "diabetes-with-complications", False),
        ("HFrEF", "hfref", False),
        ("uncontrolled diabetes", "diabetes-uncontrolled", False),
        ("new-onset atrial fibrillation", "atrial-fibrillation-anticoagulation", True),
        ("100 Medicare members with multiple chronic conditions", "multiple-chronic-conditions", 0),
    ],
)
def test_kinds_of_people_are_understood(library, request_text, template, new) -> None:
    spec = specify(library, request_text)
    assert (spec.template, bool(spec.new)) == (template, bool(new))


def test_with_complications_gives_everyone_one_of_them(library) -> None:
    spec = specify(library, "50 people with newly diagnosed diabetes with complications")
    assert list(spec.have_any[0]) == list(library.conditions["type-2-diabetes"].complications)
    assert spec.new == ["type-2-diabetes"]


def test_without_complications_excludes_them(library) -> None:
    spec = specify(library, "diabetes without complications")
    assert "diabetic-retinopathy" in spec.without


def test_complications_of_what_has_none_are_not_understood(library) -> None:
    with pytest.raises(RequestError, match="Not understood: 'with complications'"):
        specify(library, "gout with complications")


def test_a_cold_is_not_newly_diagnosed(library) -> None:
    with pytest.raises(RequestError, match="'newly diagnosed' needs a lasting condition"):
        specify(library, "newly diagnosed flu")


def test_a_group_of_levels_is_spread_over_them_as_they_usually_are(library) -> None:
    mix = specify(library, "heart-failure", mix={"hfref": 0.4, "hfpef": 0.6}).mix
    assert sum(share for level, share in mix.items() if level.startswith("hfref")) == pytest.approx(
        0.4
    )
    assert mix["hfref-nyha-2"] / mix["hfref-nyha-1"] == pytest.approx(23 / 6)


def test_two_groups_meet_in_the_levels_of_both(library) -> None:
    assert specify(library, "HFrEF, NYHA class III").mix == {"hfref-nyha-3": 1}


def test_a_condition_brings_the_ones_it_comes_of(library) -> None:
    have = specify(library, "diabetic nephropathy").have
    assert have == ["diabetic-kidney-disease", "chronic-kidney-disease", "type-2-diabetes"]


def test_what_is_new_must_be_among_what_all_have(library) -> None:
    with pytest.raises((SpecificationError, TemplateError), match="newly found and is not among"):
        specify(library, "n: 5\nnew: [gout]\n")
