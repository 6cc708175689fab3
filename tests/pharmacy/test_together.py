"""Medical claims and drugs that count towards the same come out as one claim after the other."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from healthsim_nb.coverage.wavefront import COINSURANCE, FIRST, Services
from healthsim_nb.pharmacy.requests import UNDO, UNLIMITED, Limits, Requests
from healthsim_nb.pharmacy.together import decide_together
from tests.coverage.random_lines import MEMBERS, PLANS, random_lines

from .one_stream import one_stream
from .random_requests import MEMBERS as TAKERS
from .random_requests import random_requests
from .test_wave import NOTHING, USUAL, as_claims, as_rows, as_tuples

COMBINED = 0.7
NONE = (np.array([-1]), np.array([-1]), np.array([-1]), np.array([FIRST]))
"""No visits that are counted, nothing taken back, no payer before."""


def households(seed: int, count: int, each: int):
    """Return medical lines and drugs of the same households, when, and accounts in common."""
    rng = np.random.default_rng(seed)  # noqa: TID251
    medical, paid = random_lines(seed, count, each)
    drugs, own, asked, seen = random_requests(seed, count, each)
    who, plan = drugs.account % TAKERS, np.arange(len(drugs.chain)) % each * PLANS // each
    member = (drugs.chain * MEMBERS + who) * PLANS + plan
    family = drugs.chain * PLANS + plan
    combined = (rng.random(count) < COMBINED)[drugs.chain] & ~drugs.phased
    drugs = replace(
        drugs,
        account=np.where(combined, member, drugs.account + len(paid.member_most)).astype(np.int32),
        family=np.where(combined, family, drugs.family + len(paid.family_most)).astype(np.int32),
    )
    limits = Limits(
        deductible=np.r_[paid.member_deductible, own.deductible],
        most=np.r_[paid.member_most, own.most],
        initial=np.r_[np.full(len(paid.member_most), 1 << 40), own.initial],
        family_deductible=np.r_[paid.family_deductible, own.family_deductible],
        family_most=np.r_[paid.family_most, own.family_most],
        card=own.card,
    )
    span = int(drugs.day.max()) + 1
    days = np.sort(rng.integers(0, span, (count, each)), axis=1).ravel()
    when = days * 2, drugs.day.astype(np.int64) * 2 + 1
    return medical, drugs, when, limits, paid.visits, (asked, seen)


def plainly(medical, drugs, when, limits, visits, pairs):
    kind = np.repeat([0, 1], [len(medical.chain), len(drugs.chain)])
    number = np.r_[np.arange(len(medical.chain)), np.arange(len(drugs.chain))]
    order = np.lexsort((number, kind, np.concatenate(when)))
    amounts = {f.name: getattr(limits, f.name).tolist() for f in fields(limits)}
    stream = zip(kind[order].tolist(), number[order].tolist(), strict=True)
    return one_stream(
        as_rows(medical), as_rows(drugs), stream, amounts, visits.tolist(), [*map(as_tuples, pairs)]
    )


def assert_equal(seed: int, count: int, each: int):
    made = households(seed, count, each)
    shares, verdicts = decide_together(*made)
    results, counter = plainly(*made)

    found = [getattr(shares, f.name).tolist() for f in fields(shares)]
    assert list(zip(*found, strict=True)) == results
    fill = ((made[1].kind == 0) & verdicts.sent).tolist()
    assert as_claims(verdicts, made[1]) == [
        (c.sent, c.refusal if f else 0, c.fill, c.money, c.phase)
        for c, f in zip(counter.done, fill, strict=True)
    ]
    return made, shares, verdicts


def test_a_hundred_thousand_lines_of_both_kinds_are_equal_to_the_cent() -> None:
    (medical, drugs, *_), shares, verdicts = assert_equal(3, count=1_900, each=27)

    assert len(medical.chain) + len(drugs.chain) > 100_000
    assert (medical.reverses >= 0).sum() > 1_000
    assert verdicts.taken_back.sum() > 500
    assert shares.refused.sum() > 100


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 20))
def test_any_household_is_equal_to_the_cent(seed: int, count: int, each: int) -> None:
    assert_equal(seed, count, each)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_care_and_drugs_together_never_cost_more_than_the_maximum(seed: int) -> None:
    medical, drugs, when, limits, visits, pairs = households(seed, 20, 24)
    medical = replace(medical, after=np.full_like(medical.after, -1), method=medical.method * FIRST)
    shares, v = decide_together(medical, drugs, when, limits, visits, pairs)

    # What is taken back moves the accounts of the fill.
    of = np.where(drugs.kind == UNDO, drugs.of, np.arange(len(drugs.of)))
    owed = shares.deductible + shares.copay + shares.coinsurance
    for most, ours, theirs in (
        (limits.most, medical.member, drugs.account[of]),
        (limits.family_most, medical.family, drugs.family[of]),
    ):
        # After every line, not only at the end.
        order = np.argsort(np.concatenate(when), kind="stable")
        account = np.concatenate([ours, theirs])[order]
        cents = np.concatenate([owed, v.counted])[order]
        by_account = np.argsort(account, kind="stable")
        total = np.zeros(len(most), np.int64)
        for row, amount in zip(
            account[by_account].tolist(), cents[by_account].tolist(), strict=True
        ):
            total[row] += amount
            assert 0 <= total[row] <= most[row]
        assert (np.isin(theirs, ours)).any()


def test_after_a_dear_drug_a_visit_costs_only_what_is_left_of_the_maximum() -> None:
    drug = USUAL | {"price": 80_000, "rate": 10_000, "open": False}
    drugs = Requests(**{n: np.array([v, v]) for n, v in (drug | {"day": 0}).items()})
    visit = Services(*(np.array([v]) for v in (0, 0, 0, 30_000, COINSURANCE, 0, 10_000)), *NONE)
    limits = Limits(
        *(np.array([cents]) for cents in (0, 100_000, UNLIMITED, UNLIMITED, UNLIMITED, 0))
    )
    shares, v = decide_together(
        visit, drugs, (np.array([1]), np.array([0, 2])), limits, np.zeros(0, int), NOTHING
    )

    assert v.patient.tolist() == [80_000, 0]
    assert shares.coinsurance.tolist() == [20_000]
