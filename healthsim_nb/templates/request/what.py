"""Puts together which conditions, template and mix the readings of a request say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from healthsim_nb.errors import RequestError
from healthsim_nb.templates.request.describe import percent
from healthsim_nb.templates.request.levels import ranks_of
from healthsim_nb.templates.request.qualities import is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb.templates.assemble import Wish
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.request.reading import Reading, Text
    from healthsim_nb.templates.template import Template

Without = tuple[str, ...] | Literal["chronic"]


def conditions(readings: list[Reading]) -> tuple[str, ...]:
    """Return the conditions that everyone has, in the order in which they are said."""
    return tuple(dict.fromkeys(r.says["have"] for r in readings if "have" in r.says))


def exclusions(readings: list[Reading]) -> Without:
    """Return the conditions that nobody has."""
    said = [r.says["without"] for r in readings if "without" in r.says]
    named = tuple(dict.fromkeys(name for one in said if one != "chronic" for name in one))
    if "chronic" not in said:
        return named
    if named:
        raise RequestError(
            "'without chronic conditions' and the exclusion of single ones do not go together:"
            " the first speaks of the start, the second of all time."
        )
    return "chronic"


def template(
    library: Library,
    have: tuple[str, ...],
    without: Without,
    ages: tuple[int, int] | None,
    qualities: tuple[tuple[str, ...], list[dict[str, float]]] = ((), []),
) -> Template | None:
    """Return the template that asks for just these conditions, of people of these ages.

    Of several that do, the one that builds on no other and says least beside it, then the
    first by id. ``qualities``: what is newly diagnosed, and groups of complications.
    """
    fitting = [
        t
        for t in library.templates.values()
        if have
        and set(t.have) == set(have)
        and is_plain(t, *qualities)
        and (not t.without or _exclusions_of(t) == without)
        and _meet(t.population.limits, ages or t.population.limits)
    ]
    return min(
        fitting,
        key=lambda t: (bool(t.extends) and not any(qualities), len(t.population.model_fields_set)),
        default=None,
    )


def _exclusions_of(template: Template) -> Without:
    return template.without if template.without == "chronic" else tuple(template.without)


def _meet(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return max(a[0], b[0]) <= min(a[1], b[1])


def mix(
    text: Text,
    library: Library,
    readings: list[Reading],
    asked: tuple[str, ...],
    base: Wish,
) -> tuple[str | None, dict[str, float], list[Reading]]:
    """Return (the condition, the share of each of its levels, readings that fit no condition)."""
    preferred = base.mix_of
    said = [r for r in readings if "level" in r.says]
    if not said:
        return preferred, {}, []
    order = [*_right_after(readings, said), *([preferred] if preferred else []), *asked]
    fitting = [
        library.conditions[name] for name in dict.fromkeys(order) if _fits(library, name, said)
    ]
    if not fitting:
        _refuse_two_mixes(text, library, order, said)
        return preferred, {}, said
    if len(fitting) > 1 and fitting[0].id != order[0]:
        names = " or ".join(f"'{c.name}'" for c in fitting)
        raise RequestError(f"'{text.said(said[0].first, said[0].end)}' of what: {names}?")
    found = _shares(text, said, fitting[0])
    within = base.mix if base.mix and fitting[0].id == preferred else {}
    return fitting[0].id, _narrowed(found, within, fitting[0]), []


def _refuse_two_mixes(text: Text, library: Library, names: list[str], said: list[Reading]) -> None:
    """Raise RequestError if each level is one of a condition that is asked for, and not of one."""
    if len(said) > 1 and all(any(_fits(library, n, [r]) for n in names) for r in said):
        words = " and ".join(f"'{text.said(r.first, r.end)}'" for r in said)
        raise RequestError(f"{words} are levels of two conditions: a scenario mixes those of one.")


def _narrowed(mix: dict[str, float], within: dict[str, float], of: Condition) -> dict[str, float]:
    """Return a mix of single ranks; a group counts as far as the template asks for its ranks.

    So "HFrEF, NYHA class III" is the one rank that is in both groups.
    """
    wanted = {rank.id for name, share in within.items() if share for rank in ranks_of(of, name)}
    found: dict[str, float] = {}
    for name, share in mix.items():
        ranks = ranks_of(of, name)
        kept = [rank for rank in ranks if rank.id in wanted] or ranks
        total = math.fsum(rank.share for rank in kept)
        for rank in kept:
            part = rank.share / total if total else 1 / len(kept)
            found[rank.id] = found.get(rank.id, 0) + (share * part if len(kept) > 1 else share)
    return found


def _right_after(readings: list[Reading], said: list[Reading]) -> Iterator[str]:
    """Yield the condition of the last level: "severe asthma", "CKD 3"."""
    if "have" in said[-1].says:
        yield said[-1].says["have"]
    for reading in readings:
        if reading.first == said[-1].end and "have" in reading.says:
            yield reading.says["have"]


def _fits(library: Library, name: str, said: list[Reading]) -> bool:
    condition = library.conditions[name]
    return all(any(ranks_of(condition, one) for one in reading.says["level"]) for reading in said)


def _shares(text: Text, said: list[Reading], of: Condition) -> dict[str, float]:
    silent = [r for r in said if "share" not in r.says]
    if len(said) > 1 and silent:
        words = ", ".join(f"'{text.said(r.first, r.end)}'" for r in silent)
        raise RequestError(f"Say the share of {words}, such as '40%'.")
    given = [r.says.get("share", 1.0) for r in said]
    total = math.fsum(share for share in given if share is not None)
    rest = given.count(None)
    if total > 1 + 1e-6 or (abs(total - 1) > 1e-6 and not rest):
        raise RequestError(f"The shares of the mix sum to {percent(total)}, not 100 %.")
    found: dict[str, float] = {}
    for reading, share in zip(said, given, strict=True):
        name = next(level for level in reading.says["level"] if ranks_of(of, level))
        part = max(0.0, 1 - total) / rest if share is None else share
        found[name] = found.get(name, 0) + part
    return found
