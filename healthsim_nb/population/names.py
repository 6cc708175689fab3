"""Names that fit: given names by sex and year of birth, family names by race and ethnicity."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.population.alias import Alias, weights_of
from healthsim_nb.population.tables import SEXES
from healthsim_nb.reference import names

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COHORT_DAYS = [round((year - 1970) * 365.2425) for year in names.COHORTS]


@cache
def given_names() -> tuple[str, ...]:
    """Return all given names, each once: what `given` counts in."""
    return tuple(sorted({name for sex in SEXES for name in names.given(sex).names}))


def family_names() -> tuple[str, ...]:
    """Return all family names: what `family` counts in."""
    return names.family().names


def given(
    sex: NDArray[np.int8], birth_day: NDArray[np.int32], u32: NDArray[np.uint32]
) -> NDArray[np.int16]:
    """Return a given name for each person, shape (n,)."""
    cohort = sum((birth_day >= day).astype(np.int64) for day in _COHORT_DAYS)
    row = _given_table().pick(sex * (len(_COHORT_DAYS) + 1) + cohort, u32)
    found: NDArray[np.int16] = _given_rows()[sex, row]
    return found


def family(group: NDArray[np.uint8], u32: NDArray[np.uint32]) -> NDArray[np.int16]:
    """Return a family name for each person of a group of ``reference.names.GROUPS``, shape (n,)."""
    return _family_table().pick(group, u32).astype(np.int16)


@cache
def _given_table() -> Alias:
    """Return a group for each sex and birth cohort."""
    return Alias.of([part for sex in SEXES for part in weights_of(names.given(sex).table)])


@cache
def _given_rows() -> NDArray[np.int16]:
    """Return where each name of each sex stands in `given_names`."""
    at = {name: index for index, name in enumerate(given_names())}
    found = np.zeros((len(SEXES), max(len(names.given(sex).names) for sex in SEXES)), np.int16)
    for index, sex in enumerate(SEXES):
        own = names.given(sex).names
        found[index, : len(own)] = [at[name] for name in own]
    return found


@cache
def _family_table() -> Alias:
    return Alias.of(weights_of(names.family().table))
