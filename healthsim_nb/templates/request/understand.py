"""From a sentence to a specification."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from healthsim_nb.errors import RequestError, SpecificationError
from healthsim_nb.templates.assemble import Run, Wish, assemble, wish_of
from healthsim_nb.templates.outcome import Outcome
from healthsim_nb.templates.request import outcomes, qualities, what, who
from healthsim_nb.templates.request.connectors import refuse_two_groups
from healthsim_nb.templates.request.describe import meaning_of
from healthsim_nb.templates.request.indications import among
from healthsim_nb.templates.request.reader import read
from healthsim_nb.templates.request.reading import Reading, Text
from healthsim_nb.templates.request.splits import settle
from healthsim_nb.templates.request.tokens import plain, tokenize
from healthsim_nb.templates.request.understanding import Understanding, quoted
from healthsim_nb.templates.request.vocabulary import vocabulary
from healthsim_nb.templates.request.where import spread
from healthsim_nb.templates.template import AgeBand, Population

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Specification

LONGEST = 2000
MOST_HINTS = 3
NEAR = 0.8
"""How alike a word must be to be what was meant."""
SHARED = re.compile(r"%|percent|half|third|quarter|split")
SHARES = (
    "Shares go with levels, sexes and ages; for a part with a condition or in a place, make two"
    " scenarios and merge them."
)
EXAMPLE = "200 Medicare members with diabetes, 65 to 85, in Texas, for 2 years"
HELP = (
    "A request can say how many, an age range, a sex, conditions, 'without' a condition,"
    f" shares of levels, a state or city, who pays, and for how long: '{EXAMPLE}'."
)


def understand(
    library: Library, request: str, run: Run | None = None, *, partly: bool = False
) -> Understanding:
    """Return what a request asks for.

    Parameters
    ----------
    library
        Templates and conditions, whose names and synonyms are part of the vocabulary.
    request
        A sentence such as ``200 Medicare members with diabetes, 65 to 85, in Texas``.
    run
        Settings given beside the sentence.
    partly
        True: words that are not understood are listed, not refused.

    Raises
    ------
    RequestError
        If words are not understood, or exclude each other.
    SpecificationError
        If a setting cannot be.
    """
    text = _text(library, request)
    readings, unknown = read(text)
    readings, idle = settle(library, readings)
    unknown += idle
    refuse_two_groups(text, readings)
    wish, unfit = _wish(text, library, readings)
    wish, found_among = among(library, wish)
    readings = outcomes.told_among(readings, found_among)
    missed = sorted([*unknown, *((r.first, r.end) for r in unfit)])
    not_understood = tuple(dict.fromkeys(text.said(*place) for place in missed))
    kept = [r for r in readings if r not in unfit]
    understood = tuple(_understood(text, library, kept, wish.mix_of))
    if not_understood and not partly:
        raise RequestError(_sentence(library, wish, understood, not_understood, unfit))
    if not understood:
        raise RequestError(f"Nothing is asked for. {HELP}")
    spec = _specification(text, library, wish, kept, run or Run())
    return Understanding(" ".join(request.split()), spec, understood, not_understood)


def _text(library: Library, request: str) -> Text:
    if len(request) > LONGEST:
        raise RequestError(
            f"The request has {len(request):,} characters; {LONGEST:,} are allowed. {HELP}"
        )
    return Text(plain(request), tokenize(request), vocabulary(library))


def _wish(text: Text, library: Library, readings: list[Reading]) -> tuple[Wish, list[Reading]]:
    """Return who is asked for, and the readings that turn out to mean nothing here."""
    have, without = what.conditions(readings), what.exclusions(readings)
    named = who.single(text, readings, "template")
    limits = who.limits(text, readings)
    asked = tuple(library.templates[named].have) if named else ()
    newly = qualities.new(library, readings, (*asked, *have), ())
    groups, spared, idle = qualities.complications(library, readings, (*asked, *have))
    template = (
        library.templates[named]
        if named
        else what.template(library, have, without, limits, (newly, groups))
    ) or what.template(library, have, without, limits)
    base = wish_of(template) if template else Wish()
    have = tuple(dict.fromkeys((*base.have, *have)))
    mix_of, mix, unfit = what.mix(text, library, readings, have, base)
    wish = Wish(
        template,
        _population(text, readings, base.population),
        have,
        tuple(dict.fromkeys((*base.new, *newly))),
        (*base.have_any, *(g for g in groups if g not in base.have_any)),
        _excluded(base, _also(without, spared)),
        mix_of,
        mix or base.mix,
        (*base.having, *(Outcome.model_validate(said) for said in outcomes.asked(readings))),
    )
    return wish, [*unfit, *idle]


def _also(without: what.Without, spared: tuple[str, ...]) -> what.Without:
    """Return exclusions with those of complications."""
    return without if without == "chronic" else tuple(dict.fromkeys((*without, *spared)))


def _excluded(base: Wish, without: what.Without) -> what.Without:
    if base.without == without or not without or not base.without:
        return without or base.without
    if "chronic" in (base.without, without):
        raise RequestError(
            f"Template '{base.template.id if base.template else None}' has its own exclusions:"
            " those and 'without chronic conditions' do not go together."
        )
    return tuple(dict.fromkeys((*base.without, *without)))


def _population(text: Text, readings: list[Reading], base: Population) -> Population:
    """Return the template's people, with what the request says in place of what it says."""
    said: dict[str, object] = {}
    if limits := who.limits(text, readings):
        said["limits"] = limits
    if found := who.bands(readings):
        if "limits" in said:
            raise RequestError("Say the ages with their shares or as one range, not both.")
        said["ages"] = [AgeBand(ages=ages, share=share) for ages, share in found]
        said["limits"] = who.EVERYONE
    if sexes := who.size_and_sexes(text, readings)[1]:
        said["sex"] = sexes
    states, cities = spread(readings)
    for key, value in (
        ("states", states),
        ("cities", cities),
        (
            "line_of_business",
            [r.says["line_of_business"] for r in readings if "line_of_business" in r.says],
        ),
        ("race", [r.says["race"] for r in readings if "race" in r.says]),
        ("plans", [r.says["plans"] for r in readings if "plans" in r.says]),
    ):
        if value:
            said[key] = list(dict.fromkeys(value))
    return base.model_copy(update=said)


