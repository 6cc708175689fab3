"""Whose children they are: parents of a likely age inside the group, siblings apart in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.ids import numbered
from healthsim_nb.population.couples import YEARS_YOUNGER
from healthsim_nb.population.crowd import (
    Crowd,
    Index,
    Pairs,
    arrange,
    count,
    facing,
    group_of,
    rank,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

YOUNGEST_PARENT, USUAL_PARENT, OLDEST_PARENT = 16, 29, 45
"""A mother's years at a birth (NCHS natality, rounded); a father alone counts as a woman would."""
BETWEEN_SIBLINGS = 3
"""Years between births of one mother that are looked for."""
LEAST_BETWEEN = 280
"""Days between siblings who are not twins."""
TWINS = 0.25
"""Share of those who would be born too soon, in the same year of age, who are twins."""
_FINE = 64
"""Wishes are counted in years / 64."""
_LONG_AGO = 1 << 30


@dataclass(frozen=True)
class Offer:
    """Who would take how many children, and in which order they are asked."""

    parents: Index
    number: NDArray[np.integer]
    """Children each person of the crowd would take, shape (n,)."""
    turn: NDArray[np.integer]
    """The lower, the sooner asked, shape (n,)."""


def children_of(crowd: Crowd, children: Index, offer: Offer, settled: Pairs) -> Pairs:
    """Return more children and their parents, and those settled before.

    As many homes are filled as there are children in a group; then the k-th youngest child goes
    to the k-th youngest wish. Children whose age does not fit, or who would come too soon after a
    sibling, stay without a parent.
    """
    places = _places(crowd, children, offer)
    children = arrange(children, _LONG_AGO - crowd.birth_day[children])
    child, place = facing(children, places, len(crowd))
    found = children[child], places[place]
    apart = mother_years(crowd, found[1]) - crowd.age[found[0]]
    fits = (apart >= YOUNGEST_PARENT) & (apart <= OLDEST_PARENT)
    both = [np.concatenate(part) for part in zip(settled, (f[fits] for f in found), strict=True)]
    return _spaced(crowd, both[0], both[1])


def mother_years(crowd: Crowd, parents: Index) -> Index:
    """Return the parent's age, as a mother's."""
    years: Index = crowd.age[parents] - (crowd.sex[parents] == 1) * YEARS_YOUNGER
    return years


def _places(crowd: Crowd, children: Index, offer: Offer) -> Index:
    """Return parents, once for each child that they take, the youngest wishes first."""
    parents = arrange(offer.parents, offer.turn[offer.parents])
    free = offer.number[parents].astype(np.int64)
    before = np.cumsum(free) - free
    before -= before[np.arange(len(parents)) - rank(parents)]
    wanted = count(children, len(crowd))[group_of(parents)]
    taken = np.clip(wanted - before, 0, free)
    places = np.repeat(parents, taken)
    middle = (2 * numbered(places) + 1 - np.repeat(taken, taken)) * BETWEEN_SIBLINGS * _FINE // 2
    wish = (mother_years(crowd, places) - USUAL_PARENT + 64) * _FINE + middle
    chance = crowd.draws.take(places).below("population.child.wish", 4 * _FINE)
    return arrange(places, wish + chance)


def _spaced(crowd: Crowd, children: Index, parents: Index) -> Pairs:
    """Drop children born too soon after a sibling, but for some of the same age: they are twins."""
    order = np.argsort(parents << 33 | crowd.birth_day[children] + _LONG_AGO, kind="stable")
    children, parents = children[order], parents[order]
    days = np.diff(crowd.birth_day[children])
    close = (parents[1:] == parents[:-1]) & (days < LEAST_BETWEEN)
    twins = close & (crowd.age[children[1:]] == crowd.age[children[:-1]])
    twins &= crowd.draws.take(children[1:]).chance("population.child.twin", TWINS)
    twins[1:] &= ~close[:-1]
    crowd.birth_day[children[1:][twins]] = crowd.birth_day[children[:-1][twins]]
    keeps = np.concatenate([[True], ~close | twins])[: len(children)]
    return children[keeps], parents[keeps]
