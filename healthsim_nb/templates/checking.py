"""Checks documents against each other: names exist, wishes agree, words mean one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb import reference
from healthsim_nb.templates.agreement import disagreements
from healthsim_nb.templates.drug_names import names_of
from healthsim_nb.templates.problems import missing_name
from healthsim_nb.templates.uses import Use, of_catalogue, of_condition, of_plan, of_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.shelves import Shelf
    from healthsim_nb.templates.template import Template

_USES: dict[str, Callable[[Any], Iterator[Use]]] = {
    "conditions": of_condition,
    "plans": of_plan,
    "templates": of_template,
}

FILES = {
    "state": ("geography/states.csv", "code"),
    "role": ("network/specialties.csv", "role"),
    "payer": ("coverage/payers.csv", "id"),
    "network": ("coverage/networks.csv", "id"),
}
"""Names that stand in a reference table."""


def problems_between(shelves: Mapping[str, Shelf]) -> Iterator[str]:
    """Yield a line for each problem between documents that are sound by themselves."""
    known: dict[str, Iterable[str]] = {
        f"{kind[:-1]}": {*s.entries, *s.broken} for kind, s in shelves.items()
    }
    known["class"] = {drug.drug_class for drug in shelves["drugs"].entries.values()}
    known["medicine"] = names_of(shelves["drugs"].entries, shelves["products"].entries)
    conditions = shelves["conditions"]
    for kind, shelf in shelves.items():
        for name, entry in shelf.entries.items():
            for problem in unknown_names(
                _USES.get(kind, of_catalogue)(entry), known, conditions.entries
            ):
                yield f"{shelf.origin[name]}: {problem}"
    templates = shelves["templates"]
    for name, template in templates.entries.items():
        for problem in disagreements(template, conditions.entries):
            yield f"{templates.origin[name]}: {problem}"
    yield from _shared_words(conditions)
    yield from _shared_words(templates)


def unknown_names(
    uses: Iterable[Use], known: Mapping[str, Iterable[str]], conditions: Mapping[str, Condition]
) -> Iterator[str]:
    """Yield ``path: sentence`` for each name that does not exist."""
    for use in uses:
        kind, names = use.kind, known.get(use.kind, ())
        if kind in FILES:
            names = sorted({row[FILES[kind][1]] for row in reference.rows(FILES[kind][0])})
        if kind == "rank":
            of = conditions.get(use.condition or "")
            if of is None:
                continue
            kind, names = f"level of '{of.id}'", list(of.rank_names)
        if use.name not in names:
            yield f"{use.path}: {missing_name(kind, use.name, sorted(names))}"


def _shared_words(shelf: Shelf) -> Iterator[str]:
    """Yield a line for each synonym that means two things of one kind."""
    owner: dict[str, str] = {}
    for name, entry in shelf.sorted().items():
        for word in _words(entry):
            other = owner.setdefault(word, name)
            if other != name:
                yield f"{shelf.origin[name]}: synonyms: '{word}' also means '{other}'"


def _words(entry: Condition | Template) -> set[str]:
    return {word.casefold() for word in (entry.id, entry.name, *entry.synonyms)}
