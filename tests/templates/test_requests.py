from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from healthsim_nb.errors import HealthsimError, RequestError
from healthsim_nb.templates.assemble import Run
from healthsim_nb.templates.request import understand
from healthsim_nb.templates.request.tokens import tokenize
from healthsim_nb.templates.request.vocabulary import names_of, words
from healthsim_nb.templates.specify import specify

HERE = Path(__file__).parent
CORPUS = yaml.safe_load((HERE / "requests.yaml").read_text())
REFUSED = yaml.safe_load((HERE / "refused.yaml").read_text())
TAKEN_FOR_GRANTED = {"n": 100, "seed": 0, "start": "2024-01-01", "months": 24}


def reading(spec) -> dict:
    """Return a specification as the corpus writes it."""
    said = spec.model_dump(mode="json", exclude_defaults=True)
    said |= said.pop("population", {})
    if "mix" not in said:
        said.pop("mix_of", None)
    return {word: v for word, v in said.items() if TAKEN_FOR_GRANTED.get(word) != v}


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["request"])
def test_a_request_is_understood(mini, case):
    expected = {word: value for word, value in case.items() if word != "request"}
    assert reading(understand(mini, case["request"]).specification) == expected


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["request"])
def test_case_spaces_and_a_full_stop_change_nothing(mini, case):
    said = understand(mini, case["request"]).specification
    spaced = "  " + re.sub(r" (?!–)", "\n ", case["request"]) + "."
    assert understand(mini, spaced).specification == said
    if case["request"].isascii() and not re.search(r"\b[A-Z]{2}\b", case["request"]):
        assert understand(mini, case["request"].upper()).specification == said


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["request"])
def test_an_understanding_can_be_given_back_as_yaml(mini, case):
    understanding = understand(mini, case["request"])
    assert specify(mini, understanding.to_yaml()) == understanding.specification


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0])
def test_a_request_is_refused_with_a_clear_sentence(mini, case):
    request, sentence = case
    with pytest.raises(RequestError) as error:
        understand(mini, request)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_the_corpus_is_large_enough():
    assert len(CORPUS) + len(REFUSED) >= 150
    assert len({case["request"] for case in CORPUS}) == len(CORPUS)


def test_what_was_understood_is_shown_in_the_order_of_the_request(mini):
    understanding = understand(mini, "200 Medicare members with diabetes, 65 to 85, in Texas")
    assert understanding.understood == (
        ("200", "200 patients"),
        ("Medicare", "Medicare"),
        ("diabetes", "Type 2 diabetes mellitus"),
        ("65 to 85", "ages 65 to 85"),
        ("in Texas", "Texas"),
    )
    assert understanding.to_text() == (
        "200       →  200 patients\n"
        "Medicare  →  Medicare\n"
        "diabetes  →  Type 2 diabetes mellitus\n"
        "65 to 85  →  ages 65 to 85\n"
        "in Texas  →  Texas\n"
        "In all: 200 patients, ages 65 to 85, Medicare, Texas, with type-2-diabetes,"
        " template diabetes-management, 24 months from 2024-01-01, seed 0."
    )


def test_the_yaml_says_all_that_can_be_edited(mini):
    understanding = understand(mini, "200 Medicare members with diabetes, 65 to 85, in Texas")
    assert understanding.to_yaml() == (
        "# 200 Medicare members with diabetes, 65 to 85, in Texas\n"
        "template: diabetes-management\n"
        "n: 200\n"
        "seed: 0\n"
        "start: '2024-01-01'\n"
        "months: 24\n"
        "population:\n"
        "  limits: [65, 85]\n"
        "  states: [TX]\n"
        "  line_of_business: [medicare]\n"
        "have: [type-2-diabetes]\n"
        "without: []\n"
        "mix_of: type-2-diabetes\n"
        "mix: {}\n"
    )


def test_a_line_break_in_a_request_does_not_break_its_yaml(mini):
    understanding = understand(mini, "200 patients\nwith asthma")
    assert understanding.to_yaml().startswith("# 200 patients with asthma\nn: 200\n")


