"""Reads splits: 50/50 men and women · equal numbers of men and women · diabetics 40/30/20/10."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from healthsim_nb.templates.request.reading import Reading, Text

if TYPE_CHECKING:
    from healthsim_nb.templates.library import Library

_SIGNS = {"/", ":", "-"}


def split(text: Text, place: int) -> Reading | None:
    """Return the parts of a split that begins at a place; None: as many as there are, and even."""
    end = text.skip("even", place)
    found = _parts(text, place)
    if end > place and (found is None or end >= found[1]):
        return Reading(place, end, {"split": None})
    return Reading(place, found[1], {"split": found[0]}) if found else None


def settle(
    library: Library, readings: list[Reading]
) -> tuple[list[Reading], list[tuple[int, int]]]:
    """Return the readings with the shares that splits give them, and the splits of nothing."""
    idle: list[tuple[int, int]] = []
    for one in [r for r in readings if "split" in r.says]:
        place = readings.index(one)
        for of in (_run(readings[place + 1 :]), _run(readings[:place][::-1])[::-1]):
            parts = one.says["split"] or [1 / len(of)] * len(of) if of else []
            if len(of) > 1 and len(parts) == len(of):
                shared = {r.first: s for r, s in zip(of, parts, strict=True)}
                readings = [_with(r, shared) for r in readings if r is not one]
                break
        else:
            made = _ranks(library, readings, one)
            readings = [r for r in readings if r is not one] + made
            idle += [] if made else [(one.first, one.end)]
    return sorted(readings, key=lambda r: r.first), idle


def _with(reading: Reading, shared: dict[int, float]) -> Reading:
    share = shared.get(reading.first)
    return reading if share is None else replace(reading, says={**reading.says, "share": share})


def _run(readings: list[Reading]) -> list[Reading]:
    """Return the neighbours that are sexes, or levels, and have no share yet."""
    found: list[Reading] = []
    for reading in readings:
        if not reading.says or (set(reading.says) <= {"people", "n"} and not found):
            continue
        kind = next((k for k in ("sex", "level") if k in reading.says), None)
        if kind is None or "share" in reading.says or (found and kind not in found[0].says):
            break
        found.append(reading)
    return found


def _ranks(library: Library, readings: list[Reading], one: Reading) -> list[Reading]:
    """Return the levels of the one condition that has as many as the split has parts."""
    parts = one.says["split"]
    names = {r.says["have"] for r in readings if "have" in r.says}
    fitting = [c for n in names if parts and len((c := library.conditions[n]).ranks) == len(parts)]
    if len(fitting) != 1 or any("level" in r.says for r in readings):
        return []
    levels = zip(fitting[0].ranks, parts, strict=True)
    return [
        Reading(one.first, one.end, {"level": [rank.id], "share": part}) for rank, part in levels
    ]


def _parts(text: Text, place: int) -> tuple[list[float], int] | None:
    """Read "60/40": numbers with signs between, which sum to 100."""
    found: list[float] = []
    end = place
    while (token := text.at(end)) is not None and token.number is not None:
        found.append(token.number)
        end += 1
        sign = text.at(end)
        if sign is not None and sign.hyphen:
            continue
        if sign is None or sign.fold not in _SIGNS:
            break
        end += 1
    if len(found) < 2 or abs(sum(found) - 100) > 1e-6 or text.has("years_old", end):
        return None
    end = text.skip("percent", end)
    after = text.skip("split_of", end)
    return [part / 100 for part in found], after
