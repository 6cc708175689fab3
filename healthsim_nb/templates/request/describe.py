"""Says in plain words what a reading means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb import reference
from healthsim_nb.templates.outcome import Outcome, sentence
from healthsim_nb.templates.request.levels import in_words, ranks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Population, Specification

SEXES = {"F": "women", "M": "men"}
PAYERS = {
    "medicare": "Medicare",
    "medicaid": "Medicaid",
    "commercial": "commercial insurance",
    "uninsured": "no insurance",
    "military": "military (TRICARE or VA)",
}


RACES = {
    "white": "White, not Hispanic",
    "black": "Black, not Hispanic",
    "asian": "Asian, not Hispanic",
    "american_indian": "American Indian or Alaska Native, not Hispanic",
    "pacific_islander": "Pacific Islander, not Hispanic",
    "multiracial": "of two or more races, not Hispanic",
    "hispanic": "Hispanic, of any race",
}
PLANS = {
    "marketplace": "a marketplace plan",
    "medicare-advantage": "Medicare Advantage",
    "original-medicare": "original Medicare",
    "HMO": "an HMO",
    "EPO": "an EPO",
    "HDHP": "a high-deductible plan",
}


def meaning_of(says: dict[str, Any], library: Library, mix_of: str | None = None) -> str:
    """Return the meaning of some settings; empty for words that set nothing.

    Parameters
    ----------
    mix_of
        The condition whose levels are meant: "class 2" is one of obesity and of heart failure.
    """
    if mix_of and "level" in says:
        known = [n for n in says["level"] if ranks_of(library.conditions[mix_of], n)]
        says = {**says, "level": known or says["level"]}
    said = ", ".join(_parts(says, library))
    if "share" not in says:
        return said
    return f"{percent(says['share'])} {said}" if says["share"] is not None else f"the rest {said}"


def in_all(spec: Specification) -> Iterator[str]:
    """Yield all that decides a scenario, its template's part and the defaults included."""
    who = spec.population
    yield f"{spec.n:,} patient{'' if spec.n == 1 else 's'}"
    yield from (f"{share:.4g} % {SEXES[sex]}" for sex, share in who.sex.items())
    yield ages_in_words(*who.limits)
    if who.race:
        yield " or ".join(RACES[race] for race in who.race)
    if who.plans:
        yield _plans(who.plans)
    elif who.line_of_business:
        yield " or ".join(PAYERS[payer] for payer in who.line_of_business)
    yield from _where(who)
    if spec.have:
        yield f"with {' and '.join(spec.have)}"
    if spec.new:
        yield f"newly diagnosed {' and '.join(spec.new)}"
    for group in spec.have_any:
        yield f"each with one of {', '.join(group)}"
    if spec.without:
        named = "chronic conditions" if spec.without == "chronic" else " or ".join(spec.without)
        yield f"without {named}"
    if spec.mix:
        yield " and ".join(f"{percent(share)} {level}" for level, share in spec.mix.items())
    yield from _kept(spec)
    yield f"template {spec.template}" if spec.template else "no template"
    yield f"{spec.months:,} month{'' if spec.months == 1 else 's'} from {spec.start}"
    yield f"seed {spec.seed}"


def _where(who: Population) -> Iterator[str]:
    if who.cities:
        yield " or ".join(who.cities)
    whole = [s for s in who.states if not any(city.endswith(f", {s}") for city in who.cities)]
    if whole:
        yield _states(whole)


def _kept(spec: Specification) -> Iterator[str]:
    if spec.having:
        within = f" within {spec.having_within:,} months" if spec.having_within else ""
        had = " and ".join(map(sentence, spec.having))
        yield f"of as many as it takes those are kept who had {had}{within}"


def percent(share: float) -> str:
    """Return ``40 %``."""
    return f"{share * 100:.4g} %"


def ages_in_words(low: int, high: int) -> str:
    """Return ``ages 65 to 85``, ``50 and older`` or ``under 18``."""
    if (low, high) == (0, 120):
        return "all ages"
    if high >= 120:
        return f"{low} and older"
    if low == 0:
        return f"under {high + 1}"
    return f"age {low}" if low == high else f"ages {low} to {high}"


def _parts(says: dict[str, Any], library: Library) -> Iterator[str]:
    if "n" in says:
        yield f"{says['n']:,} patient{'' if says['n'] == 1 else 's'}"
    if "sex" in says:
        yield SEXES[says["sex"]]
    for key in ("ages", "years"):
        if key in says:
            yield ages_in_words(*says[key])
    yield from _people(says)
    if "states" in says:
        yield _states(says["states"])
    if "cities" in says:
        yield " or ".join(says["cities"])
    yield from _medical(says, library)
    yield from _happened(says.get("having", ()), says.get("among", ()), library)
    if "months" in says:
        yield f"{says['months']:,} month{'' if says['months'] == 1 else 's'}"
    if "start" in says:
        yield f"from {says['start']}"
    if "seed" in says:
        yield f"seed {says['seed']}"


def _happened(
    having: Sequence[dict[str, Any]], among: Sequence[str], library: Library
) -> Iterator[str]:
    if among:
        names = " or ".join(library.conditions[name].name for name in among)
        yield f"looked for among people with {names}, for which it is prescribed"
    if having:
        had = (sentence(Outcome.model_validate(one)) for one in having)
        yield f"those are kept who had {' and '.join(had)}"


def _people(says: dict[str, Any]) -> Iterator[str]:
    if "race" in says:
        yield RACES[says["race"]]
    if "plans" in says:
        yield _plans([says["plans"]])
    elif "line_of_business" in says:
        yield PAYERS[says["line_of_business"]]


def _medical(says: dict[str, Any], library: Library) -> Iterator[str]:
    if "have" in says:
        yield library.conditions[says["have"]].name
    if "template" in says:
        yield f"template {says['template']}"
    if says.get("without") == "chronic":
        yield "without chronic conditions"
    elif "without" in says:
        yield "without " + " or ".join(library.conditions[name].name for name in says["without"])
    if "either" in says:
        yield "with or without " + " or ".join(library.conditions[i].name for i in says["either"])
    if "level" in says:
        yield in_words(says["level"][0])
    if "newly" in says:
        yield "newly diagnosed"
    if "complications" in says:
        yield "with complications" if says["complications"] else "without complications"


def _plans(kinds: Sequence[str]) -> str:
    named = " or ".join(PLANS.get(kind, f"a {kind} plan") for kind in kinds)
    return f"{named} on the first day"


def _states(codes: list[str]) -> str:
    rows = reference.rows("geography/states.csv")
    for column in ("region", "division"):
        for name in {row[column] for row in rows}:
            if sorted(codes) == sorted(row["code"] for row in rows if row[column] == name):
                return f"{name} ({len(codes)} states)"
    names = {row["code"]: row["name"] for row in rows}
    return " or ".join(names[code] for code in dict.fromkeys(codes))
