"""Whether what is asked for can be true of anybody."""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING

from healthsim_nb.errors import nearest
from healthsim_nb.reference import geography
from healthsim_nb.templates.outcome import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.template import Population, Specification, Template

SEXES = {"F": "women", "M": "men"}
PLAN_LINES = {"medicare-advantage": "medicare", "original-medicare": "medicare"}
"""Who pays, by kind of plan; the others are commercial."""


def disagreements(asked: Template | Specification, known: Mapping[str, Condition]) -> list[str]:
    """Return a sentence for each thing that cannot be, or that excludes another.

    Names that are not ``known`` are left to whoever checks names.
    """
    have = [known[name] for name in asked.have if name in known]
    return [
        *_ages(asked.population),
        *_sexes(asked.population),
        *_plans(asked),
        *_cities(asked.population),
        *(line for c in have for line in _who(c, asked.population)),
        *(line for a, b in permutations(have, 2) for line in _both(a, b)),
        *_excluded(asked, have),
        *_groups(asked, known),
        *_mix(asked, known),
        *_having(asked),
    ]


def _ages(population: Population) -> Iterator[str]:
    low, high = population.limits
    if low > high:
        yield f"nobody is at least {low} and at most {high}"
    bands = population.ages if isinstance(population.ages, list) else []
    for band in bands:
        if band.ages[0] > band.ages[1]:
            yield f"nobody is at least {band.ages[0]} and at most {band.ages[1]}"
    if bands and low <= high and not any(_meet(band.ages, (low, high)) for band in bands):
        yield f"no band of ages is within {low} to {high}"


def _sexes(population: Population) -> Iterator[str]:
    total = math.fsum(population.sex.values())
    if population.sex and abs(total - 100) > 0.01:
        yield f"the shares of the sexes sum to {total:g} %, not 100 %"


def _cities(population: Population) -> Iterator[str]:
    known = {f"{place.city}, {place.state}" for place in geography.places()}
    for city in population.cities:
        if city not in known:
            near = nearest(city, known)
            yield f"there is no city '{city}'{f', but {near}' if near else ''}"


def _plans(asked: Template | Specification) -> Iterator[str]:
    population = asked.population
    lines = {PLAN_LINES.get(kind, "commercial") for kind in population.plans}
    if lines and set(population.line_of_business) != lines:
        kinds, said = " or ".join(population.plans), " or ".join(population.line_of_business)
        needed = " or ".join(sorted(lines))
        yield f"plans of the kind {kinds} are {needed}, and {said or 'any payer'} is asked for"
    if population.plans and not asked.coverage:
        yield "a kind of plan is asked for, and no health plans are made (coverage)"


def _having(asked: Template | Specification) -> Iterator[str]:
    if asked.coverage:
        return
    for outcome in asked.having:
        if outcome.kind.coverage:
            yield f"'{sentence(outcome)}' is asked for, and no health plans are made (coverage)"


def _who(c: Condition, population: Population) -> Iterator[str]:
    if c.kind == "service":
        yield f"'{c.id}' is a service, which nobody has as an illness"
    for sex, share in population.sex.items():
        if c.only.sex and sex != c.only.sex and share:
            yield f"only {SEXES[c.only.sex]} have '{c.id}', and {SEXES[sex]} are asked for"
    possible = population.limits[0] <= population.limits[1]
    if possible and not _meet(c.only.age, population.limits):
        (low, high), (least, most) = population.limits, c.only.age
        asked = f"ages {low} to {high} are asked for"
        yield f"'{c.id}' occurs from {least} to {most} years, and {asked}"


def _both(a: Condition, b: Condition) -> Iterator[str]:
    if a.only.sex == "F" and b.only.sex == "M":
        yield f"only women have '{a.id}' and only men '{b.id}'"
    forbids = any(
        f.times == 0 and f.when.model_fields_set == {"condition"} and f.when.condition == b.id
        for f in a.factors
        if not f.onset_only
    )
    if b.id in a.ends or forbids:
        yield f"nobody has both '{a.id}' and '{b.id}'"


def _excluded(asked: Template | Specification, have: list[Condition]) -> Iterator[str]:
    for c in have:
        if c.id in asked.without:
            yield f"'{c.id}' is both asked for and excluded"
        if asked.without == "chronic" and c.kind == "chronic":
            yield f"'{c.id}' is asked for, and chronic conditions are excluded"


def _groups(asked: Template | Specification, known: Mapping[str, Condition]) -> Iterator[str]:
    for name in asked.new:
        if name not in asked.have:
            yield f"'{name}' is to be newly found and is not among what everyone has"
    for group in asked.have_any:
        if not math.fsum(group.values()):
            yield "a group of 'have_any' needs shares above 0"
        for name in group:
            c = known.get(name)
            if name in asked.without or (asked.without == "chronic" and c and c.kind == "chronic"):
                yield f"'{name}' is both asked for and excluded"
            if c and c.kind == "service":
                yield f"'{name}' is a service, which nobody has as an illness"
            for cause in c.comes_of if c else ():
                if cause not in asked.have:
                    yield f"'{name}' comes of '{cause}', which not everyone is asked to have"


def _mix(asked: Template | Specification, known: Mapping[str, Condition]) -> Iterator[str]:
    if not asked.mix:
        return
    if not asked.mix_of:
        yield "a mix needs 'mix_of', the condition whose levels it speaks of"
    elif asked.mix_of in known and not known[asked.mix_of].ranks:
        yield f"'{asked.mix_of}' has no levels, so it takes no mix"
    total = math.fsum(asked.mix.values())
    if abs(total - 1) > 1e-6:
        yield f"the shares of mix sum to {total:g}, not 1"


def _meet(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return max(a[0], b[0]) <= min(a[1], b[1])
