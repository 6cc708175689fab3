"""The rules of the product: the files in ``references/rules`` and what the schema itself says."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from healthsim_nb.errors import SpecificationError, TemplateError, UnknownNameError
from healthsim_nb.quality.declared import declared
from healthsim_nb.quality.rule import SEVERITIES, Rule
from healthsim_nb.reference.location import root
from healthsim_nb.templates.documents import parse_yaml, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

FOLDER = "rules"


@cache
def rules() -> dict[str, Rule]:
    """Return every rule of the product by id: the written ones by file, then the declared ones.

    Raises
    ------
    TemplateError
        If a file is wrong: every problem, each with its place.
    """
    found: dict[str, Rule] = {}
    problems: list[str] = []
    for path in sorted((root() / FOLDER).glob("*.yaml")):
        for rule in _read(path, problems):
            if rule.id in found:
                problems.append(f"{path.name}: {rule.id}: there is another rule of that name")
            found[rule.id] = rule
    if problems:
        raise TemplateError("\n".join(problems))
    return found | {rule.id: rule for rule in declared()}


def chosen(
    known: Mapping[str, Rule], wanted: Iterable[str] | None, severity: str | None
) -> list[Rule]:
    """Return the rules of these ids and areas, of this severity; all if nothing is said.

    Raises
    ------
    UnknownNameError
        If there is no such rule or area.
    SpecificationError
        If there is no such severity.
    """
    if severity is not None and severity not in SEVERITIES:
        raise SpecificationError(f"A severity is error or warning; got {severity!r}.")
    if isinstance(wanted, str):
        raise SpecificationError(f"rules is a list of ids and areas: rules=[{wanted!r}].")
    names = None if wanted is None else set(wanted)
    areas = {rule.area for rule in known.values()}
    for name in sorted(names or ()):
        if name not in known and name not in areas:
            raise UnknownNameError.of("rule or area", name, areas | set(known))
    return [
        rule
        for rule in known.values()
        if (names is None or names & {rule.id, rule.area}) and severity in (None, rule.severity)
    ]


def _read(path: Path, problems: list[str]) -> Sequence[Rule]:
    text, unreadable = read_text(path)
    data, wrong = parse_yaml(text)
    problems += [f"{path.name}: {problem}" for problem in unreadable + wrong]
    if not isinstance(data, dict):
        return ()
    found = (_rule(path, name, body, problems) for name, body in data.items())
    return [rule for rule in found if rule is not None]


def _rule(path: Path, name: str, body: dict[str, Any], problems: list[str]) -> Rule | None:
    try:
        return Rule(id=name, area=path.stem, **body)
    except (ValidationError, TypeError) as error:
        told = error.errors() if isinstance(error, ValidationError) else [{"msg": str(error)}]
        for problem in told:
            place = ".".join(map(str, (name, *problem.get("loc", ()))))
            problems.append(f"{path.name}: {place}: {problem['msg']}")
        return None
