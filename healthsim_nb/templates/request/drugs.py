"""Reads what somebody takes: on lisinopril · a statin or ezetimibe · without insulin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.templates.drug_names import drug_names
from healthsim_nb.templates.request.phrases import Phrases
from healthsim_nb.templates.request.reading import Reading, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from healthsim_nb.templates.library import Library


def drug(text: Text, place: int) -> Reading | None:
    """Return the drugs that everybody takes, or that nobody does."""
    start = text.skip("never", place)
    never = start > place
    start = text.skip("some", _taking(text, start))
    names, end, either = _listed(text, start)
    if not names:
        return None
    after = text.skip("users", end)
    if start == place and after == end:
        return None
    groups = [[name for group in names for name in group]] if either or never else names
    said: dict[str, Any] = {"never": True} if never else {}
    having = [{"what": "drug", "of": list(dict.fromkeys(group)), **said} for group in groups]
    return Reading(place, after, {"having": having})


def _taking(text: Text, place: int) -> int:
    """Return the place after "on a" or the like; of two that fit, after the longer."""
    return max(text.skip("taking", place), text.skip("prescribed_for", place))


def _listed(text: Text, place: int) -> tuple[list[list[str]], int, bool]:
    """Read "metformin, insulin or a statin": the names, the place after them, whether any does."""
    names: list[list[str]] = []
    end, either = place, False
    while found := text.words.drugs.find(text.tokens, place):
        if names:
            either |= "or" in text.between(end, place)
        end = found[0]
        names.append(found[1])
        place = text.skip("separators", end)
        if place == end:
            break
        place = text.skip("some", _taking(text, text.skip("separators", place)))
    return names, end, either


def phrases(library: Library, classes: Iterable[Mapping[str, Any]]) -> Phrases[list[str]]:
    """Return what drugs are called, and the names of `drug_names` that each phrase means.

    Parameters
    ----------
    classes
        Plain names of classes of drugs, and how their ids of class begin.
    """
    found: Phrases[list[str]] = Phrases()
    known = drug_names(library)
    every = sorted({drug.drug_class for drug in library.drugs.values()})
    for entry in classes:
        meant = [name for name in entry.get("names", ()) if name in known]
        meant += [name for name in every if name.startswith(tuple(entry.get("class", ["-"])))]
        if meant:
            found.add_all(entry["says"], meant)
    for name in known:
        found.add(name, [name])
        found.add(name.replace("-", " "), [name])
    return found
