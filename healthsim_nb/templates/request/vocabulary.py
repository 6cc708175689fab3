"""Every word that a request may use: from ``words/*.yaml``, the library and the list of states."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from healthsim_nb import reference
from healthsim_nb.reference import geography
from healthsim_nb.templates.condition import Condition, Stage
from healthsim_nb.templates.documents import parse_yaml
from healthsim_nb.templates.request.drugs import phrases
from healthsim_nb.templates.request.levels import keys_of
from healthsim_nb.templates.request.phrases import Phrases, folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb.templates.library import Library

_GROUPS = ("people", "coverage")


@dataclass(frozen=True)
class Vocabulary:
    """Phrases by what they are for."""

    fillers: Phrases[None]
    meanings: Phrases[dict[str, Any]]
    """Phrase: the settings that it says."""
    conditions: Phrases[str]
    """Phrase: the id of a condition."""
    levels: Phrases[list[str]]
    """Phrase: ids of levels or stages, the preferred first."""
    states: Phrases[list[str]]
    regions: Phrases[list[str]]
    """Phrase: codes of states."""
    cities: Phrases[list[str]]
    """Phrase: cities of that name, as "Plano, TX"."""
    beyond: Phrases[str]
    """Phrase that no request can say: why."""
    stages: dict[str, dict[str, tuple[int, str]]]
    """By condition: how its stages are numbered."""
    codes: frozenset[str]
    """The two letters of states."""
    singular: frozenset[str]
    """Nouns that mean one person, and what may follow "a 65-year-"."""
    outcomes: Phrases[dict[str, Any]]
    """Phrase: what has happened, a kind of ``templates/outcomes.yaml``."""
    drugs: Phrases[list[str]]
    """Phrase: drugs, substances, brands or classes, any of which is meant."""
    lists: dict[str, Phrases[int]]
    """The lists of words/grammar.yaml and happened.yaml; the meaning is the place in the list."""
    numbers: dict[str, Phrases[float]] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    """What to suggest for a word that is not understood."""


@lru_cache(maxsize=8)
def vocabulary(library: Library) -> Vocabulary:
    """Return the words for a library, made once."""
    return Vocabulary(
        fillers=_fillers(),
        meanings=_meanings(library),
        conditions=_conditions(library),
        levels=_levels(library),
        states=_states(),
        regions=_regions(),
        cities=_cities(),
        beyond=_beyond(),
        stages={c.id: keys for c in library.conditions.values() if (keys := keys_of(c))},
        codes=frozenset(row["code"] for row in reference.rows("geography/states.csv")),
        singular=frozenset(words("grammar")["one"]),
        outcomes=_outcomes(),
        drugs=phrases(library, words("drugs")),
        lists=_lists(),
        numbers=_numbers(),
        known=tuple(_suggestions(library)),
    )


@cache
def words(name: str) -> Any:  # noqa: ANN401
    """Return the content of one file of ``words/``."""
    text = files(__package__).joinpath(f"words/{name}.yaml").read_text(encoding="utf-8")
    data, problems = parse_yaml(text)
    assert not problems, (name, problems)
    return data


def names_of(condition: Condition) -> list[str]:
    """Return all that a condition is called."""
    return [condition.id, condition.name, *condition.synonyms]


def _fillers() -> Phrases[None]:
    found: Phrases[None] = Phrases()
    for group in words("fillers"):
        found.add_all(group, None)
    return found


def _meanings(library: Library) -> Phrases[dict[str, Any]]:
    """Our own words first, then conditions, then templates: the first meaning stays."""
    found: Phrases[dict[str, Any]] = Phrases()
    for group in _GROUPS:
        for entry in words(group):
            says = {key: value for key, value in entry.items() if key not in {"says", "means"}}
            found.add_all(entry["says"], says)
    for condition in library.conditions.values():
        if condition.kind != "service":
            found.add_all(names_of(condition), {"have": condition.id})
    for name, said in words("conditions").items():
        if name in library.conditions:
            found.add_all(said, {"have": name})
    for city, said in words("cities").items():
        found.add_all(said, {"cities": [city]})
    for template in library.templates.values():
        found.add_all([template.id, template.name, *template.synonyms], {"template": template.id})
    return found


def _conditions(library: Library) -> Phrases[str]:
    found: Phrases[str] = Phrases()
    for condition in library.conditions.values():
        if condition.kind != "service":
            found.add_all(names_of(condition), condition.id)
    for name, said in words("conditions").items():
        if name in library.conditions:
            found.add_all(said, name)
    return found


def _levels(library: Library) -> Phrases[list[str]]:
    """Our own words first: "controlled" prefers well-controlled to a level of that very name."""
    ranks = [rank for c in library.conditions.values() for rank in c.ranks]
    said = [(phrase, entry["level"]) for entry in words("levels") for phrase in entry["says"]]
    said += [(rank.id, [rank.id]) for rank in ranks]
    said += [(rank.name, [rank.id]) for rank in ranks if isinstance(rank, Stage)]
    said += [(group, [group]) for rank in ranks for group in rank.groups]
    meant: dict[tuple[str, ...], dict[str, None]] = {}
    found: Phrases[list[str]] = Phrases()
    for phrase, level_ids in said:
        key = folded(phrase)
        meant.setdefault(key, {}).update(dict.fromkeys(level_ids))
    for phrase, _ in said:
        key = folded(phrase)
        found.add(phrase, list(meant[key]))
    return found


def _states() -> Phrases[list[str]]:
    found: Phrases[list[str]] = Phrases()
    for row in reference.rows("geography/states.csv"):
        found.add(row["name"], [row["code"]])
    for code, names in words("places").items():
        found.add_all(names, [code])
    for entry in words("regions"):
        if entry.get("anywhere"):
            found.add_all(entry["says"], _of_region(entry))
    return found


def _regions() -> Phrases[list[str]]:
    found: Phrases[list[str]] = Phrases()
    rows = reference.rows("geography/states.csv")
    for column in ("region", "division"):
        for name in sorted({row[column] for row in rows}):
            codes = sorted(row["code"] for row in rows if row[column] == name)
            found.add_all([name, f"the {name}"], codes)
    for entry in words("regions"):
        found.add_all(entry["says"], _of_region(entry))
    return found


def _of_region(entry: dict[str, Any]) -> list[str]:
    return entry.get("states") or [code for name in entry["of"] for code in _within(name)]


def _cities() -> Phrases[list[str]]:
    """Return the cities that there are: a name may be that of several."""
    named: dict[str, dict[str, None]] = {}
    for place in geography.places():
        named.setdefault(place.city, {})[f"{place.city}, {place.state}"] = None
    found: Phrases[list[str]] = Phrases()
    for city, full in named.items():
        found.add(city, list(full))
    for city, says in words("cities").items():
        found.add_all(says, [city])
    return found


def _beyond() -> Phrases[str]:
    found: Phrases[str] = Phrases()
    for entry in words("beyond"):
        found.add_all(entry["says"], entry["why"])
    return found


def _within(name: str) -> list[str]:
    """Return the codes of the states of a Census region or division."""
    rows = reference.rows("geography/states.csv")
    return sorted(row["code"] for row in rows if name in (row["region"], row["division"]))


def _outcomes() -> Phrases[dict[str, Any]]:
    found: Phrases[dict[str, Any]] = Phrases()
    for entry in words("outcomes"):
        found.add_all(entry["says"], entry)
    return found


def _lists() -> dict[str, Phrases[int]]:
    found: dict[str, Phrases[int]] = {}
    for name, listed in {**words("grammar"), **words("happened")}.items():
        found[name] = Phrases()
        for place, phrase in enumerate(listed):
            found[name].add(phrase, place)
    return found


def _numbers() -> dict[str, Phrases[float]]:
    found: dict[str, Phrases[float]] = {}
    for name, values in words("numbers").items():
        found[name] = Phrases()
        for phrase, value in values.items():
            found[name].add(phrase, value[0] / value[1] if isinstance(value, list) else value)
    return found


def _suggestions(library: Library) -> Iterator[str]:
    for condition in library.conditions.values():
        yield from names_of(condition)
    for template in library.templates.values():
        yield from (template.id, template.name, *template.synonyms)
    for row in reference.rows("geography/states.csv"):
        yield row["name"]
    for group in _GROUPS:
        for entry in words(group):
            yield from entry["says"]
