"""The words that count: how something is distributed, and who is left after each criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from healthsim_nb.errors import SpecificationError
from healthsim_nb.words.doing import Desk, Done
from healthsim_nb.words.parts import WHICH, Option, Word

if TYPE_CHECKING:
    from collections.abc import Callable

LOOKING = (
    Word(
        "plot",
        "how something is distributed: age, cost, a test, a vital sign, a column",
        "plot a1c --by sex",
        (
            Option("what", "age (if not said), cost, visits, a1c, gender, …", many=True),
            Option("--by", "age, sex, payer or a column of patients", metavar="WHAT"),
            Option("--bins", "about how many bars", int, "N"),
            WHICH,
        ),
    ),
    Word(
        "attrition",
        "how many patients are left after each criterion",
        "attrition age >= 65; gender = 'F'",
        (
            WHICH,
            Option(
                "criteria",
                "conditions with ; between; in a cell a line each; none: how they were chosen",
                many=True,
            ),
        ),
        raw=True,
    ),
)


def plot(desk: Desk, what: str, by: str | None, bins: int | None, scenario: str | None) -> Done:
    """Show how something is distributed."""
    found = desk.find(scenario).plot(what or "age", by=by, bins=bins)
    return Done(found, found.to_text())


def attrition(desk: Desk, criteria: str | None, scenario: str | None) -> Done:
    """Show who is left after each criterion."""
    found = desk.find(scenario).attrition(steps(criteria) if criteria else None)
    return Done(found, found.to_text())


def steps(text: str) -> dict[str, str]:
    r"""Return criteria by name: ``name: SQL`` a line, or SQL with ``;`` between.

    >>> steps("age >= 65; gender = 'F'")
    {'age >= 65': 'age >= 65', "gender = 'F'": "gender = 'F'"}
    >>> steps("old: age >= 65\nwomen: gender = 'F'")
    {'old': 'age >= 65', 'women': "gender = 'F'"}
    """
    if "\n" not in text.strip() and ": " not in text:
        parts = [part.strip() for part in text.split(";") if part.strip()]
        return {part: part for part in parts}
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        told = " ".join(str(error).split())
        raise SpecificationError(
            f"A cell of criteria has a line each, 'name: SQL': {told}"
        ) from None
    if not isinstance(found, dict):
        raise SpecificationError(
            "A cell of criteria has a line each, such as \"women: gender = 'F'\"."
        )
    return {str(name): str(said) for name, said in found.items()}


LOOKING_ACTS: dict[str, Callable[..., Done]] = {"attrition": attrition, "plot": plot}
