"""Among whom people on a drug are looked for: those with a condition that it is prescribed for.

Only where every reason for the drug is a lasting condition, and few people have one: among them
it is found sooner. Who gets the condition during the scenario is left out by that, which is said.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import fsum
from typing import TYPE_CHECKING

from healthsim_nb import reference
from healthsim_nb.templates.drug_names import codes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb.templates.assemble import Wish
    from healthsim_nb.templates.base import Curve
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Population

FEW = 20.0
"""Percent of people with one of the conditions, above which it is not worth it."""


def among(library: Library, wish: Wish) -> tuple[Wish, list[str]]:
    """Return a wish with the conditions that a drug is for, and these; the same wish if none are.

    Nothing is added where the request names conditions, a template or ages by share.
    """
    said = wish.template or wish.have or wish.have_any or wish.without or wish.new
    if said or wish.population.ages is not None:
        return wish, []
    groups = [
        shares
        for outcome in wish.having
        if outcome.what == "drug" and not outcome.never
        for shares in [_shares(library, tuple(outcome.of), wish.population)]
        if shares and fsum(shares.values()) <= FEW
    ]
    # Of several drugs the rarest counts: a second group would have shares of its own.
    group = min(groups, key=lambda shares: fsum(shares.values()), default={})
    if len(group) < 2:
        return replace(wish, have=tuple(group)), list(group)
    total = fsum(group.values())
    parts = {name: round(100 * share / total, 1) for name, share in group.items()}
    return replace(wish, have_any=(parts,)), list(group)


def _shares(library: Library, names: tuple[str, ...], who: Population) -> dict[str, float]:
    """Return the percent of people with each condition; empty if that is not all it is for."""
    found = indications(library, names)
    shares = {name: _prevalence(library.conditions[name], who) for name in found}
    shares = {name: share for name, share in shares.items() if share > 0}
    known = [library.conditions[name] for name in shares]
    # What comes of a condition that counts itself adds nobody.
    kept = [c.id for c in known if not set(c.comes_of) & shares.keys()]
    alone = len(kept) == 1
    whole = all(alone or not library.conditions[name].comes_of for name in kept)
    return {name: shares[name] for name in kept} if whole else {}


@lru_cache(maxsize=64)
def indications(library: Library, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lasting conditions that some drugs are prescribed for.

    Empty if they are prescribed for anything else, too: a course, an episode.
    """
    codes = codes_of(library, names, "rxnorm_code")
    drugs = {p.drug for p in library.products.values() if p.rxnorm in codes}
    drugs |= {d.id for d in library.drugs.values() if d.rxnorm in codes}
    pending, seen = sorted(drugs), set(drugs)
    while pending:
        for name in sorted(set(_replaced(library, pending.pop())) - seen):
            seen.add(name)
            pending.append(name)
    reasons = [
        found for condition in library.conditions.values() for found in _why(condition, seen)
    ]
    return tuple(dict.fromkeys(reasons)) if all(reasons) else ()


def _why(condition: Condition, drugs: set[str]) -> Iterator[str]:
    """Yield the condition if a drug treats it for long; an empty name if it does for a while."""
    lines = condition.treatment.lines if condition.treatment else []
    events = [condition.presents, *condition.acute, *(step.event for step in condition.timeline)]
    courses = {name for e in events if e for name in (e.course, *e.courses) if name}
    treated = {name for line in lines for name in line}
    treated |= {*condition.treatment.beside} if condition.treatment else set()
    treated |= {name for step in condition.timeline for name in step.start_drug}
    if courses & drugs:
        yield ""
    if treated & drugs:
        yield condition.id if condition.kind == "chronic" and not condition.only.having else ""


def _replaced(library: Library, drug: str) -> Iterator[str]:
    """Yield the drugs in whose place a drug is taken."""
    for caution in library.cautions.values():
        if caution.instead == drug:
            yield from caution.drugs
            yield from _of_classes(library, caution.classes)
    for allergen in library.allergens.values():
        if allergen.instead == drug:
            yield from allergen.drugs
            yield from _of_classes(library, allergen.classes)


def _of_classes(library: Library, classes: list[str]) -> Iterator[str]:
    return (drug.id for drug in library.drugs.values() if drug.drug_class in classes)


def _prevalence(condition: Condition, who: Population) -> float:
    """Return the percent of the people asked for who have a condition, by age and sex of the US."""
    if condition.prevalence is None:
        return 0.0
    low, high = who.limits
    have = people = 0.0
    curves = {"F": condition.prevalence.F, "M": condition.prevalence.M}
    asked = {sex for sex in curves if not who.sex or dict(who.sex).get(sex)}  # type: ignore[call-overload]
    for row in reference.rows("population/pyramid.csv"):
        age = int(row["age"])
        for sex in asked if low <= age <= high else ():
            people += int(row[sex])
            have += int(row[sex]) * _at(curves[sex], age)
    return have / people if people else 0.0


def _at(curve: Curve, age: int) -> float:
    """Return the value of a curve at an age: linear between its points, level beyond them."""
    points = sorted(curve.items())
    below = [point for point in points if point[0] <= age]
    above = [point for point in points if point[0] >= age]
    if not below or not above:
        return (below or above or [(0, 0.0)])[-1 if below else 0][1]
    (x0, y0), (x1, y1) = below[-1], above[0]
    return y0 if x1 == x0 else y0 + (y1 - y0) * (age - x0) / (x1 - x0)
