"""From what a user asks for to the specification of one run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from healthsim_nb.errors import RequestError, SpecificationError, UnknownNameError
from healthsim_nb.templates.assemble import Run, assemble, wish_of
from healthsim_nb.templates.request import understand
from healthsim_nb.templates.request.understand import HELP
from healthsim_nb.templates.template import Specification, Template
from healthsim_nb.templates.written import from_file, from_template, from_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from healthsim_nb.templates.condition import Condition
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
    notes: bool | None = None,
    coverage: bool | None = None,
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
    n, seed, start, months, mix, notes, coverage
        Settings of the run; what is left out is as the template, file or request says, else
        100 patients, seed 0, from 2024-01-01, 24 months, the template's own mix, no notes,
        health plans and claims.

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
    run = Run(n, seed, start, months, mix, notes, coverage)
    if isinstance(what, Template):
        return from_template(library, what, run, f"template '{what.id}'")
    if isinstance(what, Path):
        return from_file(library, what, run)
    if not isinstance(what, str):
        raise SpecificationError(f"Ask with a template's name or a sentence, not {what!r}.")
    asked = what.strip()
    if not asked:
        raise RequestError(f"Nothing is asked for. {HELP}")
    if "\n" not in asked and asked.endswith((".yaml", ".yml")):
        return from_file(library, Path(asked), run)
    if _YAML.match(asked):
        return from_text(library, asked, run, "specification")
    if _NAME.fullmatch(asked):
        return _of_name(library, asked, run)
    return understand(library, asked, run).specification


def _of_name(library: Library, name: str, run: Run) -> Specification:
    """Return what one word means: a template, by id before synonym, else a condition."""
    wanted = _same(name)
    templates, conditions = library.templates.values(), library.conditions.values()
    by_id = [t for t in templates if _same(t.id) == wanted]
    found = by_id or [t for t in templates if _is_called(t, wanted)]
    if len(found) == 1:
        return assemble(library, wish_of(found[0]), run)
    meant = [c for c in conditions if c.kind != "service" and _is_called(c, wanted)]
    if len(meant) == 1 and not found:
        return understand(library, f"people with {meant[0].id}", run).specification
    raise UnknownNameError.of("template", name, library.templates)


def _is_called(thing: Template | Condition, wanted: str) -> bool:
    return wanted in {_same(word) for word in (thing.id, thing.name, *thing.synonyms)}


def _same(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold())
