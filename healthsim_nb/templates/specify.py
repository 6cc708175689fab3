"""From what a user asks for to the specification of one run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import RequestError, SpecificationError, TemplateError, UnknownNameError
from healthsim_nb.templates.agreement import disagreements
from healthsim_nb.templates.assemble import Run, Wish, assemble, wish_of
from healthsim_nb.templates.checking import unknown_names
from healthsim_nb.templates.documents import parse_yaml, read_text
from healthsim_nb.templates.problems import validated
from healthsim_nb.templates.request import understand
from healthsim_nb.templates.request.understand import HELP
from healthsim_nb.templates.template import Specification, Template
from healthsim_nb.templates.uses import of_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from healthsim_nb.templates.library import Library

_NAME = re.compile(r"[\w.-]+")
_YAML = re.compile(r"(?:\s*#[^\n]*\n|\s*\n)*[a-z_]+:(?:\s|$)")


def specify(
    library: Library,
    what: str | Path | Template,
    *,
    n: int | None = None,
    seed: int | None = None,
    start: date | str | None = None,
    months: int | None = None,
    mix: Mapping[str, float] | None = None,
) -> Specification:
    """Return the specification of what is asked for.

    Parameters
    ----------
    library
        The templates and conditions that exist.
    what
        One word is the name of a template: its id, else a synonym that only one template has,
        else a condition ("asthma"). A path that ends in ``.yaml`` or ``.yml`` is a template or
        a specification of the user's own; so is text that begins with ``word:``, which is YAML.
        Anything else is a request, a sentence.
    n, seed, start, months, mix
        Settings of the run; what is left out is as the template, file or request says, else
        100 patients, seed 0, from 2024-01-01, 24 months, the template's own mix.

    Raises
    ------
    UnknownNameError
        If there is no such template, or the mix names a level that does not exist.
    RequestError
        If a request is not understood.
    TemplateError
        If a file has problems: all of them, each with its path.
    SpecificationError
        If a setting cannot be, or two exclude each other.
    """
    run = Run(n, seed, start, months, mix)
    if isinstance(what, Template):
        return _of_template(library, what, run, f"template '{what.id}'")
    if isinstance(what, Path):
        return _of_file(library, what, run)
    if not isinstance(what, str):
        raise SpecificationError(f"Ask with a template's name or a sentence, not {what!r}.")
    asked = what.strip()
    if not asked:
        raise RequestError(f"Nothing is asked for. {HELP}")
    if "\n" not in asked and asked.endswith((".yaml", ".yml")):
        return _of_file(library, Path(asked), run)
    if _YAML.match(asked):
        return _of_text(library, asked, run, "specification")
    if _NAME.fullmatch(asked):
        return _of_name(library, asked, run)
    return understand(library, asked, run).specification


def _of_name(library: Library, name: str, run: Run) -> Specification:
    wanted = _same(name)
    called = {
        word: [t for t in library.templates.values() if word in _names(t)] for word in {wanted}
    }[wanted]
    exact = [t for t in library.templates.values() if _same(t.id) == wanted]
    if len(found := exact or called) == 1:
        return assemble(library, wish_of(found[0]), run)
    conditions = [c for c in library.conditions.values() if c.kind != "service"]
    meant = [c for c in conditions if wanted in {_same(w) for w in (c.id, c.name, *c.synonyms)}]
    if len(meant) == 1:
        return understand(library, f"people with {meant[0].name}", run).specification
    raise UnknownNameError.of("template", name, library.templates)


def _names(template: Template) -> set[str]:
    return {_same(word) for word in (template.id, template.name, *template.synonyms)}


def _same(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold())


def _of_file(library: Library, path: Path, run: Run) -> Specification:
    text, problems = read_text(path)
    if problems:
        raise TemplateError(f"{path}: {problems[0]}")
    return _of_text(library, text, run, str(path))


def _of_text(library: Library, text: str, run: Run, label: str) -> Specification:
    data, problems = parse_yaml(text)
    if not problems and not isinstance(data, dict):
        problems = ["must be a mapping such as 'n: 100'"]
    _refuse(problems, label)
    if "version" in data or "description" in data:
        template, problems = validated(Template, data)
        _refuse(problems, label)
        assert template is not None
        return _of_template(library, template, run, label)
    return _of_specification(library, data, run, label)


def _of_template(library: Library, template: Template, run: Run, label: str) -> Specification:
    known = {"condition": library.conditions}
    names = list(unknown_names(of_template(template), known, library.conditions))
    _refuse(names or disagreements(template, library.conditions), label)
    return assemble(library, wish_of(template), run)


def _of_specification(
    library: Library, data: dict[str, Any], run: Run, label: str
) -> Specification:
    """Return what is written; what is left out is as its template says."""
    template = None
    if isinstance(name := data.get("template"), str):
        if name not in library.templates:
            raise UnknownNameError.of("template", name, library.templates)
        template = library.templates[name]
    needed = {"n": 1, "seed": 0, "start": "2024-01-01", "months": 1}
    written, problems = validated(Specification, {**needed, **data})
    _refuse(problems, label)
    assert written is not None
    _refuse(
        list(
            unknown_names(
                of_template(written), {"condition": library.conditions}, library.conditions
            )
        ),
        label,
    )
    base = wish_of(template) if template else Wish()
    fields = ("population", "have", "without", "mix_of", "mix")
    said = {word: getattr(written, word) for word in fields if word in data}
    merged = {**{word: getattr(base, word) for word in fields}, **said}
    settings = {
        word: data.get(word) if getattr(run, word) is None else getattr(run, word)
        for word in ("n", "seed", "start", "months", "mix")
    }
    settings["mix"] = run.mix
    return assemble(library, Wish(template, **_tuples(merged)), Run(**settings))


def _tuples(said: dict[str, Any]) -> dict[str, Any]:
    return {
        word: tuple(value) if isinstance(value, list) else value for word, value in said.items()
    }


def _refuse(problems: list[str], label: str) -> None:
    if problems:
        raise TemplateError("\n".join(f"{label}: {problem}" for problem in problems))
