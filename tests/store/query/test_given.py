"""Values given to a query by name: bound on every page, never part of its text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from healthsim_nb.errors import QueryError
from healthsim_nb.store.query import query

SCENARIO = 1


@pytest.fixture
def ask(database):
    """Ask with values by name."""
    return lambda sql, **given: query(database.cursor(), SCENARIO, sql, given=given, page_size=7)


@pytest.mark.parametrize(
    ("sql", "literal", "given"),
    [
        ("SELECT id FROM patients WHERE gender = $g", "'F'", {"g": "F"}),
        (
            "SELECT id FROM patients WHERE birth_date < $g",
            "DATE '1970-01-01'",
            {"g": date(1970, 1, 1)},
        ),
        ("SELECT id FROM claims WHERE total_paid > $g", "50.5", {"g": Decimal("50.5")}),
        ("SELECT id FROM patients WHERE id IN $g", "[3, 5, 8]", {"g": [3, 5, 8]}),
        ("SELECT id FROM patients ORDER BY abs(id - $g), id", "40", {"g": np.int64(40)}),
        (
            "SELECT gender, count(*) FROM patients WHERE id > $g GROUP BY 1 ORDER BY 1",
            "9",
            {"g": 9},
        ),
        ("SELECT id FROM patients WHERE deceased = $g", "true", {"g": True}),
        ("SELECT id FROM patients ORDER BY id LIMIT $g", "20", {"g": 20}),
    ],
)
def test_a_value_given_by_name_finds_what_the_same_value_written_finds(ask, sql, literal, given):
    page, same = ask(sql, **given), ask(sql.replace("$g", literal))
    assert page.columns == same.columns
    while True:
        assert page.rows == same.rows
        if not page.has_more:
            break
        page, same = page.next(), same.next()
    assert page.total == same.total > 0


def test_what_pandas_calls_missing_is_null(ask):
    for missing in (None, pd.NA, pd.NaT):
        assert ask("SELECT $g IS NULL", g=missing).rows == [(True,)]


def test_text_given_is_never_sql(ask):
    hostile = "x' OR '1'='1'; DROP TABLE patients; --"

    assert ask("SELECT count(*) FROM patients WHERE city = $city", city=hostile).rows == [(0,)]
    assert ask("SELECT $city AS city", city=hostile).rows == [(hostile,)]


@pytest.mark.parametrize(
    ("sql", "given", "told"),
    [
        ("SELECT $gendr", {"gender": 1}, "No parameter named '$gendr'. Did you mean '$gender'?"),
        ("SELECT $x", {}, "No parameter named '$x'."),
        ("SELECT ?", {}, "A parameter is written $name, and its value given with params="),
        ("SELECT $1", {"x": 1}, "No parameter named '$1'."),
        ("SELECT $x", {"x": pd.DataFrame()}, "$x is a DataFrame: a parameter is a number, text"),
        ("SELECT $x", {"x": {"a": 1}}, "$x is a dict: a parameter is a number, text"),
        (
            "SELECT getvariable('given x'), $x",
            {"x": 1},
            "The function 'getvariable' is not allowed",
        ),
        ("SELECT * FROM $x", {"x": "patients"}, "syntax error"),
    ],
)
def test_what_cannot_be_given_is_told_in_one_sentence(ask, sql, given, told):
    with pytest.raises(QueryError) as problem:
        ask(sql, **given)

    assert told in str(problem.value)


def test_values_of_one_query_are_not_seen_by_the_next(ask):
    ask("SELECT $x", x=1)

    with pytest.raises(QueryError, match="No parameter named"):
        ask("SELECT $x")
