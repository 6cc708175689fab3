"""Plans are data, and what is wrong with one is told at once."""

from __future__ import annotations

import re

import numpy as np
import pytest

from healthsim_nb.coverage.book import SERVICES, open_book
from healthsim_nb.coverage.cents import money
from healthsim_nb.coverage.prices import drg_weights, price_list
from healthsim_nb.coverage.wavefront import COPAY, FREE
from healthsim_nb.errors import TemplateError
from healthsim_nb.reference import rows
from healthsim_nb.templates.library import load


def test_at_least_twenty_plans_of_every_kind_ship(library) -> None:
    types = {plan.type for plan in library.plans.values()}
    metals = {plan.metal for plan in library.plans.values()}

    assert len(library.plans) >= 20
    assert types >= {"HMO", "PPO", "EPO", "POS", "HDHP", "MEDICARE", "MEDICARE-ADVANTAGE"}
    assert metals >= {"bronze", "silver", "gold", "platinum"}


def test_medicare_amounts_follow_the_year(library) -> None:
    book = open_book(library, 2024, 3)
    plan = book.column("id").index("original-medicare")
    year = np.array([2024, 2025, 2026])
    row = book.row(np.full(3, plan), year)

    assert book.deductible[row, 0].tolist() == [24000, 25700, 28300]
    assert book.copay[row, SERVICES.index("inpatient")].tolist() == [163200, 167600, 173600]


def test_preventive_care_is_free_in_every_plan(library) -> None:
    book = open_book(library, 2024, 1)

    assert (book.how[:, SERVICES.index("preventive")] == FREE).all()
    assert (book.how == COPAY).any()


def test_all_that_is_wrong_with_a_plan_is_told_at_once(tmp_path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "odd.yaml").write_text(
        "id: odd\nname: Odd\ntype: PPO\nline_of_business: commercial\nmarket: individual\n"
        "payer: merdian\nnetwork: meridian-ppo\nrates: individual\nshare: 1\n"
        "deductible: {individual: 500, family: 100}\ncoinsurance: {in_network: 120}\n"
        "services: {dentist: 5}\ntimely_filing_days: 5\npremium: 1\nsource: judgement\n"
    )

    with pytest.raises(TemplateError) as error:
        load(tmp_path)

    said = str(error.value)
    assert "deductible: 'family' is 100, less than one member's 500" in said
    assert "coinsurance.in_network: 120 is more than 100" in said
    assert "timely_filing_days: 5 is less than 30" in said
    assert "dentist" in said


def test_an_unknown_payer_is_named_with_the_nearest(tmp_path, library) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "own.yaml").write_text(
        "id: own\nname: Own\ntype: PPO\nline_of_business: commercial\nmarket: individual\n"
        "payer: merdian\nnetwork: meridian-ppo\nrates: individual\nshare: 1\n"
        "coinsurance: {in_network: 20}\ntimely_filing_days: 90\npremium: 1\nsource: judgement\n"
    )

    with pytest.raises(TemplateError, match="no payer named 'merdian'"):
        load(tmp_path)


FEW = 6
"""Orders or stays that may come to the library before their price is known."""


def test_what_is_ordered_and_done_has_a_price(library) -> None:
    laboratory = {row["loinc"] for row in rows("coverage/laboratory_codes.csv")}
    without = [
        order.id
        for order in library.orders.values()
        if (order.code_system == "LOINC" and order.code not in laboratory)
        or (order.code_system in {"CPT", "HCPCS"} and price_list().number(order.code) < 0)
    ]

    assert len(without) <= FEW, without


def test_stays_have_a_weight(library) -> None:
    said = (condition.model_dump_json() for condition in library.conditions.values())
    drgs = {drg for text in said for drg in re.findall('"drg":"([0-9]{3})"', text)}

    assert len(drgs) > 50
    assert len(drgs - drg_weights().keys()) <= FEW, drgs - drg_weights().keys()


def test_cents_are_exact() -> None:
    cents = np.array([0, 1, -1, 999_999_999_999, -5])

    found = [int(v * 100) for v in money(cents).to_pylist()]

    assert found == cents.tolist()
    assert money(cents, cents < 0).null_count == 2
