"""Templates and specifications that a user wrote: in a file, or as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from healthsim_nb.errors import TemplateError, UnknownNameError
from healthsim_nb.templates.agreement import disagreements
from healthsim_nb.templates.assemble import Run, Wish, assemble, wish_of
from healthsim_nb.templates.checking import unknown_names
from healthsim_nb.templates.documents import parse_yaml, read_text
from healthsim_nb.templates.drug_names import drug_names
from healthsim_nb.templates.extending import extended
from healthsim_nb.templates.problems import validated
from healthsim_nb.templates.template import Specification, Template
from healthsim_nb.templates.uses import of_template

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.templates.library import Library

Model = TypeVar("Model", Template, Specification)

_WHO = (
    "population",
    "have",
    "new",
    "have_any",
    "without",
    "having",
    "having_within",
    "mix_of",
    "mix",
)
_RUN = ("n", "seed", "start", "months", "notes", "coverage")
_UNSAID = {"n": 1, "seed": 0, "start": "2024-01-01", "months": 1}
"""So that the model finds what it needs; `assemble` knows the real defaults."""


def from_file(library: Library, path: Path, run: Run) -> Specification:
    """Return the specification of a YAML file: a template or a specification."""
    text, problems = read_text(path)
    _refuse(problems, str(path))
    return from_text(library, text, run, str(path))


def from_text(library: Library, text: str, run: Run, label: str) -> Specification:
    """Return the specification of YAML text; ``label`` names it in errors."""
    data, problems = parse_yaml(text)
    if not problems and not isinstance(data, dict):
        problems = ["must be a mapping such as 'n: 100'"]
    _refuse(problems, label)
    if {"id", "version", "description"} & set(data):
        return from_template(library, _model(Template, data, label), run, label)
    return _from_specification(library, data, run, label)


def from_template(library: Library, template: Template, run: Run, label: str) -> Specification:
    """Return the specification of a template that is not in the library."""
    template, problems = extended(template, library.templates)
    _refuse(problems, label)
    _refuse(_unknown(library, template), label)
    _refuse(disagreements(template, library.conditions), label)
    return assemble(library, wish_of(template), run)


def _from_specification(
    library: Library, data: dict[str, Any], run: Run, label: str
) -> Specification:
    """Return what is written; what is left out is as its template says."""
    written = _model(Specification, {**_UNSAID, **data}, label)
    if written.template and written.template not in library.templates:
        raise UnknownNameError.of("template", written.template, library.templates)
    template = library.templates[written.template] if written.template else None
    _refuse(_unknown(library, written), label)
    base = wish_of(template) if template else Wish()
    who = {word: getattr(written if word in data else base, word) for word in _WHO}
    lists = {word: tuple(value) for word, value in who.items() if isinstance(value, list)}
    said = {word: getattr(written, word) if word in data else None for word in _RUN}
    given = {word: getattr(run, word) for word in _RUN if getattr(run, word) is not None}
    return assemble(
        library, Wish(template, **{**who, **lists}), Run(**{**said, **given}, mix=run.mix)
    )


def _model(model: type[Model], data: dict[str, Any], label: str) -> Model:
    made, problems = validated(model, data)
    _refuse(problems, label)
    assert made is not None
    return made


def _unknown(library: Library, asked: Template | Specification) -> list[str]:
    known = {"condition": library.conditions, "medicine": drug_names(library)}
    return list(unknown_names(of_template(asked), known, library.conditions))


def _refuse(problems: list[str], label: str) -> None:
    if problems:
        raise TemplateError("\n".join(f"{label}: {problem}" for problem in problems))
