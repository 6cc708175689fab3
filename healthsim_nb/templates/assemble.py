"""Makes a specification, or says why there can be none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from healthsim_nb.errors import SpecificationError
from healthsim_nb.templates import settings
from healthsim_nb.templates.agreement import disagreements
from healthsim_nb.templates.checking import unknown_names
from healthsim_nb.templates.drug_names import drug_names
from healthsim_nb.templates.template import Population, Specification
from healthsim_nb.templates.uses import of_template

if TYPE_CHECKING:
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.outcome import Outcome
    from healthsim_nb.templates.template import Template

DEFAULT_SIZE = 100
DEFAULT_MONTHS = 24


@dataclass(frozen=True)
class Run:
    """The settings of one run as the caller gave them; None: not said."""

    n: object = None
    seed: object = None
    start: object = None
    months: object = None
    mix: object = None
    notes: bool | None = None
    coverage: bool | None = None


@dataclass(frozen=True)
class Wish:
    """Who is asked for, without the settings of the run."""

    template: Template | None = None
    population: Population = field(default_factory=Population)
    have: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    have_any: tuple[dict[str, float], ...] = ()
    without: tuple[str, ...] | Literal["chronic"] = ()
    mix_of: str | None = None
    mix: dict[str, float] | None = None
    having: tuple[Outcome, ...] = ()
    having_within: int | None = None


def assemble(library: Library, wish: Wish, run: Run) -> Specification:
    """Return the specification of a wish and a run.

    Raises
    ------
    SpecificationError
        If a setting cannot be, or two exclude each other.
    UnknownNameError
        If the mix names a level that does not exist.
    """
    template = wish.template
    months = settings.duration(_first(run.months, template and template.months, DEFAULT_MONTHS))
    mix = wish.mix or {} if run.mix is None else run.mix
    mix_of = wish.mix_of or _only_one_with_levels(library, wish)
    spec = Specification(
        template=template.id if template else None,
        n=settings.size(_first(run.n, template and template.n, DEFAULT_SIZE)),
        seed=settings.seed_number(_first(run.seed, 0)),
        start=settings.first_day(_first(run.start, settings.DEFAULT_START), months),
        months=months,
        population=wish.population,
        have=_with_causes(library, wish.have),
        new=list(wish.new),
        have_any=list(wish.have_any),
        without=wish.without if wish.without == "chronic" else list(wish.without),
        having=list(wish.having),
        having_within=wish.having_within,
        mix_of=mix_of,
        notes=_first(run.notes, template and template.notes, False),
        coverage=_first(run.coverage, template and template.coverage, True),
        mix=settings.shares(mix, library.conditions.get(mix_of or ""), _asked_by(wish)),
    )
    known = {"condition": library.conditions, "medicine": drug_names(library)}
    problems = [*unknown_names(of_template(spec), known, library.conditions)]
    problems = problems or disagreements(spec, library.conditions)
    if problems:
        raise SpecificationError(f"This cannot be: {'; '.join(problems)}.")
    return spec


def wish_of(template: Template) -> Wish:
    """Return what a template asks for."""
    without = template.without if template.without == "chronic" else tuple(template.without)
    return Wish(
        template,
        template.population,
        tuple(template.have),
        tuple(template.new),
        tuple(template.have_any),
        without,
        template.mix_of,
        template.mix,
        tuple(template.having),
    )


def _with_causes(library: Library, have: tuple[str, ...]) -> list[str]:
    """Return the conditions, each with those that it comes of."""
    found = list(have)
    for name in found:
        causes = library.conditions[name].comes_of if name in library.conditions else []
        found += [cause for cause in causes if cause not in found]
    return found


def _first(*values: Any) -> Any:  # noqa: ANN401
    return next(value for value in values if value is not None)


def _only_one_with_levels(library: Library, wish: Wish) -> str | None:
    known = (library.conditions.get(name) for name in wish.have)
    found = [c.id for c in known if c and c.ranks]
    return found[0] if len(found) == 1 else None


def _asked_by(wish: Wish) -> str:
    if wish.template:
        return f"Template '{wish.template.id}'"
    return f"'{', '.join(wish.have)}'" if wish.have else "A population without a condition"
