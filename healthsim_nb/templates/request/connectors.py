"""Refuses what "or" and "and" join into two groups: a request is about one group of people."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from healthsim_nb.errors import RequestError

if TYPE_CHECKING:
    from healthsim_nb.templates.request.reading import Reading, Text

_EITHER = {
    "states",
    "cities",
    "line_of_business",
    "ages",
    "sex",
    "race",
    "plans",
    "without",
    "either",
}
"""Settings of which a patient has one or another."""
_SILENT = {"people", "n", "seed", "start", "months"}


def refuse_two_groups(text: Text, readings: list[Reading]) -> None:
    """Raise RequestError if two neighbouring readings are joined into two groups."""
    who = [r for r in readings if set(r.says) - _SILENT]
    for before, after in pairwise(who):
        between = text.between(before.end, after.first)
        if ("or" in between and not _either(before, after)) or _nouns(before, after, between):
            said = text.said(before.first, after.end)
            raise RequestError(f"'{said}' are two groups of people: ask for one at a time.")


def _either(before: Reading, after: Reading) -> bool:
    return bool(_EITHER & set(before.says) & set(after.says)) or "level" in after.says


def _nouns(before: Reading, after: Reading, between: list[str]) -> bool:
    """Say whether this is like "women and children"."""
    if between not in (["and"], ["&"]) or "share" in before.says or "share" in after.says:
        return False
    return {"sex" in before.says, "sex" in after.says} == {True, False} and (
        "ages" in before.says or "ages" in after.says
    )
