"""The shipped library and the grammar fit each other."""

from __future__ import annotations

import pytest

from healthsim_nb import reference
from healthsim_nb.templates.library import Library, load
from healthsim_nb.templates.request import understand
from healthsim_nb.templates.request.vocabulary import names_of
from healthsim_nb.templates.specify import specify

GOUT = """\
id: test-gout
name: Test gout
kind: chronic
code: M10.9
synonyms: [test podagra]
prevalence: {F: {20: 1, 80: 3}, M: {20: 2, 80: 9}}
onset: fitted
orders: {bmp: 12}
sources: {prevalence: made up, onset: made up, orders: made up}
"""


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


def test_every_file_is_read(library):
    for kind, entries in (("conditions", library.conditions), ("templates", library.templates)):
        files = {path.stem for path in (reference.root() / kind).glob("*.y*ml")}
        assert files == set(entries)


def test_every_name_of_a_condition_means_that_condition(library):
    wrong = [
        (condition.id, name)
        for condition in library.conditions.values()
        if condition.kind != "service"
        for name in names_of(condition)
        if understand(library, f"10 people with {name}").specification.have
        != [condition.id, *condition.comes_of]
    ]
    assert wrong == []


def test_every_name_of_a_template_means_that_template(library):
    wrong = [
        (template.id, name)
        for template in library.templates.values()
        for name in (template.id, template.name, *template.synonyms)
        if specify(library, name).template != template.id
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("request_text", "template", "have"),
    [
        ("200 Medicare members with diabetes, 65 to 85, in Texas", "diabetes-management", 1),
        ("500 adults with high blood pressure", "hypertension", 1),
        ("100 people with heart failure for 3 years", "heart-failure", 1),
        ("stage 4 kidney disease", "chronic-kidney-disease", 1),
        ("high cholesterol, 30% poor, the rest well controlled", "hyperlipidemia", 1),
        ("diabetics with COPD", None, 2),
        ("1,000 people of the general population", "general-population", 0),
        ("healthy adults under 50", "healthy-adult", 0),
    ],
)
def test_requests_find_the_shipped_templates(library, request_text, template, have):
    spec = specify(library, request_text)
    assert (spec.template, len(spec.have)) == (template, have)


def test_a_mix_of_control_is_taken_for_the_shipped_diabetes(library):
    request = "100 diabetics, 40% well controlled, 30% moderate, 20% poor and 10% severe"
    assert specify(library, request).mix == {
        "well-controlled": 0.4,
        "moderate": 0.3,
        "poor": 0.2,
        "severe": 0.1,
    }


def test_a_condition_of_ones_own_is_one_file_and_understood_at_once(tmp_path):
    (tmp_path / "conditions").mkdir()
    (tmp_path / "conditions/test-gout.yaml").write_text(GOUT)
    spec = specify(load(tmp_path), "20 men over 40 with test podagra")
    assert (spec.have, spec.population.limits) == (["test-gout"], (41, 120))
