"""Who lives together: couples, their children, and the others of a group of 64 patients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.population.children import Offer, children_of, mother_years
from healthsim_nb.population.couples import MARRIED, couples, marital_states
from healthsim_nb.population.crowd import (
    Crowd,
    Index,
    Pairs,
    arrange,
    count,
    group_of,
    rank,
    without,
)
from healthsim_nb.population.tables import Cuts, by_age, columns, cuts, pick
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROLES = ("head", "spouse", "child", "other")
HEAD, SPOUSE, CHILD, OTHER = range(4)
ADULT = 18
SINGLE_MOTHER = 0.38
"""How likely a woman without a partner has children at home, against one with a partner."""
PARENTS_OF_ADULTS = (36, 80)
"""A mother's years when grown children live with her."""
HIS_NAME = 0.8
"""Share of wives who bear the husband's family name (Pew Research Center 2023)."""
SHARING = 0.6
"""Share of those who neither live alone nor with a family who live with one another."""


@dataclass
class Homes:
    """Who lives with whom; all arrays have shape (n,)."""

    head: Index
    """The head of the household, by index: what its members share is drawn for the head."""
    role: NDArray[np.uint8]
    marital: NDArray[np.uint8]
    name_of: Index
    """Whose family name they bear, by index."""


def apart(crowd: Crowd) -> Homes:
    """Return everyone in a household of their own; a minor's parents are no patients."""
    own = np.arange(len(crowd))
    role = np.where(crowd.age < ADULT, CHILD, HEAD).astype(np.uint8)
    return Homes(own, role, marital_states(crowd), own.copy())


def together(crowd: Crowd) -> Homes:
    """Return the households of whole groups; twins in ``crowd`` come to share a birthday."""
    homes = apart(crowd)
    men, women = couples(crowd, homes.marital)
    _couples_move_in(crowd, homes, men, women)
    children, parents = _families(crowd, men, women)
    _children_move_in(homes, (men, women), (children, parents))
    left = without(crowd, np.arange(len(crowd)), men, women, children, parents)
    grown = crowd.age[left] >= ADULT
    _others_move_in(crowd, homes, left[grown])
    heads = np.flatnonzero(homes.role == HEAD)
    _taken_in(crowd, homes, left[~grown], heads, "population.child.kin")
    return homes


def _couples_move_in(crowd: Crowd, homes: Homes, men: Index, women: Index) -> None:
    head, other = np.minimum(men, women), np.maximum(men, women)
    homes.head[other] = head
    homes.role[other] = np.where(homes.marital[other] == MARRIED, SPOUSE, OTHER)
    takes = crowd.draws.take(women).chance("population.couple.name", HIS_NAME)
    takes &= homes.marital[women] == MARRIED
    homes.name_of[women[takes]] = men[takes]


def _families(crowd: Crowd, men: Index, women: Index) -> Pairs:
    """Return children and their parents: minors first, then adults who never left."""
    single = without(crowd, np.flatnonzero(crowd.age >= ADULT), men, women)
    found = _minors(crowd, women, single)
    childless = without(crowd, single, found[1])
    draws = crowd.draws.take(childless)
    stays = draws.chance("population.home.stays", _living("with_parents", crowd, childless))
    parents = np.concatenate([women, without(crowd, single, childless[stays])])
    years = mother_years(crowd, parents)
    parents = parents[(years >= PARENTS_OF_ADULTS[0]) & (years <= PARENTS_OF_ADULTS[1])]
    turn = crowd.draws.u32("population.home.asked")
    number = _numbers(crowd, "population.home.number")
    return children_of(crowd, childless[stays], Offer(parents, number, turn), found)


def _minors(crowd: Crowd, women: Index, single: Index) -> Pairs:
    """Return the minors who find a parent: many to a home at first, then one to each other home."""
    weight = np.rint(_living("children", crowd, slice(None)) * 4096).astype(np.int64)
    mothers = single[crowd.sex[single] == 0]
    weight[mothers] = np.rint(weight[mothers] * SINGLE_MOTHER).astype(np.int64)
    parents = np.concatenate([women, single])
    parents = parents[weight[parents] > 0]
    turn = (crowd.draws.u32("population.child.asked") >> np.uint32(12)).astype(np.int64) * 4096
    turn //= np.maximum(weight, 1)
    minor = np.flatnonzero(crowd.age < ADULT)
    first = Offer(parents, _numbers(crowd, "population.child.number"), turn)
    found = children_of(crowd, minor, first, (minor[:0], minor[:0]))
    second = Offer(without(crowd, parents, found[1]), np.ones(len(crowd), dtype=np.int64), turn)
    return children_of(crowd, without(crowd, minor, found[0]), second, found)


def _living(column: str, crowd: Crowd, who: Index | slice) -> NDArray[np.float64]:
    share = by_age("living")[:, :, columns("living").index(column)].ravel()
    found: NDArray[np.float64] = share[crowd.cell[who]]
    return found


def _numbers(crowd: Crowd, stream: str) -> Index:
    """Return how many children each person would have at home, from 1."""
    u32 = crowd.draws.u32(stream)
    return pick(_number_cuts(), np.zeros(len(crowd), dtype=np.int64), u32).astype(np.int64) + 1


@cache
def _number_cuts() -> Cuts:
    return cuts(np.array([float(row["percent"]) for row in rows("population/children.csv")]))


def _children_move_in(homes: Homes, couples: Pairs, families: Pairs) -> None:
    children, parents = families
    father = np.arange(len(homes.head))
    father[couples[1]] = couples[0]
    homes.head[children] = homes.head[parents]
    homes.role[children] = CHILD
    homes.name_of[children] = father[parents]


def _others_move_in(crowd: Crowd, homes: Homes, single: Index) -> None:
    """Let some who are left over live alone, some with one another, some with a family."""
    draws = crowd.draws.take(single)
    alone = draws.chance("population.home.alone", _living("alone", crowd, single))
    shares = draws.chance("population.home.shares", SHARING)
    sharing = single[~alone & shares]
    sharing = arrange(sharing, crowd.age[sharing])
    second = np.flatnonzero(rank(sharing) % 2 == 1)
    homes.head[sharing[second]] = sharing[second - 1]
    homes.role[sharing[second]] = OTHER
    taken = np.flatnonzero(homes.head != np.arange(len(crowd)))
    hosts = np.zeros(len(crowd), dtype=bool)
    hosts[homes.head[taken]] = True
    _taken_in(crowd, homes, single[~alone & ~shares], np.flatnonzero(hosts), "population.home.kin")


def _taken_in(crowd: Crowd, homes: Homes, who: Index, hosts: Index, stream: str) -> None:
    """Give people a place in any of the group's households that are offered."""
    offered = count(hosts, len(crowd))
    first = np.cumsum(offered) - offered
    who = who[offered[group_of(who)] > 0]
    group = group_of(who)
    host = hosts[first[group] + crowd.draws.take(who).below(stream, offered[group])]
    homes.head[who] = homes.head[host]
    homes.role[who] = OTHER
