"""Parameters of a query, as they are written and as they are bound."""

from __future__ import annotations

import pytest

from healthsim_nb.errors import SpecificationError
from healthsim_nb.words.parameters import dollars, said, values


@pytest.mark.parametrize(
    ("written", "sql", "names"),
    [
        ("a = {year} AND b < $limit", "a = $year AND b < $limit", ("year", "limit")),
        ("'{x}' = \"{y}\" -- {z}", "'{x}' = \"{y}\" -- {z}", ()),
        ("'it''s $x' || $y", "'it''s $x' || $y", ("y",)),
        ("/* {x} */ $$ {y} $$ {z}", "/* {x} */ $$ {y} $$ $z", ("z",)),
        ("$tag$ {y} $tag$ $a $a", "$tag$ {y} $tag$ $a $a", ("a",)),
        ("{'a': 1}, $1, {'b': {x}}", "{'a': 1}, $1, {'b': $x}", ("x",)),
    ],
)
def test_names_are_parameters_outside_of_texts_and_comments(written, sql, names):
    assert dollars(written) == (sql, names)


def test_a_name_without_a_value_is_told_with_the_nearest():
    with pytest.raises(SpecificationError) as problem:
        values(["yaer"], {"year": 2024, "_year": 1}, "assign it in the notebook")

    assert str(problem.value) == (
        "$yaer has no value: assign it in the notebook. Did you mean $year?"
    )


def test_values_on_the_command_line_are_numbers_days_or_texts():
    assert said(["n=3", "state=TX", "name=it's = fine"]) == {
        "n": 3,
        "state": "TX",
        "name": "it's = fine",
    }
    with pytest.raises(SpecificationError, match="--param is name=value, such as year=2024"):
        said(["2024"])
