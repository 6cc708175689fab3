"""Who lives with whom as a couple: people of like age find each other inside a group."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.population.crowd import Crowd, Index, Pairs, neighbours, without
from healthsim_nb.population.tables import Cuts, by_age, columns, cuts, pick

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARITAL = ("S", "M", "D", "W")
"""Never married, married, divorced or separated, widowed: the columns of marital.csv."""
MARRIED = 1
YEARS_YOUNGER = 2
"""Wives are so much younger than their husbands on average (Census, table FG3)."""
MOST_APART = 13
"""Years between partners beyond that, at most."""
SEEKING = 0.65
"""Share of married people without a spouse in the group who take one that is not married yet."""


def marital_states(crowd: Crowd) -> NDArray[np.uint8]:
    """Return everyone's marital state as drawn by sex and age."""
    return pick(_states(), crowd.cell, crowd.draws.u32("population.marital"))


@cache
def _states() -> Cuts:
    return cuts(by_age("marital"))


@cache
def _unmarried_states() -> Cuts:
    shares = by_age("marital").copy()
    shares[:, :, MARRIED] = 0
    return cuts(shares)


def couples(crowd: Crowd, marital: NDArray[np.uint8]) -> Pairs:
    """Return the men and the women of all couples; changes ``marital`` where people marry.

    Married people pair first. Of those left over some marry an unmarried person of the group, and
    as many others of like age are not married after all: the share of the married stays.
    """
    married = np.flatnonzero(marital == MARRIED)
    men, women = _pairs(crowd, married)
    left = without(crowd, married, men, women)
    seeking = left[crowd.draws.take(left).chance("population.couple.seeks", SEEKING)]
    unmarried = np.flatnonzero(_cohabits(crowd) & (marital != MARRIED))
    more = _pairs(crowd, np.concatenate([seeking, unmarried]))
    _settle(crowd, marital, left, more)
    return np.concatenate([men, more[0]]), np.concatenate([women, more[1]])


def _cohabits(crowd: Crowd) -> NDArray[np.bool_]:
    share = by_age("living")[:, :, columns("living").index("cohabits")].ravel()
    return crowd.draws.chance("population.couple.cohabits", share[crowd.cell])


def _pairs(crowd: Crowd, who: Index) -> Pairs:
    """Return men and women of like age."""
    years = crowd.age + (crowd.sex == 0) * YEARS_YOUNGER
    is_man = crowd.sex[who] == 1
    men, women = neighbours(who[is_man], who[~is_man], years)
    near = np.abs(years[men] - years[women]) <= MOST_APART
    return men[near], women[near]


def _settle(crowd: Crowd, marital: NDArray[np.uint8], left: Index, more: Pairs) -> None:
    """Marry the partners of married people; as many who found nobody are not married."""
    wed = (marital[more[0]] == MARRIED) != (marital[more[1]] == MARRIED)
    partners = np.concatenate([more[0][wed], more[1][wed]])
    gained = partners[marital[partners] != MARRIED]
    marital[gained] = MARRIED
    _, parted = neighbours(gained, without(crowd, left, *more), crowd.age)
    u32 = crowd.draws.take(parted).u32("population.couple.parted")
    marital[parted] = pick(_unmarried_states(), crowd.cell[parted], u32)
