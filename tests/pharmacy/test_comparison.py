"""The same fills under other formularies: priced exactly, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import healthsim_nb as hs
from healthsim_nb.engine.rng import Draws
from healthsim_nb.errors import SpecificationError, UnknownNameError
from healthsim_nb.notebook import pharmacy as faces
from healthsim_nb.pharmacy.comparison import Dispensed, priced
from healthsim_nb.pharmacy.formulary import formulary, formulary_ids
from healthsim_nb.pharmacy.pharmacies import MAIL, RETAIL, SPECIALTY
from healthsim_nb.pharmacy.products import products


def fills(*rows):
    """Return fills of one member: product, days, kind of pharmacy, price in cents, day."""
    n, shelf = len(rows), products()
    columns = [np.array(column, np.int64) for column in list(zip(*rows, strict=True))[1:]]
    product = np.array([shelf.id.index(row[0]) for row in rows])
    days, kind, price, day = columns
    year = day // 365 + 1970
    return Dispensed(
        member=np.zeros(n, np.int64),
        day=day,
        year=year,
        product=product,
        quantity=shelf.quantity(product, days),
        days=days,
        kind=kind,
        price=price,
    )


DAY = 365 * 55 + 40


def test_copays_are_those_of_tier_and_channel_and_never_more_than_the_price():
    some = fills(
        ("atorvastatin-40mg", 30, RETAIL, 300, DAY),
        ("apixaban-5mg", 30, RETAIL, 58_000, DAY),
        ("apixaban-5mg", 90, MAIL, 170_000, DAY + 30),
        ("adalimumab-humira-40mg", 28, SPECIALTY, 660_000, DAY + 30),
    )
    found = priced(some, formulary("meridian-choice"))
    assert found.members_pay == 3 + 36 + 90 + 250
    assert found.plan_pays == found.price - found.members_pay
    assert (found.covered, found.authorization, found.step) == (4, 1, 1)


def test_a_dear_drug_at_a_fifth_costs_a_fifth_after_the_deductible_until_the_limit():
    f = formulary("saver")
    f = replace(f, costs=replace(f.costs, most=np.full_like(f.costs.most, 10**9)))
    rows = [("bictegravir-ftc-taf", 30, SPECIALTY, 500_100, DAY + 30 * k) for k in range(4)]
    paid = [priced(fills(*rows[:count]), f).members_pay for count in (1, 2, 3, 4)]
    assert paid == [2760.2, 3760.4, 4600, 4600]


def test_part_d_stops_at_its_limit_and_makers_pay_a_share():
    some = fills(*(("apixaban-5mg", 30, RETAIL, 100_000, DAY + 30 * k) for k in range(11)))
    found = priced(some, formulary("part-d-basic"))
    assert some.year[0] == 2025
    assert found.members_pay == 590 + 0.2 * 410 + 6 * 200 + 128
    assert found.makers_pay > 0
    assert found.price == pytest.approx(found.members_pay + found.plan_pays + found.makers_pay)


def test_what_is_not_listed_is_not_priced():
    some = fills(("adalimumab-humira-40mg", 28, SPECIALTY, 660_000, DAY))
    found = priced(some, formulary("exchange-silver"))
    assert (found.covered, found.price, found.not_covered) == (0, 0, 6600)
    assert found.share("covered") == found.share("members_pay") == 0


@pytest.mark.parametrize("name", formulary_ids())
def test_whoever_pays_the_price_is_paid(name):
    shelf = np.flatnonzero(~products().administered)
    draws = Draws(4, np.arange(2000, dtype=np.int64))
    product = shelf[draws.below("product", len(shelf))]
    day = np.sort(DAY - 365 + draws.below("day", 900))
    days = np.where(draws.chance("long", 0.3), 90, 30)
    some = Dispensed(
        member=draws.below("member", 40),
        day=day,
        year=day // 365 + 1970,
        product=product,
        quantity=products().quantity(product, days),
        days=days,
        kind=np.where(draws.chance("mail", 0.2), MAIL, RETAIL),
        price=draws.between("price", 100, 900_000),
    )
    found = priced(some, formulary(name))
    assert found.members_pay >= 0
    assert found.plan_pays >= 0
    whole = found.members_pay + found.plan_pays + found.makers_pay
    assert whole == pytest.approx(found.price)
    assert found.price + found.not_covered == pytest.approx(some.price.sum() / 100)


@pytest.fixture(scope="module")
def made():
    with hs.open(":memory:") as workspace:
        yield workspace.generate("300 adults with diabetes", seed=3, months=12)


def test_a_scenario_is_priced_under_the_formularies_that_are_named(made, tmp_path):
    own = tmp_path / "ours.csv"
    own.write_text("rxnorm_code,tier\n617311,1\n", encoding="utf-8")
    found = made.compare_formularies("meridian-choice", own, hs.formulary("saver"), like="saver")
    assert [row.formulary for row in found] == ["meridian-choice", "ours", "saver"]
    fills = made.query(
        "SELECT count(*) FROM pharmacy_claims WHERE status = 'paid' AND transaction_code <> 'B2'"
    ).rows[0][0]
    assert {row.fills for row in found} == {fills}
    assert found.rows[1].covered < found.rows[0].covered
    assert found.df()["members_pay"].tolist() == [row.members_pay for row in found]
    assert "The same fills" in faces.comparison(found)
    assert f"{fills:,} fills under 3 formularies" in repr(found)


def test_all_that_ship_are_compared_when_none_is_named(made):
    assert len(made.compare_formularies()) == len(formulary_ids())


def test_an_unknown_formulary_and_a_scenario_without_fills_are_told(made):
    with pytest.raises(UnknownNameError, match="Did you mean 'saver'"):
        made.compare_formularies("savr")
    with hs.open(":memory:") as workspace:
        person = {"given_name": "A", "family_name": "B", "birth_date": "1990-01-01", "gender": "F"}
        empty = workspace.persist({"patients": [person]}, name="none")
        with pytest.raises(SpecificationError, match="'none' has no fills to price"):
            empty.compare_formularies("saver")
