"""Many families at once come out as one line after the other, to the cent."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.coverage.queue import SHARES, Followers
from healthsim_nb.coverage.wavefront import (
    COINSURANCE,
    COORDINATED,
    COPAY,
    FIRST,
    MEDICAID,
    UNLIMITED,
    Limits,
    Services,
    adjudicate,
)

from .one_by_one import one_by_one
from .random_lines import random_lines


def as_rows(services):
    names = [f.name for f in fields(services)]
    columns = [getattr(services, name).tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def both(services, limits):
    shares = adjudicate(services, limits, np.arange(len(services.chain)))
    found = [getattr(shares, f.name).tolist() for f in fields(shares)]
    plain = {f.name: getattr(limits, f.name).tolist() for f in fields(limits)}
    return list(zip(*found, strict=True)), one_by_one(as_rows(services), plain)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_families_are_equal_to_the_cent(seed: int) -> None:
    services, limits = random_lines(seed, families=25, each=40)

    wave, sequential = both(services, limits)

    assert (services.reverses >= 0).sum() > 20
    assert (services.after >= 0).sum() > 20
    assert any(row[5] for row in wave)
    assert wave == sequential


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 12))
def test_any_family_is_equal_to_the_cent(seed: int, families: int, each: int) -> None:
    wave, sequential = both(*random_lines(seed, families, each))

    assert wave == sequential


@given(st.integers(0, 10**6))
def test_nobody_pays_beyond_the_maximum(seed: int) -> None:
    services, limits = random_lines(seed, families=3, each=20)
    shares = adjudicate(services, limits, np.arange(len(services.chain)))
    owed = shares.deductible + shares.copay + shares.coinsurance

    # What a supplement leaves is another plan's business.
    first = services.method == FIRST
    for account, amounts, most in (
        (services.member, owed, limits.member_most),
        (services.family, owed, limits.family_most),
    ):
        total = np.zeros(len(most), np.int64)
        np.add.at(total, account[first], amounts[first])
        assert (total <= most).all()


@given(st.integers(0, 10**6))
def test_who_looks_at_the_payer_before_alone_needs_no_turn(seed: int) -> None:
    services, limits = random_lines(seed, families=5, each=20)
    shares = adjudicate(services, limits, np.arange(len(services.chain)))
    rows = np.array([getattr(shares, name) for name in SHARES])
    line = np.flatnonzero((services.method > COORDINATED) & (services.visits < 0))
    before, allowed = services.after[line], services.allowed[line]
    found = rows.copy()
    found[:, line] = 0
    Followers(line, before, allowed, services.method[line]).fill(found)

    assert found.tolist() == rows.tolist()


def line(**given):
    usual = {"chain": 0, "member": 0, "family": 0, "allowed": 10_000, "how": COINSURANCE}
    usual |= {"copay": 0, "rate": 2000, "visits": -1, "reverses": -1, "after": -1, "method": FIRST}
    return usual | given


def price(lines, **limits):
    columns = {name: np.array([one[name] for one in lines]) for name in lines[0]}
    usual = {"member_deductible": [0], "member_most": [UNLIMITED]}
    usual |= {"family_deductible": [UNLIMITED], "family_most": [UNLIMITED], "visits": [0]}
    made = Limits(**{name: np.array(value) for name, value in (usual | limits).items()})
    shares = adjudicate(Services(**columns), made, np.arange(len(lines)))
    return [
        tuple(int(getattr(shares, n)[i]) for n in ("deductible", "copay", "coinsurance", "paid"))
        for i in range(len(lines))
    ]


def test_coinsurance_begins_where_the_deductible_ends() -> None:
    assert price([line(), line()], member_deductible=[15_000]) == [
        (10_000, 0, 0, 0),
        (5_000, 0, 1_000, 4_000),
    ]


def test_the_maximum_ends_all_shares() -> None:
    found = price([line(), line()], member_deductible=[5_000], member_most=[6_500])

    assert found == [(5_000, 0, 1_000, 4_000), (0, 0, 500, 9_500)]


def test_a_family_meets_its_deductible_together() -> None:
    lines = [line(member=0), line(member=1)]

    found = price(
        lines, member_deductible=[10_000] * 2, member_most=[10**9] * 2, family_deductible=[12_000]
    )

    assert found == [(10_000, 0, 0, 0), (2_000, 0, 1_600, 6_400)]


def test_what_is_taken_back_opens_the_deductible_again() -> None:
    lines = [line(), line(reverses=0), line()]

    assert price(lines, member_deductible=[10_000]) == [
        (10_000, 0, 0, 0),
        (-10_000, 0, 0, 0),
        (10_000, 0, 0, 0),
    ]


def test_a_copay_is_never_more_than_what_is_allowed() -> None:
    assert price([line(how=COPAY, copay=2_500, allowed=1_900)]) == [(0, 1_900, 0, 0)]


def test_medicaid_pays_up_to_its_own_price_and_the_patient_nothing() -> None:
    first, second = line(), line(member=1, family=1, after=0, method=MEDICAID, allowed=8_500)

    found = price([first, second], member_deductible=[0, 0], member_most=[UNLIMITED] * 2,
                  family_deductible=[0, 0], family_most=[UNLIMITED] * 2)  # fmt: skip

    assert found == [(0, 0, 2_000, 8_000), (0, 0, 0, 500)]


def test_visits_beyond_the_limit_are_refused() -> None:
    found = price([line(visits=0), line(visits=0)], visits=[1])

    assert found == [(0, 0, 2_000, 8_000), (0, 0, 0, 0)]
