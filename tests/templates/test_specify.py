from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.engine import ids
from healthsim_nb.errors import (
    HealthsimError,
    RequestError,
    SpecificationError,
    TemplateError,
    UnknownNameError,
)
from healthsim_nb.templates import settings
from healthsim_nb.templates.specify import specify
from healthsim_nb.templates.template import Template

TEMPLATE = """\
id: my-asthma
version: 2
name: My asthma
description: Women with asthma
population: {limits: [20, 50], sex: {F: 100}}
have: [asthma]
n: 40
"""


def refusal(kind, library, what, **run) -> str:
    with pytest.raises(kind) as error:
        specify(library, what, **run)
    return str(error.value)


def test_a_template_gives_what_it_says(mini):
    spec = specify(mini, "cardiometabolic", seed=5, start="2025-03-01")
    assert spec.model_dump(exclude_defaults=True) == {
        "template": "cardiometabolic",
        "n": 250,
        "seed": 5,
        "start": date(2025, 3, 1),
        "months": 36,
        "population": {"limits": (40, 120)},
        "have": ["type-2-diabetes", "hypertension"],
        "mix_of": "type-2-diabetes",
        "mix": {"well-controlled": 0.4, "moderate": 0.3, "poor": 0.2, "severe": 0.1},
    }


def test_what_is_said_comes_before_what_the_template_says(mini):
    spec = specify(mini, "cardiometabolic", n=10, months=6, mix={"poor": 0.5, "severe": 0.5})
    assert (spec.n, spec.months, spec.mix) == (10, 6, {"poor": 0.5, "severe": 0.5})


@pytest.mark.parametrize(
    ("name", "template", "have"),
    [
        ("diabetes-management", "diabetes-management", ["type-2-diabetes"]),
        ("Diabetes_Management", "diabetes-management", ["type-2-diabetes"]),
        ("  diabetes-management ", "diabetes-management", ["type-2-diabetes"]),
        ("diabetes", "diabetes-management", ["type-2-diabetes"]),
        ("hypertension", "hypertension", ["hypertension"]),
        ("cardiac", "heart-failure", ["heart-failure"]),
        ("T2D", "diabetes-management", ["type-2-diabetes"]),
        ("asthma", None, ["asthma"]),
    ],
)
def test_one_word_is_a_template_or_a_condition(mini, name, template, have):
    spec = specify(mini, name)
    assert (spec.template, spec.have) == (template, have)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "diabetis-management",
            "No template named 'diabetis-management'. Did you mean 'diabetes-management'? Known: "
            "cardiometabolic, diabetes-management, general-population, healthy-adult, "
            "heart-failure, hypertension.",
        ),
        ("women", "No template named 'women'. Known: cardiometabolic, diabetes-management,"),
        ("wellness-visit", "No template named 'wellness-visit'."),
        ("200", "No template named '200'."),
    ],
)
def test_another_word_is_refused_with_the_nearest_template(mini, name, sentence):
    assert refusal(UnknownNameError, mini, name).startswith(sentence)


@pytest.mark.parametrize("nothing", ["", "   ", "\n"])
def test_nothing_is_refused(mini, nothing):
    assert refusal(RequestError, mini, nothing).startswith("Nothing is asked for. A request can")


def test_something_else_than_text_is_refused(mini):
    assert refusal(SpecificationError, mini, 5) == (
        "Ask with a template's name or a sentence, not 5."
    )


