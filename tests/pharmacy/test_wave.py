"""Many households at once come out as one claim after the other, to the cent."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthsim_nb.pharmacy.requests import UNLIMITED, Limits, Pairs, Requests, Reviews
from healthsim_nb.pharmacy.shares import NAMES
from healthsim_nb.pharmacy.wave import decide

from .one_at_a_time import one_at_a_time
from .random_requests import random_requests

NOBODY = np.zeros(0, np.int32)
NOTHING = Pairs(NOBODY, NOBODY), Reviews(NOBODY, NOBODY, NOBODY, NOBODY)


def as_rows(columns):
    names = [f.name for f in fields(columns)]
    values = [getattr(columns, name).tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def as_tuples(pairs):
    return [tuple(row.values()) for row in as_rows(pairs)]


def plainly(requests, limits, asked, seen):
    amounts = {f.name: getattr(limits, f.name).tolist() for f in fields(limits)}
    return one_at_a_time(as_rows(requests), amounts, as_tuples(asked), as_tuples(seen))


def as_claims(verdicts, requests):
    money = list(zip(*(getattr(verdicts, name).tolist() for name in NAMES), strict=True))
    fill = (requests.kind == 0) & verdicts.sent
    return [
        (sent, refusal if is_fill else 0, number if sent else 0, amounts, phase)
        for sent, refusal, number, amounts, phase, is_fill in zip(
            verdicts.sent.tolist(),
            verdicts.refusal.tolist(),
            verdicts.fill.tolist(),
            money,
            verdicts.phase.tolist(),
            fill.tolist(),
            strict=True,
        )
    ]


def assert_equal(seed: int, chains: int, each: int):
    requests, limits, asked, seen = random_requests(seed, chains, each)
    verdicts = decide(requests, limits, asked, seen)
    claims, found, stopped = plainly(requests, limits, asked, seen)

    fill = ((requests.kind == 0) & verdicts.sent).tolist()
    assert as_claims(verdicts, requests) == [
        (c.sent, c.refusal if f else 0, c.fill, c.money, c.phase)
        for c, f in zip(claims, fill, strict=True)
    ]
    hits = np.flatnonzero(verdicts.found)
    assert dict(zip(hits.tolist(), verdicts.beside[hits].tolist(), strict=True)) == found
    ended = np.flatnonzero(verdicts.stopped < len(requests.chain))
    assert dict(zip(ended.tolist(), verdicts.stopped[ended].tolist(), strict=True)) == stopped
    return verdicts, requests


def test_a_hundred_thousand_random_lines_are_equal_to_the_cent() -> None:
    verdicts, requests = assert_equal(5, chains=3600, each=28)

    assert len(requests.chain) > 100_000
    assert set(np.unique(verdicts.refusal[verdicts.sent])) >= {0, 5, 6, 8, 9, 10}
    assert verdicts.taken_back.sum() > 500
    assert set(np.unique(verdicts.phase)) == {-1, 0, 1, 2, 3}
    for name in ("subsidy", "discount", "card"):
        assert (getattr(verdicts, name) > 0).sum() > 100


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 25))
def test_any_household_is_equal_to_the_cent(seed: int, chains: int, each: int) -> None:
    assert_equal(seed, chains, each)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_patient_plan_and_programs_pay_the_price(seed: int) -> None:
    requests, limits, asked, seen = random_requests(seed, 30, 20)
    v = decide(requests, limits, asked, seen)

    paid = v.sent & (v.refusal == 0) & (requests.kind == 0)
    everybody = v.patient + v.plan + v.subsidy + v.discount + v.card
    assert (everybody[paid] == requests.price[paid]).all()
    assert (v.patient[paid] >= 0).all()
    assert (v.plan[paid] >= 0).all()
    owed = v.deductible + v.copay + v.coinsurance
    assert (owed - v.subsidy - v.card == v.patient)[paid].all()


USUAL = {
    "refusal": 0, "kind": 0, "of": -1, "only": 0, "why": 0, "quits": False, "episode": 0, "drug": 0,
    "days": 30, "ready": 23, "early": False, "prescription": 0, "fills": 99, "group": -1,
    "credit": 0, "steps": 0, "step_days": 0, "since": 0, "answered": False, "phased": False,
    "open": True, "copay": 0, "rate": 0, "least": 0, "most": UNLIMITED, "cap": UNLIMITED,
    "account": 0, "family": 0, "gap_rate": 0, "gap_discount": 0, "discount": 0,
    "late_discount": 0, "subsidized": -1, "card": -1, "card_least": 0, "card_most": UNLIMITED,
    "costly": UNLIMITED, "chain": 0,
}  # fmt: skip


def price(lines, deductible=0, most=UNLIMITED, initial=UNLIMITED, card=0):
    rows = [USUAL | {"day": 30 * i, **line} for i, line in enumerate(lines)]
    requests = Requests(**{f.name: np.array([r[f.name] for r in rows]) for f in fields(Requests)})
    limits = Limits(
        *(np.array([cents]) for cents in (deductible, most, initial, UNLIMITED, UNLIMITED, card))
    )
    return decide(requests, limits, *NOTHING)


def test_a_drug_of_5001_dollars_at_20_percent_costs_1000_20_until_the_cap() -> None:
    v = price([{"price": 500_100, "rate": 2000}] * 4, most=250_000)

    assert v.patient.tolist() == [100_020, 100_020, 49_960, 0]
    assert v.plan.tolist() == [400_080, 400_080, 450_140, 500_100]


def test_part_d_of_2025_ends_at_2000_dollars() -> None:
    line = {"price": 300_000, "rate": 2500, "phased": True, "discount": 1000, "late_discount": 2000}
    v = price([line] * 4, deductible=59_000, most=200_000)

    assert v.patient.tolist() == [59_000 + 60_250, 75_000, 5_750, 0]
    assert v.discount.tolist() == [24_100, 30_000, 30_000, 60_000]
    assert v.phase.tolist() == [0, 1, 1, 3]


def test_makers_pay_most_of_a_brand_in_the_coverage_gap_of_2024() -> None:
    line = {"price": 400_000, "rate": 2500, "phased": True, "gap_rate": 2500, "gap_discount": 7000}
    v = price([line] * 3, deductible=54_500, most=800_000, initial=503_000)

    # 545 dollars and a quarter of the rest; a quarter of what is left below 5,030, and in the gap.
    assert v.patient.tolist() == [54_500 + 86_375, 25_750 + 74_250, 92_427]
    assert v.discount.tolist() == [0, 207_900, 258_798]
    assert v.counted.sum() == 800_000


@pytest.mark.parametrize(("least", "most", "paid"), [(0, 180_000, 2_500), (0, 10_000, 40_000)])
def test_a_copay_card_pays_what_is_above_its_least(least, most, paid) -> None:
    line = {"price": 90_000, "copay": 50_000, "card": 0, "card_least": 2_500}
    v = price([line], card=most)

    assert v.patient.tolist() == [paid]
    assert v.card[0] + v.patient[0] + v.plan[0] == 90_000


def test_a_refill_too_soon_is_refused_and_paid_on_the_right_day() -> None:
    v = price([{"price": 1_000, "day": day} for day in (0, 15, 25)])

    assert v.refusal.tolist() == [0, 8, 0]
    assert v.fill.tolist() == [0, 1, 1]


def test_what_costs_too_much_is_left_at_the_counter_and_nothing_more_is_sent() -> None:
    lines = [
        {"price": 9_000, "rate": 5000, "costly": 4_000},
        {"price": 9_000, "kind": 1, "only": 3, "of": 0, "quits": True},
        {"price": 9_000},
    ]
    v = price(lines)

    assert v.patient.tolist() == [4_500, -4_500, 0]
    assert v.sent.tolist() == [True, True, False]
    assert v.taken_back.tolist() == [True, False, False]