def _specification(
    text: Text, library: Library, wish: Wish, readings: list[Reading], run: Run
) -> Specification:
    said = {key: who.single(text, readings, key) for key in ("seed", "start", "months")}
    said["n"] = who.size_and_sexes(text, readings)[0]
    for key, value in said.items():
        given = getattr(run, key)
        if value is not None and given is not None and str(given) != str(value):
            raise RequestError(f"The request says {value} and {key} says {given}: say it once.")
    if run.mix and any("level" in r.says for r in readings):
        raise RequestError("The request says a mix and 'mix' says another: say it once.")
    merged = {
        key: value if getattr(run, key) is None else getattr(run, key)
        for key, value in said.items()
    }
    try:
        return assemble(
            library, wish, Run(**merged, mix=run.mix, notes=run.notes, coverage=run.coverage)
        )
    except SpecificationError as error:
        raise RequestError(str(error)) from None


def _understood(
    text: Text, library: Library, readings: list[Reading], mix_of: str | None
) -> Iterator[tuple[str, str]]:
    for reading in readings:
        meaning = meaning_of(reading.says, library, mix_of)
        if meaning:
            yield text.said(reading.first, reading.end), meaning


def _hints(library: Library, missed: tuple[str, ...]) -> Iterator[str]:
    """Yield why what was not understood cannot be asked for, or what may have been meant."""
    words = vocabulary(library)
    tokens = tokenize(" ".join(missed))
    places = (words.beyond.find(tokens, place) for place in range(len(tokens)))
    why = list(dict.fromkeys(found[1] for found in places if found))
    if not why and SHARED.search(" ".join(missed)):
        why = [SHARES]
    if why:
        yield from why[:MOST_HINTS]
        return
    for word in dict.fromkeys((" ".join(missed), *missed[:MOST_HINTS])):
        near = get_close_matches(word.casefold(), words.known, 1, NEAR) if len(word) > 3 else []
        if near and len(near[0]) > 3:
            yield f"Did you mean '{near[0]}'?"
            if len(missed) > 1 and word == " ".join(missed):
                return


def _sentence(
    library: Library,
    wish: Wish,
    understood: tuple[tuple[str, str], ...],
    missed: tuple[str, ...],
    unfit: list[Reading],
) -> str:
    ranked = [c for name in wish.have if (c := library.conditions[name]).ranks]
    hints = [f"Levels of {c.name}: {', '.join(r.id for r in c.ranks)}." for c in ranked if unfit]
    if not unfit:
        hints = list(_hints(library, missed))
    parts = [
        f"Understood: {' · '.join(meaning for _, meaning in understood)}." if understood else "",
        f"Not understood: {quoted(missed)}.",
        *hints,
        HELP,
    ]
    return " ".join(part for part in parts if part)
