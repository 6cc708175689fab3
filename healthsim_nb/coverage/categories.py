"""The CMS-HCC model V28: diagnoses, categories, relative factors in thousandths."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.reference import rows

I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

SEGMENTS = ("cna", "cnd", "cfa", "cfd")
"""Community: not dual and dual, aged and disabled."""
BANDS = (
    (0, "0_34"), (35, "35_44"), (45, "45_54"), (55, "55_59"), (60, "60_64"), (65, "65_69"),
    (70, "70_74"), (75, "75_79"), (80, "80_84"), (85, "85_89"), (90, "90_94"), (95, "95_gt"),
)  # fmt: skip
NEW_BANDS = (*BANDS[:5], *((a, str(a)) for a in range(65, 70)), *BANDS[6:])
"""New enrollees of 65 to 69 have a factor for each year."""
GROUPS = {
    "diabetes": range(35, 39),
    "hf": range(221, 227),
    "chr_lung": range(276, 281),
    "kidney": range(326, 330),
    "card_resp_fail": range(211, 214),
    "hcc238": range(238, 239),
    "gsubusedisorder": range(135, 140),
    "gpsych": range(151, 156),
}
TOGETHER = (
    ("diabetes_hf_v28", "diabetes", "hf"),
    ("hf_chr_lung_v28", "hf", "chr_lung"),
    ("hf_kidney_v28", "hf", "kidney"),
    ("chr_lung_card_resp_fail_v28", "chr_lung", "card_resp_fail"),
    ("hf_hcc238_v28", "hf", "hcc238"),
    ("gsubusedisorder_gpsych_v28", "gsubusedisorder", "gpsych"),
)
"""Categories that cost more together."""
MOST_COUNTED = 10
PUMP, HEART_FAILURE = 223, (221, 222, 224, 225, 226)
"""A heart assist device counts only with a failing heart (CMS edits of V28)."""
NONE = -1
YOUNG_BREAST, HEMOPHILIA = ("C50",), ("D66", "D67")
"""Breast cancer before 50, and carriers: another category (CMS edits of V28)."""


@dataclass(frozen=True, eq=False)
class Model:
    """Categories by place, factors in thousandths."""

    categories: I64
    """Numbers of the categories, rising."""
    factors: I64
    """Shape (segments, categories)."""
    of_code: dict[str, tuple[int, ...]]
    """Places of the categories of a diagnosis."""
    replaces: tuple[tuple[int, I64], ...]
    """Place of a category, and those that do not count beside it."""
    other: dict[str, I64]
    """Factors of age and sex, interactions and counts by segment, then of new enrollees."""


@cache
def model() -> Model:
    """Return the model."""
    table = rows("coverage/hcc_categories.csv")
    categories = np.array([int(row["category"]) for row in table])
    of_code: dict[str, tuple[int, ...]] = {}
    for place, row in enumerate(table):
        for code in row["codes"].split():
            of_code[code] = (*of_code.get(code, ()), place)
    replaces = tuple(
        (place, np.searchsorted(categories, [int(c) for c in row["replaces"].split()]))
        for place, row in enumerate(table)
        if row["replaces"]
    )
    factors = np.array([[_thousandths(row[s]) for row in table] for s in SEGMENTS])
    columns = (*SEGMENTS, "ne", "ned")
    other = {
        row["factor"]: np.array([_thousandths(row[c]) for c in columns])
        for row in rows("coverage/hcc_factors.csv")
    }
    return Model(categories, factors, of_code, replaces, other)


def diagnosed(row: I64, code: I64, codes: list[str], young: Bools, female: Bools) -> Bools:
    """Return the categories that each person's diagnoses put them in, shape (n, categories).

    Parameters
    ----------
    row, code
        Person and index into ``codes`` of each diagnosis.
    young, female
        By person: under 50; a woman.
    """
    m = model()
    found = np.zeros((len(young), len(m.categories)), bool)
    named = [m.of_code.get(c, ()) for c in codes]
    for turn in range(max(map(len, named), default=0)):
        place = np.array([c[turn] if len(c) > turn else NONE for c in named])[code]
        for begins, applies, instead in ((YOUNG_BREAST, young, 22), (HEMOPHILIA, female, 112)):
            special = np.array([c.startswith(begins) for c in codes], bool)[code] & applies[row]
            place = np.where(special & (place != NONE), m.categories.searchsorted(instead), place)
        at = np.flatnonzero(place != NONE)
        found[row[at], place[at]] = True
    return found


def disease(present: Bools, segment: I64) -> tuple[I64, Bools]:
    """Return the part of scores from conditions, and the categories that count.

    Parameters
    ----------
    present
        Categories that were diagnosed, shape (n, categories).
    segment
        Index into `SEGMENTS`, shape (n,).
    """
    m = model()
    counted = present.copy()
    heart, pump = np.isin(m.categories, HEART_FAILURE), m.categories.searchsorted(PUMP)
    counted[:, pump] &= counted[:, heart].any(axis=1)
    for place, lower in m.replaces:
        counted[np.ix_(counted[:, place], lower)] = False
    score = (counted * m.factors[segment]).sum(axis=1)
    number: I64 = counted.sum(axis=1)
    for count in range(1, MOST_COUNTED + 1):
        name = f"d{count}" + ("p" if count == MOST_COUNTED else "")
        enough = (number >= count) if count == MOST_COUNTED else (number == count)
        score += np.where(enough, m.other[name][segment], 0)
    groups = {name: _any(counted, members) for name, members in GROUPS.items()}
    for name, one, two in TOGETHER:
        score += np.where(groups[one] & groups[two], m.other[name][segment], 0)
    return score, counted


def demographic(female: Bools, age: I64, segment: I64, new: Bools) -> I64:
    """Return the part of scores from age and sex; people who are new have only that."""
    usual = _by_age(BANDS, "", female, age)[np.arange(len(age)), segment]
    dual = (segment >= 2).astype(np.int64)
    fresh = _by_age(NEW_BANDS, "new_", female, age)[np.arange(len(age)), len(SEGMENTS) + dual]
    return np.where(new, fresh, usual)


def _by_age(bands: tuple[tuple[int, str], ...], prefix: str, female: Bools, age: I64) -> I64:
    table = np.array(
        [[model().other[f"{prefix}{sex}{band}"] for _, band in bands] for sex in ("m", "f")]
    )
    place = np.searchsorted([low for low, _ in bands], age, side="right") - 1
    found: I64 = table[female.astype(np.int64), place]
    return found


def _any(counted: Bools, members: range) -> Bools:
    within = np.isin(model().categories, members)
    found: Bools = np.logical_or.reduce(counted[:, within], axis=1)
    return found


def _thousandths(factor: str) -> int:
    return round(float(factor or 0) * 1000)
