"""Parsing and help of the words that the notebook and the terminal share."""

from __future__ import annotations

import pytest

from healthsim_nb.errors import SpecificationError, UnknownNameError
from healthsim_nb.words import (
    NOTEBOOK,
    TERMINAL,
    find,
    help_on,
    help_text,
    parse,
    words,
)
from healthsim_nb.words.grammar import shares


def said(name, line):
    """Return what a line of the notebook says, without what it leaves out."""
    unsaid = (None, False, [], "")
    return {k: v for k, v in parse(find(name, NOTEBOOK), line).items() if v not in unsaid}


def test_a_sentence_is_one_text_and_options_may_follow_it():
    line = "200 Medicare members with diabetes, 65 to 85, in Texas --seed 7 --months 12"

    assert said("generate", line) == {
        "what": "200 Medicare members with diabetes, 65 to 85, in Texas",
        "seed": 7,
        "months": 12,
    }


def test_an_apostrophe_in_plain_english_is_no_open_quotation():
    assert said("generate", "50 people on women's wards --n 5") == {
        "what": "50 people on women's wards",
        "n": 5,
    }


def test_a_tag_can_be_said_more_than_once():
    assert said("generate", "x --tag class --tag 2024")["tag"] == ["class", "2024"]


def test_numbers_may_have_separators():
    assert said("generate", "general-population --n 10,000")["n"] == 10000


def test_sql_is_taken_as_it_stands():
    sql = "SELECT 'it''s -- \"fine\"' AS a FROM patients WHERE b > '{x}'"

    assert said("query", f"--page-size 5 {sql}") == {"page_size": 5, "sql": sql}


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("query", "SELECT 1 --scenario texas --page 2", {"scenario": "texas", "page": 2}),
        ("query", "--page 3 SELECT 1 --param=a=2", {"page": 3, "param": ["a=2"]}),
        ("grid", "claims --scenario texas", {"scenario": "texas", "what": "claims"}),
        ("query", "SELECT 1 -- page 2", {"sql": "SELECT 1 -- page 2", "page": None}),
        ("query", "SELECT '--page 2' AS x", {"sql": "SELECT '--page 2' AS x", "page": None}),
    ],
)
def test_options_behind_sql_are_options_and_no_comment(name, line, said):
    found = parse(find(name, NOTEBOOK), line)

    assert {key: found[key] for key in said} == said
    if name == "query" and "sql" not in said:
        assert found["sql"] == "SELECT 1"


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("generate", "x --moths 3", "'generate' does not know '--moths'. Did you mean --months?"),
        ("generate", "x --n many", "'generate' --n 'many' is not a whole number. Write: generate"),
        ("generate", "x --seed", "'generate' --seed needs a value. Write: generate"),
        ("generate", "", "'generate' needs WHAT. Write: generate WHAT"),
        ("export", "", "'export' needs FORMAT. Write: export FORMAT [FOLDER]"),
        ("status", "now", "'status' has no use for 'now'. Write: status"),
        ("close", "--force", "'close' does not know '--force'. It knows no options."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(name, line, told):
    with pytest.raises(SpecificationError) as problem:
        parse(find(name, NOTEBOOK), line)

    assert str(problem.value).startswith(told)
    assert "\n" not in str(problem.value)


def test_an_unknown_word_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"No word named 'sumary'\. Did you mean 'summary'"):
        find("sumary", NOTEBOOK)


def test_words_of_the_terminal_are_not_words_of_the_notebook():
    assert "lab" in words(TERMINAL)
    assert "lab" not in words(NOTEBOOK)


@pytest.mark.parametrize(
    "text",
    ["well-controlled=40, poor=60", "well-controlled=0.4,poor=.6", "well-controlled=40%,poor=60%"],
)
def test_shares_are_parts_of_one_or_percents(text):
    assert shares(text) == {"well-controlled": 0.4, "poor": 0.6}


def test_shares_that_are_no_pairs_are_refused_with_an_example():
    with pytest.raises(SpecificationError, match="'half' is not understood: write it as well-cont"):
        shares("half")


@pytest.mark.parametrize("where", [NOTEBOOK, TERMINAL])
def test_help_has_every_word_and_every_option(where):
    text = help_text(where, "%hs")

    for name, word in words(where).items():
        assert f"\n{name} " in f"\n{text}"
        assert word.about in text
        assert all(option.about in help_on(word, "%hs") for option in word.options)


def test_examples_of_the_help_are_understood():
    for word in words(NOTEBOOK).values():
        name, _, rest = word.example.partition(" ")

        assert parse(find(name, NOTEBOOK), rest).keys() == {
            o.name.lstrip("-").replace("-", "_") for o in word.options
        }
