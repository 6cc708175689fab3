"""Random lines of random households: every rule of the benefit is met."""

from __future__ import annotations

import numpy as np

from healthsim_nb.pharmacy.requests import (
    ALWAYS,
    FILL,
    IF_COSTLY,
    IF_PAID,
    IF_REFUSED,
    UNDO,
    UNLIMITED,
    Limits,
    Pairs,
    Requests,
    Reviews,
)

I32 = np.int32
MEMBERS, DRUGS = 2, 4


def random_requests(seed: int, chains: int, each: int):
    """Return requests, limits, and what step therapy and reviews look at."""
    rng = np.random.default_rng(seed)  # noqa: TID251
    n = chains * each
    chain = np.repeat(np.arange(chains), each)
    place = np.arange(n) % each
    member = chain * MEMBERS + rng.integers(0, MEMBERS, n)
    drug = member * DRUGS + rng.integers(0, DRUGS, n)
    kind = rng.choice([FILL, UNDO], n, p=[0.86, 0.14]).astype(np.int8)
    kind[place == 0] = FILL
    of = (chain * each + (rng.random(n) * place).astype(np.int64)).astype(I32)
    # What is followed is a fill.
    while (wrong := kind[of] != FILL).any():
        of[wrong] = chain[wrong] * each
    only = rng.choice([ALWAYS, IF_REFUSED, IF_PAID, IF_COSTLY], n, p=[0.75, 0.12, 0.08, 0.05])
    only = np.where(kind == UNDO, rng.choice([IF_PAID, IF_COSTLY], n), only)
    only = np.where(place == 0, ALWAYS, only).astype(np.int8)
    phased = member % 3 == 0
    brand = rng.random(n) < 0.4
    rate = np.where(rng.random(n) < 0.5, rng.choice([1000, 2000, 2500, 3333], n), 0).astype(I32)
    requests = Requests(
        chain=chain,
        day=(place * rng.integers(1, 12, chains)[chain] + rng.integers(0, 3)).astype(I32),
        kind=kind,
        of=np.where((only == ALWAYS) & (kind == FILL), -1, of).astype(I32),
        only=only,
        why=rng.choice([0, 0, 5, 8], n).astype(np.int8),
        refusal=np.where(kind == FILL, rng.choice([0] * 9 + [5], n), 0).astype(np.int8),
        quits=rng.random(n) < 0.03,
        episode=drug.astype(I32),
        drug=drug.astype(I32),
        days=rng.choice([7, 30, 90], n).astype(I32),
        ready=rng.choice([5, 23, 68], n).astype(I32),
        early=rng.random(n) < 0.1,
        prescription=(drug * 2 + rng.integers(0, 2, n)).astype(I32),
        fills=rng.integers(1, 9, n).astype(I32),
        group=np.where(rng.random(n) < 0.7, drug, -1).astype(I32),
        credit=rng.choice([7, 30, 400], n).astype(I32),
        steps=rng.choice([0, 0, 0, 1, 2], n).astype(I32),
        step_days=rng.choice([1, 30, 60], n).astype(I32),
        since=rng.integers(-50, 200, n).astype(I32),
        answered=rng.random(n) < 0.3,
        price=rng.choice([0, 137, 999, 12_345, 60_001, 500_100, 2_000_000], n),
        phased=phased,
        open=rng.random(n) < 0.6,
        copay=np.where(rate > 0, 0, rng.choice([0, 500, 4_700, 10_000], n)),
        rate=rate,
        least=rng.choice([0, 0, 1_000], n),
        most=rng.choice([UNLIMITED, 25_000], n),
        cap=np.where(rng.random(n) < 0.05, 3_500, UNLIMITED),
        account=member.astype(I32),
        family=chain.astype(I32),
        gap_rate=np.where(phased, 2500, 0).astype(I32),
        gap_discount=np.where(phased & brand & (member % 2 > 0), 7000, 0).astype(I32),
        discount=np.where(phased & brand, 1000, 0).astype(I32),
        late_discount=np.where(phased & brand, 2000, 0).astype(I32),
        subsidized=np.where(phased & (member % 5 == 0), rng.choice([0, 450, 1120], n), -1),
        card=np.where(~phased & brand, member, -1).astype(I32),
        card_least=rng.choice([0, 500, 2_500], n),
        card_most=rng.choice([UNLIMITED, 10_000], n),
        costly=rng.choice([-1, 999, 4_999, 30_000, UNLIMITED], n),
    )
    people = chains * MEMBERS
    limits = Limits(
        deductible=rng.choice([0, 25_000, 59_000, 300_000], people),
        most=rng.choice([100_020, 200_000, 800_000, UNLIMITED], people),
        initial=np.where(np.arange(people) % 6 == 3, 503_000, UNLIMITED),
        family_deductible=rng.choice([60_000, UNLIMITED], chains),
        family_most=rng.choice([400_000, UNLIMITED], chains),
        card=rng.choice([10_000, 180_000], people),
    )
    line, row = _pairs(rng, requests, 0.6)
    asked = Pairs(line, row)
    line, row = _pairs(rng, requests, 0.3)
    severity = rng.integers(1, 4, len(line)).astype(np.int8)
    overlap = rng.choice([0, 0, 7], len(line)).astype(I32)
    return requests, limits, asked, Reviews(line, row, severity, overlap)


def _pairs(rng, requests, share: float):
    line = np.flatnonzero((rng.random(len(requests.chain)) < share) & (requests.kind == FILL))
    line = np.repeat(line, rng.integers(1, 3, len(line)))
    first = requests.drug[line] // DRUGS * DRUGS
    row = first + rng.integers(0, DRUGS, len(line))
    return line.astype(I32), row.astype(I32)
