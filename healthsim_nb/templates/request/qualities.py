"""Reads what is said of a condition: newly diagnosed · with complications · uncomplicated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.errors import RequestError
from healthsim_nb.templates.request.reading import Reading, Text

if TYPE_CHECKING:
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Template


def quality(text: Text, place: int) -> Reading | None:
    """Return a quality that begins at a place."""
    for name, says in (
        ("newly", {"newly": True}),
        ("no_complications", {"complications": False}),
        ("complications", {"complications": True}),
    ):
        end = text.skip(name, place)
        if end > place:
            return Reading(place, end, dict(says))
    return None


def new(
    library: Library, readings: list[Reading], have: tuple[str, ...], base: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the conditions that are to be newly diagnosed."""
    named = [r for r in readings if "have" in r.says or "template" in r.says]
    found: list[str] = []
    for reading in readings:
        if "newly" not in reading.says:
            continue
        after = [r for r in named if r.first >= reading.end]
        of = after[0] if after else named[-1] if named else None
        found += [of.says["have"]] if of and "have" in of.says else have
    chronic = [n for n in found if library.conditions[n].kind == "chronic"]
    if any("newly" in r.says for r in readings) and not chronic:
        raise RequestError(
            "'newly diagnosed' needs a lasting condition, such as 'newly diagnosed diabetes'."
        )
    return tuple(dict.fromkeys((*base, *chronic)))


def complications(
    library: Library, readings: list[Reading], have: tuple[str, ...]
) -> tuple[list[dict[str, float]], tuple[str, ...], list[Reading]]:
    """Return (groups of which all have one, what nobody has, readings that fit no condition)."""
    said = [r for r in readings if "complications" in r.says]
    known: list[Condition] = [library.conditions[name] for name in have]
    with_any = [c.complications for c in known if c.complications]
    if not said or not with_any:
        return [], (), said
    if all(r.says["complications"] for r in said):
        return [dict(group) for group in with_any], (), []
    if any(r.says["complications"] for r in said):
        raise RequestError("The request says both with and without complications: say one.")
    return [], tuple(dict.fromkeys(name for group in with_any for name in group)), []


def is_plain(template: Template, newly: tuple[str, ...], groups: list[dict[str, float]]) -> bool:
    """Say whether a template asks for just this of its conditions."""
    return set(template.new) == set(newly) and list(template.have_any) == groups
