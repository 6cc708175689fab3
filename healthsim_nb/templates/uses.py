"""The names by which documents refer to each other, and where they use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from healthsim_nb.templates.catalogue import (
    Allergen,
    Caution,
    LabTest,
    Measure,
    Order,
    Product,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from healthsim_nb.templates.base import Factor, When
    from healthsim_nb.templates.catalogue import Drug
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.event import Care
    from healthsim_nb.templates.health_plan import HealthPlan
    from healthsim_nb.templates.template import Specification, Template
    from healthsim_nb.templates.timeline import Step

    Entry = Measure | LabTest | Order | Drug | Product | Caution | Allergen
    Document = Condition | Template | Specification | HealthPlan | Entry


class Use(NamedTuple):
    """A name in use: where, what kind of thing it names, and of which condition if a rank."""

    path: str
    kind: str
    name: str
    condition: str | None = None


def of_condition(c: Condition) -> Iterator[Use]:
    """Yield every name that a condition uses."""
    if c.only.having:
        yield Use("only.having", "condition", c.only.having)
    yield from _all("ends", "condition", c.ends)
    if c.complicated:
        yield from _all("complicated.by", "condition", c.complicated.by)
    yield from _all("complications", "condition", c.complications)
    yield from _factors("factors", c.factors)
    yield from _factors("progress", c.progress)
    section = "levels" if c.levels else "stages"
    for place, rank in enumerate(c.ranks):
        yield from _all(f"{section}.{place}.set", "measure", rank.set)
    yield from _all("add", "measure", c.add)
    yield from _all("orders", "order", c.orders)
    if c.presents:
        yield from _event("presents", c.presents)
    for place, event in enumerate(c.acute):
        yield from _event(f"acute.{place}", event)
        yield from _factors(f"acute.{place}.factors", event.factors)
    for place, step in enumerate(c.timeline):
        yield from _step(f"timeline.{place}", step)
    if c.treatment:
        for place, line in enumerate(c.treatment.lines):
            yield from _all(f"treatment.lines.{place}", "drug", line)
        yield from _all("treatment.beside", "drug", c.treatment.beside)
        if c.treatment.step_up:
            yield Use("treatment.step_up.measure", "measure", c.treatment.step_up.measure)


def of_template(t: Template | Specification) -> Iterator[Use]:
    """Yield every name that a template or specification uses."""
    yield from _all("have", "condition", t.have)
    yield from _all("new", "condition", t.new)
    for place, group in enumerate(t.have_any):
        yield from _all(f"have_any.{place}", "condition", group)
    if t.without != "chronic":
        yield from _all("without", "condition", t.without)
    for place, outcome in enumerate(t.having):
        yield from _all(f"having.{place}.of", "medicine", outcome.of)
    yield from _all("population.states", "state", t.population.states)
    if t.mix_of:
        yield Use("mix_of", "condition", t.mix_of)
        for name in t.mix:
            yield Use(f"mix.{name}", "rank", name, t.mix_of)


def of_plan(plan: HealthPlan) -> Iterator[Use]:
    """Yield every name that a health plan uses."""
    yield Use("payer", "payer", plan.payer)
    yield Use("network", "network", plan.network)


def of_catalogue(entry: Entry) -> Iterator[Use]:
    """Yield every name that an entry of the catalogues uses."""
    if isinstance(entry, LabTest):
        if entry.measure:
            yield Use("measure", "measure", entry.measure)
        yield from _all("of", "test", entry.of)
    elif isinstance(entry, Order):
        yield from _all("tests", "test", entry.tests)
    elif isinstance(entry, Product):
        yield Use("drug", "drug", entry.drug)
    elif isinstance(entry, Allergen):
        given = [entry.instead] if entry.instead else []
        yield from _all("drugs", "drug", entry.drugs)
        yield from _all("classes", "class", entry.classes)
        yield from _all("instead", "drug", given)
    elif isinstance(entry, Caution):
        yield from _caution(entry)
    elif not isinstance(entry, Measure):
        yield from _all("effects", "measure", entry.effects)
        yield from _all("orders", "order", entry.orders)


def _caution(caution: Caution) -> Iterator[Use]:
    yield from _all("drugs", "drug", caution.drugs)
    yield from _all("classes", "class", caution.classes)
    yield from _when("when", caution.when)
    if caution.instead:
        yield Use("instead", "drug", caution.instead)


def _all(path: str, kind: str, names: Iterable[str]) -> Iterator[Use]:
    for name in names:
        yield Use(path, kind, name)


def _step(path: str, step: Step) -> Iterator[Use]:
    if step.event:
        yield from _event(f"{path}.event", step.event)
    if step.begin:
        yield Use(f"{path}.begin", "condition", step.begin.condition)
        if step.begin.stage:
            yield Use(f"{path}.begin.stage", "rank", step.begin.stage, step.begin.condition)
    if step.birth and step.birth.child:
        yield Use(f"{path}.birth.child", "condition", step.birth.child)
    yield from _all(f"{path}.end", "condition", step.end)
    yield from _all(f"{path}.set", "measure", step.set)
    yield from _all(f"{path}.start_drug", "drug", step.start_drug)
    yield from _factors(f"{path}.factors", step.factors)
    if step.when:
        yield from _when(f"{path}.when", step.when)
    if step.repeat and step.repeat.until:
        yield from _when(f"{path}.repeat.until", step.repeat.until)
    for section, branches in (("then", step.then), ("either", step.either)):
        for place, branch in enumerate(branches):
            yield from _factors(f"{path}.{section}.{place}.factors", branch.factors)
            if branch.when:
                yield from _when(f"{path}.{section}.{place}.when", branch.when)


def _event(path: str, event: Care) -> Iterator[Use]:
    yield from _all(f"{path}.orders", "order", event.orders)
    yield from _all(f"{path}.labs", "measure", event.labs)
    if event.course:
        yield Use(f"{path}.course", "drug", event.course)
    yield from _all(f"{path}.courses", "drug", event.courses)
    if event.by:
        yield Use(f"{path}.by", "role", event.by)


def _factors(path: str, factors: list[Factor]) -> Iterator[Use]:
    for place, factor in enumerate(factors):
        yield from _when(f"{path}.{place}.when", factor.when)


def _when(path: str, when: When) -> Iterator[Use]:
    if when.condition:
        yield Use(f"{path}.condition", "condition", when.condition)
        for name in when.stages:
            yield Use(f"{path}.stages", "rank", name, when.condition)
    if when.without:
        yield Use(f"{path}.without", "condition", when.without)
    if when.drug:
        yield Use(f"{path}.drug", "drug", when.drug)
    if when.measure:
        yield Use(f"{path}.measure", "measure", when.measure)
