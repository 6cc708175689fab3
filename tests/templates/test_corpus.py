"""Requests as teachers, engineers and epidemiologists write them, with the library that ships."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from healthsim_nb.errors import RequestError
from healthsim_nb.templates.library import load
from healthsim_nb.templates.request import understand
from healthsim_nb.templates.request.document import text

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "corpus.yaml").read_text(encoding="utf-8"))
UNDERSTOOD = [case for case in CASES if not {"missed", "refused"} & set(case)]
MISSED = [case for case in CASES if "missed" in case]
REFUSED = [case for case in CASES if "refused" in case]
TAKEN_FOR_GRANTED = {"n": 100, "seed": 0, "start": "2024-01-01", "months": 24}
OF_TEMPLATES = {"mix", "mix_of", "ages", "newborns", "households", "have_any"}


@pytest.fixture(scope="module")
def library():
    return load()


def said_of(spec) -> dict:
    """Return what a specification says beside what is taken for granted."""
    said = spec.model_dump(mode="json", exclude_defaults=True)
    said |= said.pop("population", {})
    return {key: value for key, value in said.items() if TAKEN_FOR_GRANTED.get(key) != value}


@pytest.mark.parametrize("case", UNDERSTOOD, ids=lambda case: case["request"])
def test_a_request_as_people_write_it_is_understood(library, case):
    found = said_of(understand(library, case["request"]).specification)

    expected = {key: value for key, value in case.items() if key not in {"request", "mix"}}
    assert {key: v for key, v in found.items() if key not in OF_TEMPLATES} == expected
    if "mix" in case:
        assert found["mix"] == pytest.approx(case["mix"], abs=1e-4)


@pytest.mark.parametrize("case", MISSED, ids=lambda case: case["request"])
def test_what_is_not_understood_is_told_with_what_can_be_done(library, case):
    with pytest.raises(RequestError) as problem:
        understand(library, case["request"])

    told = str(problem.value)
    assert "\n" not in told
    assert case.get("told", "") in told
    for word in case["missed"]:
        assert f"'{word}'" in told.partition("Not understood: ")[2]
    partly = understand(library, case["request"], partly=True)
    assert list(partly.not_understood) == case["missed"]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["request"])
def test_what_cannot_be_is_refused_kindly(library, case):
    with pytest.raises(RequestError) as problem:
        understand(library, case["request"])

    assert str(problem.value).startswith(case["refused"])
    assert case.get("told", "") in str(problem.value)
    assert "\n" not in str(problem.value)


def test_the_corpus_is_large_and_says_nothing_twice():
    assert len({case["request"] for case in CASES}) == len(CASES) >= 300


def test_the_page_of_the_words_is_the_one_that_the_words_make():
    page = HERE.parents[1] / "docs" / "requests.md"

    assert page.read_text(encoding="utf-8") == text(), (
        "run: python -m healthsim_nb.templates.request.document > docs/requests.md"
    )


def test_at_least_sixty_conditions_have_three_names_or_more(library):
    from healthsim_nb.templates.request.vocabulary import vocabulary

    phrases = vocabulary(library).conditions
    named: dict[str, int] = {}
    for by_words in phrases._by_first.values():
        for condition in by_words.values():
            named[condition] = named.get(condition, 0) + 1
    assert sum(count >= 3 for count in named.values()) >= 60


def test_levels_are_told_by_the_names_that_their_condition_gives_them(library):
    found = understand(library, "200 adults, class 2 and 3 obesity")

    assert ("class 2 and 3", "class-2 or class-3") in found.understood