BAD_RUNS = [
    ({"n": 0}, "n is 0: a scenario needs at least 1 patient."),
    ({"n": -3}, "n is -3: a scenario needs at least 1 patient."),
    ({"n": 2.5}, "n must be a whole number, not 2.5."),
    ({"n": "500"}, "n must be a whole number, not '500'."),
    ({"n": True}, "n must be a whole number, not True."),
    ({"n": float("nan")}, "n must be a whole number, not nan."),
    ({"n": 50_000_000}, "n is 50,000,000: a scenario has room for 40,000,000 patients."),
    ({"months": 0}, "months is 0: a scenario lasts at least 1 month."),
    ({"months": -1}, "months is -1: a scenario lasts at least 1 month."),
    ({"months": 1024}, "months is 1,024: a scenario lasts at most 1,023 months (85 years)."),
    ({"months": 1.5}, "months must be a whole number, not 1.5."),
    ({"seed": "x"}, "seed must be a whole number, not 'x'."),
    ({"seed": 2**63}, "seed is 9223372036854775808: it must lie within 64 bits."),
    ({"start": "soon"}, "start must be a date such as '2024-01-31', not 'soon'."),
    ({"start": "2024-02-30"}, "start must be a date such as '2024-01-31', not '2024-02-30'."),
    ({"start": 2024}, "start must be a date such as '2024-01-31', not 2024."),
    ({"start": "1899-12-31"}, "start is 1899-12-31: a scenario begins in 1900 or later."),
    (
        {"start": "9998-12-31", "months": 13},
        "13 months from 9998-12-31 end after 9999-12-31: begin earlier or take fewer.",
    ),
    ({"mix": {"poor": 0.5, "severe": 0.4}}, "The shares of mix sum to 0.9, not 1."),
    (
        {"mix": {"poor": 50, "severe": 50}},
        "The shares of mix sum to 100, not 1. Shares are parts of 1, not percent.",
    ),
    ({"mix": {"poor": 1.5, "severe": -0.5}}, "mix: the share of 'severe' is -0.5, less than 0."),
    ({"mix": {"poor": float("nan")}}, "mix: the share of 'poor' is nan, not a number."),
    ({"mix": {"poor": "1"}}, "mix: the share of 'poor' is '1', not a number."),
    ({"mix": {"poor": True}}, "mix: the share of 'poor' is True, not a number."),
    (
        {"mix": [0.5, 0.5]},
        "mix must be a mapping of levels to shares such as {'poor': 0.4}, not [0.5, 0.5].",
    ),
]


@pytest.mark.parametrize(("run", "sentence"), BAD_RUNS, ids=lambda value: str(value)[:40])
def test_a_setting_that_cannot_be_is_refused(mini, run, sentence):
    assert refusal(SpecificationError, mini, "diabetes-management", **run) == sentence
    assert refusal(SpecificationError, mini, "people with diabetes", **run) == sentence


def test_a_level_that_does_not_exist_is_refused_with_those_that_do(mini):
    assert refusal(UnknownNameError, mini, "diabetes", mix={"pour": 1}) == (
        "No level of type-2-diabetes named 'pour'. Did you mean 'poor'?"
        " Known: moderate, poor, severe, well-controlled."
    )


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("healthy-adult", "Template 'healthy-adult' has no levels, so it takes no mix."),
        ("asthma", "'asthma' has no levels, so it takes no mix."),
        ("10 Medicare members", "A population without a condition has no levels, so it takes"),
        ("diabetes and ckd", "'type-2-diabetes, chronic-kidney-disease' has no levels"),
    ],
)
def test_a_mix_of_what_has_no_levels_is_refused(mini, what, sentence):
    assert refusal(SpecificationError, mini, what, mix={"poor": 1}).startswith(sentence)


def test_settings_of_other_number_types_are_taken(mini):
    spec = specify(
        mini,
        "diabetes",
        n=np.int64(5),
        months=12.0,
        seed=np.uint8(3),
        start=datetime(2024, 5, 6, 7),  # noqa: DTZ001
        mix={"severe": np.float32(1)},
    )
    assert (spec.n, spec.months, spec.seed, spec.start) == (5, 12, 3, date(2024, 5, 6))
    assert spec.mix == {"severe": 1.0}


def test_the_last_scenario_ends_with_time(mini):
    assert specify(mini, "diabetes", start="9998-12-01", months=12).months == 12


def test_the_order_of_a_mix_does_not_matter(mini):
    one = specify(mini, "diabetes", mix={"severe": 0.25, "well-controlled": 0.75})
    other = specify(mini, "diabetes", mix={"well-controlled": 0.75, "severe": 0.25})
    assert list(one.mix.items()) == list(other.mix.items())


def test_limits_agree_with_the_engine():
    assert settings.MOST_PATIENTS == ids.MOST_PATIENTS
    assert settings.MOST_MONTHS == ids.MOST_TURNS