def test_on_request_words_that_are_not_understood_are_listed(mini):
    understanding = understand(mini, "200 left-handed diabetics on metformin", partly=True)
    assert understanding.not_understood == ("left-handed",)
    assert understanding.specification.n == 200
    assert "Not understood: 'left-handed'" in understanding.to_text()


def test_settings_beside_the_sentence_count_and_may_repeat_it(mini):
    run = Run(n=50, seed=7, start="2023-01-01", months=12, mix={"poor": 1})
    spec = understand(mini, "50 diabetics for a year", run).specification
    assert (spec.n, spec.seed, spec.months, spec.mix) == (50, 7, 12, {"poor": 1})
    assert spec.start == date(2023, 1, 1)


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (Run(n=51), "The request says 50 and n says 51: say it once."),
        (Run(months=13), "The request says 12 and months says 13: say it once."),
        (Run(mix={"poor": 1}), "The request says a mix and 'mix' says another: say it once."),
    ],
)
def test_settings_that_differ_from_the_sentence_are_refused(mini, run, sentence):
    with pytest.raises(RequestError) as error:
        understand(mini, "50 severe diabetics for a year", run)
    assert str(error.value) == sentence


def test_every_name_of_a_condition_is_understood(mini):
    for condition in mini.conditions.values():
        for name in names_of(condition):
            if condition.kind != "service":
                spec = understand(mini, f"10 people with {name}").specification
                assert spec.have[:1] == [condition.id], name


def test_every_state_is_understood_by_name_and_letters(mini):
    from healthsim_nb import reference

    for row in reference.rows("geography/states.csv"):
        for name in (row["name"], row["code"]):
            spec = understand(mini, f"10 people in {name} with asthma").specification
            assert spec.population.states == [row["code"]]


def test_words_of_our_own_are_no_fillers_and_mean_one_thing():
    fillers = {tuple(t.fold for t in tokenize(p)) for group in words("fillers") for p in group}
    seen = {}
    for group in ("people", "coverage"):
        for entry in words(group):
            for phrase in entry["says"]:
                key = tuple(token.fold for token in tokenize(phrase))
                assert key not in fillers, phrase
                assert seen.setdefault(key, entry) is entry, phrase


def test_a_request_that_is_too_long_is_refused(mini):
    with pytest.raises(RequestError, match="The request has 2,400 characters; 2,000 are allowed"):
        understand(mini, "asthma " * 342 + "asthma")


VOCABULARY = sorted({word for case in CORPUS for word in case["request"].split()})


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join) | st.text(max_size=60))
def test_any_text_is_understood_or_refused(mini, text):
    try:
        understanding = understand(mini, text)
    except HealthsimError:
        return
    assert specify(mini, understanding.to_yaml()) == understanding.specification


@settings(deadline=None, max_examples=200)
@given(st.sampled_from([case["request"] for case in CORPUS]), st.data())
def test_a_word_that_is_not_known_is_never_dropped(mini, request_text, data):
    said = request_text.split()
    place = data.draw(st.integers(0, len(said)))
    with pytest.raises(RequestError):
        understand(mini, " ".join([*said[:place], "qwxzy", *said[place:]]))


@pytest.mark.parametrize(
    ("text", "folds"),
    [
        ("65-year-olds", ["65", "year", "old"]),
        ("Crohn’s disease", ["crohn", "disease"]),
        ("Ménière's, 1,000.5", ["meniere", ",", "1000.5"]),
        ("U.S. 40% 65+ ≥18", ["us", "40", "%", "65", "+", ">=", "18"]),
        ("2024-01-31 18-44 covid-19", ["2024-01-31", "18", "44", "covid", "19"]),
        ("-5 - 3a t2d", ["-5", "-", "3", "a", "t", "2", "d"]),
    ],
)
def test_text_is_cut_into_words_numbers_and_signs(text, folds):
    assert [token.fold for token in tokenize(text)] == folds
