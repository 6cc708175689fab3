"""Reads what somebody takes: on lisinopril · taking a statin. Only the finished scenario tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healthsim_nb.templates.request.reading import Reading, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.library import Library

QUERY = "SELECT DISTINCT patient_id FROM medications WHERE {names} ORDER BY patient_id"
MOST_NAMED = 3
"""Conditions that a hint names."""


def drug(text: Text, place: int) -> Reading | None:
    """Return the query that tells who takes a drug or one of a class."""
    start = text.skip("taking", place)
    found = text.words.drugs.find(text.tokens, start)
    if found is None:
        return None
    end = text.skip("users", found[0])
    if start == place and end == found[0]:
        return None
    names = " OR ".join(f"starts_with(lower(name), '{name}')" for name in found[1]["names"])
    query = QUERY.format(names=names)
    return Reading(place, end, {"outcome": query, "taken_for": found[1]["for"]})


def taken(library: Library, ids: Sequence[str]) -> dict[str, list[str]]:
    """Return what the record calls some drugs, and the conditions that they are taken for."""
    return {
        "names": sorted({_ingredient(library.drugs[name].name) for name in ids}),
        "for": list(_conditions(library, set(ids))),
    }


def _ingredient(name: str) -> str:
    """Return the substance of ``lisinopril 10 MG Oral Tablet``."""
    return re.split(r"\s+[\d.]", name.casefold(), maxsplit=1)[0].replace("'", "''")


def _conditions(library: Library, ids: set[str]) -> Iterator[str]:
    """Yield the conditions, those that most people have first."""
    for condition in sorted(library.conditions.values(), key=_most, reverse=True):
        lines = condition.treatment.lines if condition.treatment else []
        if any(ids & set(line) for line in lines):
            yield condition.name


def _most(condition: Condition) -> float:
    """Return the share of people who have it at the age at which most do."""
    sexes = condition.prevalence.model_dump() if condition.prevalence else {}
    return max((share for ages in sexes.values() for share in (ages or {}).values()), default=0.0)