def test_a_template_of_ones_own_is_read_from_its_file(mini, tmp_path):
    path = tmp_path / "my-asthma.yaml"
    path.write_text(TEMPLATE)
    spec = specify(mini, path)
    assert (spec.template, spec.n, spec.have) == ("my-asthma", 40, ["asthma"])
    assert spec.population.limits == (20, 50)
    assert specify(mini, str(path)) == spec
    assert specify(mini, TEMPLATE) == spec
    assert specify(mini, Template.model_validate(yaml.safe_load(TEMPLATE))) == spec


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("[asthma]", "[astma]", ["have: no condition named 'astma'. Did you mean 'asthma'?"]),
        ("limits: [20, 50]", "limits: [50, 20]", ["nobody is at least 50 and at most 20"]),
        ("n: 40", "n: 0\nmonths: x", ["n: 0 is less than 1", "months: 'x' is not a whole number"]),
        ("n: 40", "nn: 40", ["nn: no such word here. Did you mean 'n'?"]),
        ("n: 40", "n: [", ["line 8, column 1: "]),
        ("n: 40", "n: 40\nn: 50", ["line 8, column 1: 'n' is said twice"]),
    ],
)
def test_every_problem_of_ones_own_template_is_said(mini, tmp_path, old, new, lines):
    path = tmp_path / "mine.yaml"
    path.write_text(TEMPLATE.replace(old, new))
    said = refusal(TemplateError, mini, path).splitlines()
    assert len(said) == len(lines)
    for got, wanted in zip(said, lines, strict=True):
        assert got.startswith(f"{path}: {wanted}")


def test_a_file_that_is_not_there_is_said(mini, tmp_path):
    path = tmp_path / "none.yaml"
    assert refusal(TemplateError, mini, path) == f"{path}: No such file or directory"


def test_a_specification_takes_from_its_template_what_it_leaves_out(mini):
    spec = specify(mini, "template: cardiometabolic\nn: 7\nstart: 2023-05-01\n", seed=9)
    assert (spec.n, spec.seed, spec.start, spec.months) == (7, 9, date(2023, 5, 1), 36)
    assert spec.mix["poor"] == 0.2
    assert specify(mini, "template: cardiometabolic\nmix: {}\n").mix == {}


def test_a_specification_needs_no_template(mini):
    spec = specify(mini, "# mine\n\nhave: [asthma]\npopulation: {limits: [5, 9]}\n")
    assert (spec.template, spec.n, spec.months) == (None, 100, 24)
    assert spec.population.limits == (5, 9)


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (UnknownNameError, "template: cardio", "No template named 'cardio'. Did you mean"),
        (TemplateError, "have: [asthmo]", "specification: have: no condition named 'asthmo'."),
        (TemplateError, "have: asthma", "specification: have: 'asthma' is not a list"),
        (
            TemplateError,
            "haave: []",
            "specification: haave: no such word here. Did you mean 'have'?",
        ),
        (TemplateError, "n: x", "specification: n: 'x' is not a whole number"),
        (SpecificationError, "n: 0", "n is 0: a scenario needs at least 1 patient."),
        (
            TemplateError,
            "have: [type-2-diabetes]\nmix_of: type-2-diabetes\nmix: {bad: 1}",
            "specification: mix.bad: no level of 'type-2-diabetes' named 'bad'.",
        ),
        (
            SpecificationError,
            "have: [asthma]\nwithout: [asthma]",
            "This cannot be: 'asthma' is both asked for and excluded.",
        ),
        (
            SpecificationError,
            "population: {sex: {F: 60, M: 60}}",
            "This cannot be: the shares of the sexes sum to 120 %, not 100 %.",
        ),
        (
            SpecificationError,
            "population: {limits: [30, 40], ages: [{ages: [0, 17], share: 100}]}",
            "This cannot be: no band of ages is within 30 to 40.",
        ),
        (
            SpecificationError,
            "have: [wellness-visit]",
            "This cannot be: 'wellness-visit' is a service, which nobody has as an illness.",
        ),
    ],
)
def test_a_specification_that_cannot_be_is_refused(mini, kind, text, sentence):
    assert refusal(kind, mini, text).startswith(sentence)


@given(st.text(alphabet="abn:[]{}-, 1#\n'\"*&", max_size=40), st.integers(-2, 3))
def test_any_yaml_is_taken_or_refused(mini, text, n):
    try:
        assert specify(mini, f"n: {text}", n=n).n == n
    except HealthsimError:
        return
