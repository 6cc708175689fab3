from __future__ import annotations

import inspect

import pytest

from healthsim_nb import errors

KNOWN = ["chronic-kidney-disease", "diabetes-management", "heart-failure", "healthy-adult"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("diabetes_managment", "diabetes-management"),
        ("diabetis", "diabetes-management"),
        ("Heart Failure", "heart-failure"),
        ("kidney", "chronic-kidney-disease"),
        ("xyz", None),
        ("he", None),
    ],
)
def test_the_nearest_name_is_found(said: str, meant: str | None) -> None:
    assert errors.nearest(said, KNOWN) == meant


def test_an_unknown_name_says_what_was_meant_and_what_exists() -> None:
    error = errors.UnknownNameError.of("template", "hart-failure", KNOWN)

    assert str(error) == (
        "No template named 'hart-failure'. Did you mean 'heart-failure'? "
        "Known: chronic-kidney-disease, diabetes-management, healthy-adult, heart-failure."
    )


def test_many_names_are_not_all_listed() -> None:
    text = errors.unknown("condition", "zzz", [f"c{i:02}" for i in range(40)])

    assert text.endswith("c11 and 28 more.")


def test_nothing_to_list_is_said_so() -> None:
    assert errors.unknown("scenario", "a", []) == "No scenario named 'a'. There are none yet."


def test_every_error_is_a_healthsim_error_and_drawn_in_the_tree() -> None:
    classes = [
        c for _, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__
    ]

    assert all(issubclass(c, errors.HealthsimError) for c in classes)
    assert all(c.__name__ in (errors.__doc__ or "") for c in classes)
