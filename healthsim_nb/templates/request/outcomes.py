"""Reads what only the finished scenario can tell: claims over $10,000 · met their deductible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.errors import RequestError
from healthsim_nb.templates.request.drugs import MOST_NAMED
from healthsim_nb.templates.request.numbers import number
from healthsim_nb.templates.request.reading import Reading, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNS = {"over": ">", "more": ">", "at_least": ">=", "under": "<", "less": "<", "at_most": "<="}
"""Lists of ``words/grammar.yaml``, and how they compare."""


def outcome(text: Text, place: int) -> Reading | None:
    """Return the query that answers what is asked at a place."""
    found = text.words.outcomes.find(text.tokens, place)
    if found is None:
        return None
    end, entry = found
    if not entry.get("amount"):
        return Reading(place, end, {"outcome": entry["query"]})
    return _of_amount(text, place, end, entry["query"])


def _of_amount(text: Text, place: int, end: int, query: str) -> Reading | None:
    for name, sign in SIGNS.items():
        after = text.skip(name, end)
        if after > end:
            token = text.at(after)
            value = number(text, after + (token is not None and token.fold == "$"))
            if value is not None:
                end = text.skip("dollars", value[1])
                asked = query.format(sign=sign, amount=f"{value[0]:.0f}")
                return Reading(place, end, {"outcome": asked})
    return None


def refuse_outcomes(text: Text, readings: Sequence[Reading]) -> None:
    """Raise RequestError if somebody is to be picked by what is still to happen."""
    found = [r for r in readings if "outcome" in r.says]
    if not found:
        return
    said = " and ".join(f"'{text.said(r.first, r.end)}'" for r in found)
    queries = " and ".join(f'c.query("{r.says["outcome"]}")' for r in found)
    uses = dict.fromkeys(name for r in found for name in r.says.get("taken_for", ()))
    hint = f" (such as people with {' or '.join(list(uses)[:MOST_NAMED])})" if uses else ""
    raise RequestError(
        f"{said}: who that is depends on what happens to people, and only the finished scenario"
        " tells; nobody can be picked by it beforehand. Ask for a scenario without these words"
        f"{hint}, then: {queries}"
    )
