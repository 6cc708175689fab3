"""Puts together how many, which sex and which ages the readings of a request say."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import RequestError
from healthsim_nb.templates.request.describe import ages_in_words, percent

if TYPE_CHECKING:
    from healthsim_nb.templates.request.reading import Reading, Text

EVERYONE = (0, 120)
GROWN = (18, 120)
_CONNECTORS = {"and", "or", ",", "&", "/", "the", "with", "in"}


def single(text: Text, readings: list[Reading], key: str) -> Any:  # noqa: ANN401
    """Return the one value that is said for a setting, or None."""
    found = [reading for reading in readings if key in reading.says]
    values = [reading.says[key] for reading in found]
    if any(value != values[0] for value in values) or (key == "n" and len(values) > 1):
        said = " and ".join(f"'{text.said(r.first, r.end)}'" for r in found)
        raise RequestError(f"{said}: say one {_CALLED.get(key, key)}.")
    return found[0].says[key] if found else None


_CALLED = {"n": "number of patients", "months": "length of time", "start": "first day"}


def size_and_sexes(text: Text, readings: list[Reading]) -> tuple[Any, dict[str, float]]:
    """Return (how many, the share of each sex in percent; empty: as it comes)."""
    pairs = _counted_sexes(readings)
    if pairs:
        total = sum(pairs.values())
        return total, {sex: round(100 * count / total, 6) for sex, count in sorted(pairs.items())}
    return single(text, readings, "n"), _sexes(readings)


def _counted_sexes(readings: list[Reading]) -> dict[str, int]:
    """Read "100 men and 50 women"."""
    counts: dict[str, int] = {}
    sizes = [r for r in readings if "n" in r.says]
    for one in sizes:
        after = next((r for r in readings if r.first == one.end), None)
        if after is None or "sex" not in after.says or "ages" in after.says:
            return {}
        counts[after.says["sex"]] = one.says["n"]
    return counts if len(counts) == len(sizes) == 2 and min(counts.values()) > 0 else {}


def _sexes(readings: list[Reading]) -> dict[str, float]:
    found = [r.says for r in readings if "sex" in r.says]
    shared = {says["sex"]: says["share"] for says in found if "share" in says}
    if not shared:
        plain = sorted({says["sex"] for says in found})
        return {plain[0]: 100} if len(plain) == 1 else {}
    if len(shared) == 1:
        sex, share = next(iter(shared.items()))
        shared["M" if sex == "F" else "F"] = None if share is not None else 0
    said = math.fsum(share for share in shared.values() if share is not None)
    full = {sex: 1 - said if share is None else share for sex, share in shared.items()}
    if min(full.values()) < 0 or abs(math.fsum(full.values()) - 1) > 1e-6:
        raise RequestError(f"The shares of women and men sum to {percent(said)}, not 100 %.")
    return {sex: round(100 * share, 9) for sex, share in sorted(full.items()) if share > 1e-9}


def bands(readings: list[Reading]) -> list[tuple[tuple[int, int], float]]:
    """Return the ages that have a share: "30% under 18, 70% over 65"."""
    found = [r for r in readings if "share" in r.says and ("years" in r.says or "ages" in r.says)]
    made = [(r.says.get("years") or r.says["ages"], r.says["share"]) for r in found]
    if not made or (len(made) == 1 and made[0][1] == 1):
        return []
    if any(share is None for _, share in made):
        raise RequestError("'the rest' of what ages? Say their ages and their share.")
    total = math.fsum(share for _, share in made)
    if abs(total - 1) > 1e-6:
        raise RequestError(f"The shares of the ages sum to {percent(total)}, not 100 %.")
    return [(ages, round(100 * share, 9)) for ages, share in made]


def limits(text: Text, readings: list[Reading]) -> tuple[int, int] | None:
    """Return the youngest and oldest age, or None if no age is said."""
    numbers = [r for r in readings if "years" in r.says and r.says.get("share") in (None, 1)]
    nouns = [
        replace(r, says={**r.says, "ages": ages})
        for r in readings
        if (ages := r.says.get("ages_too"))
        or ((ages := r.says.get("ages")) and r.says.get("share") in (None, 1))
    ]
    _in_a_life(text, numbers)
    _one_side_each(text, numbers)
    found = [*([_of_nouns(text, nouns)] if nouns else []), *(r.says["years"] for r in numbers)]
    if not found:
        return GROWN if _adults_only(readings) else None
    low, high = max(ages[0] for ages in found), min(ages[1] for ages in found)
    if low > high:
        said = " and ".join(f"'{text.said(r.first, r.end)}'" for r in (*nouns, *numbers))
        raise RequestError(f"Nobody is of the ages {said}.")
    return low, high


def _adults_only(readings: list[Reading]) -> bool:
    return any(r.says.get("adult") for r in readings) and not any(
        "sex" in r.says and not r.says.get("adult") for r in readings
    )


def _in_a_life(text: Text, numbers: list[Reading]) -> None:
    for reading in numbers:
        low, high = reading.says["years"]
        said = text.said(reading.first, reading.end)
        if max(low, high) > EVERYONE[1] and low <= high:
            raise RequestError(f"'{said}': ages go from 0 to {EVERYONE[1]}.")
        if low > high:
            raise RequestError(f"Nobody is '{said}': ages go from 0 to {EVERYONE[1]}.")


def _one_side_each(text: Text, numbers: list[Reading]) -> None:
    """Refuse "men over 50 and women over 60": one range holds for everybody."""
    for side, open_end in ((0, 0), (1, 120)):
        found = {r.says["years"][side]: r for r in numbers if r.says["years"][side] != open_end}
        if len(found) > 1:
            said = " and ".join(f"'{text.said(r.first, r.end)}'" for r in found.values())
            raise RequestError(f"{said} are two ranges of age: say one for everybody.")


def _of_nouns(text: Text, nouns: list[Reading]) -> tuple[int, int]:
    """Return the ages of "children and adults" (either) or of "adult women of all ages" (both)."""
    low, high = nouns[0].says["ages"]
    for before, after in pairwise(nouns):
        least, most = after.says["ages"]
        between = text.between(before.end, after.first)
        if (
            not between
            or not set(between) <= _CONNECTORS
            or not {"and", "or", ",", "&"} & set(between)
        ):
            low, high = max(low, least), min(high, most)
            continue
        if least > high + 1 or low > most + 1:
            said = text.said(before.first, after.end)
            raise RequestError(
                f"'{said}' leaves out the ages between: say shares such as"
                f" '50% {ages_in_words(low, high)}, 50% {ages_in_words(least, most)}'."
            )
        low, high = min(low, least), max(high, most)
    return low, high
