"""Random lines of random families: plans change mid-year, claims are undone, two payers, limits."""

from __future__ import annotations

import numpy as np

from healthsim_nb.coverage.wavefront import COPAY, FREE, UNLIMITED, Limits, Services
from healthsim_nb.engine.rng import Draws

MEMBERS = 4
"""People a family; each has an account for each of two plans."""
PLANS = 2


def random_lines(seed: int, families: int, each: int) -> tuple[Services, Limits]:
    """Return lines in order of processing, some of which take back or follow earlier ones."""
    n = families * each
    draws = Draws(seed, np.arange(n))
    chain = np.repeat(np.arange(families), each)
    who = draws.below("who", MEMBERS)
    # The plan changes in the middle of the family's lines.
    plan = (np.arange(n) % each > draws.below("change", each)).astype(np.int64)
    member = (chain * MEMBERS + who) * PLANS + plan
    family = chain * PLANS + plan
    how = draws.below("how", 4)
    allowed = np.where(draws.chance("none", 0.05), 0, draws.below("allowed", 80_000))
    visits = np.where(draws.chance("limited", 0.2), chain * MEMBERS + who, -1)
    place = np.arange(n) % each
    earlier = np.arange(n) - 1 - draws.below("back", np.maximum(place, 1))
    able = place > 0
    reverses, after = np.full(n, -1), np.full(n, -1)
    undone: set[int] = set()
    followed: set[int] = set()
    kinds = draws.below("kind", 10)
    for i in range(n):
        first = int(earlier[i])
        free = able[i] and reverses[first] < 0 and first not in undone and after[first] < 0
        if kinds[i] == 0 and free and first not in followed:
            reverses[i] = first
            undone.add(first)
            member[i], family[i], visits[i] = member[first], family[first], visits[first]
        elif kinds[i] in (1, 2) and free and visits[first] < 0:
            after[i], visits[i] = first, -1
            followed.add(first)
    services = Services(
        chain=chain,
        member=member,
        family=family,
        allowed=allowed,
        how=np.where(reverses >= 0, FREE, how),
        copay=np.where(how == COPAY, draws.below("copay", 8000), 3000),
        rate=draws.below("rate", 6) * 1000 + draws.below("odd", 100),
        visits=visits,
        reverses=reverses,
        after=after,
        method=np.where(after >= 0, 1 + draws.below("method", 4), 0),
    )
    return services, _limits(seed, families)


def _limits(seed: int, families: int) -> Limits:
    members = Draws(seed, np.arange(families * MEMBERS * PLANS))
    kin = Draws(seed, np.arange(families * PLANS) + 10**6)
    deductible = members.below("deductible", 300_000)
    most = deductible + members.below("most", 400_000)
    none = members.chance("unlimited", 0.2)
    return Limits(
        member_deductible=np.where(members.chance("free", 0.2), 0, deductible),
        member_most=np.where(none, UNLIMITED, most),
        family_deductible=kin.below("deductible", 500_000),
        family_most=500_000 + kin.below("most", 500_000),
        visits=1 + Draws(seed, np.arange(families * MEMBERS)).below("visits", 5),
    )
