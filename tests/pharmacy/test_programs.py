"""Programs, Part D and adherence: what the law and the market say, as arrays by product."""

from __future__ import annotations

import numpy as np
import pytest

from healthsim_nb.pharmacy.adherence import LINES, abandonment, adherence, gaps
from healthsim_nb.pharmacy.benefit import NO_LIMIT
from healthsim_nb.pharmacy.part_d import BRAND, GENERIC, negotiated_unit_cost, part_d
from healthsim_nb.pharmacy.products import products
from healthsim_nb.pharmacy.programs import (
    COPAY_CARD,
    FREE_GOODS,
    KINDS,
    market_rules,
    programs,
)


def at(name):
    return products().id.index(name)


@pytest.mark.parametrize(
    ("year", "deductible", "gap", "limit"),
    [(2024, 54_500, 503_000, 800_000), (2025, 59_000, 0, 200_000), (2026, 61_500, 0, 210_000)],
)
def test_part_d_has_the_thresholds_that_medicare_announced(year, deductible, gap, limit):
    p = part_d(year)
    assert (p.deductible, p.initial_limit, p.out_of_pocket_limit) == (deductible, gap, limit)
    assert p.initial_share == 2500
    assert p.catastrophic_share == 0
    assert p.insulin_month == 3500


def test_the_estimated_spending_at_the_limit_of_2025_is_the_announced_one():
    p = part_d(2025)
    spent = p.deductible + (p.out_of_pocket_limit - p.deductible) * 10_000 // p.initial_share
    assert spent == 623_000


def test_years_that_are_not_known_have_those_of_the_nearest():
    assert part_d(2019) is part_d(2024)
    assert part_d(2031) is part_d(2026)


def test_the_subsidy_leaves_small_copays():
    copay = part_d(2025).lis_copay
    assert copay[1].tolist() == [0, 0]
    assert (copay[2, GENERIC], copay[2, BRAND]) == (160, 480)
    assert (copay[3] > copay[2]).all()


def test_negotiated_prices_hold_from_2026_and_are_lower():
    assert not negotiated_unit_cost(2025).any()
    price, usual = negotiated_unit_cost(2026), products().unit_cost
    had = price > 0
    assert had.sum() >= 8
    assert (price[had] < usual[had]).sum() >= had.sum() - 2
    assert price[at("apixaban-5mg")] == 38_500


def test_copay_cards_are_for_brands_and_commercial_members_only():
    p, shelf = programs(), products()
    cards = p.of_product[COPAY_CARD]
    assert shelf.brand[cards >= 0].all()
    assert p.commercial_only[cards[cards >= 0]].all()
    humira = cards[at("adalimumab-humira-40mg")]
    assert (p.patient_pays[humira], p.most_a_year[humira]) == (500, 1_400_000)
    assert cards[at("atorvastatin-40mg")] == -1


def test_a_program_of_a_drug_is_of_its_kind():
    p = programs()
    for kind in range(len(KINDS)):
        mine = p.of_product[kind]
        assert (p.kind[mine[mine >= 0]] == kind).all()
    assert p.of_product[FREE_GOODS, at("osimertinib-80mg")] >= 0
    assert p.hub[at("osimertinib-80mg")]
    assert not p.hub[at("lisinopril-10mg")]


def test_caps_of_the_makers_are_35_dollars_a_month():
    rules = market_rules()
    assert rules["insulin-cap"].most_a_month == 3500
    assert rules["insulin-cap"].applies[at("insulin-glargine-lantus-solostar")]
    assert not rules["insulin-cap"].applies[at("metformin-500mg")]
    assert rules["accumulator"].most_a_month == NO_LIMIT


def test_shares_are_shares():
    a = adherence()
    for name in ("covered", "not_begun", "persistent", "ninety_day", "mail"):
        values = getattr(a, name)
        assert values.shape == (len(LINES), len(products()))
        assert values.min() >= 0
        assert values.max() <= 10_000


def test_statins_and_courses_are_taken_as_published():
    a = adherence()
    assert a.covered[:, at("atorvastatin-40mg")].tolist() == [7300, 8700, 7500]
    assert a.ninety_day[:, at("amoxicillin-500mg")].tolist() == [0, 0, 0]
    assert a.covered[0, at("amoxicillin-500mg")] == 9500


def test_more_is_left_behind_the_more_it_costs():
    a = abandonment()
    assert a.cents.tolist() == sorted(a.cents.tolist())
    for shares in (a.usual, a.specialty, a.medicaid):
        assert (np.diff(shares) > 0).all()
    assert a.usual[np.searchsorted(a.cents, 0, side="right") - 1] == 180
    assert a.usual[np.searchsorted(a.cents, 6000, side="right") - 1] == 2400


def test_a_quarter_of_refills_is_early_and_few_are_very_late():
    usual, specialty = gaps()
    assert (np.diff(usual) >= 0).all()
    assert (usual < 0).sum() == 25
    assert (specialty < 0).sum() == 35
    assert 30 < usual[-1] < 90
