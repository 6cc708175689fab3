"""Formularies: what ships is complete, and a file of a user's own is checked whole."""

from __future__ import annotations

import numpy as np
import pytest

from healthsim_nb.errors import InputError, UnknownNameError
from healthsim_nb.pharmacy.benefit import MAIL_90, NO_LIMIT, RETAIL_30, SPECIALTY, benefits
from healthsim_nb.pharmacy.formulary import (
    formulary,
    formulary_ids,
    formulary_of_plan,
    read,
    step_rules,
)
from healthsim_nb.pharmacy.products import products
from healthsim_nb.templates.library import load


@pytest.fixture(scope="module")
def shelf():
    return products()


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "our-list.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_every_plan_has_one_formulary_of_its_kind():
    plans = load().plans
    named = [plan for benefit in benefits().values() for plan in benefit.plans]
    assert sorted(named) == sorted(plans)
    kinds = {"medicare": {"part-d"}, "medicaid": {"medicaid"}}
    for name, plan in plans.items():
        kind = benefits()[formulary_of_plan(name)].benefit_type
        assert kind in kinds.get(plan.line_of_business, {"commercial", "exchange"})
        assert (kind == "exchange") == (plan.market == "individual")


def test_benefits_of_savings_accounts_and_exchanges_share_the_plans_accumulators():
    for name, plan in load().plans.items():
        benefit = benefits()[formulary_of_plan(name)]
        assert benefit.combined == (plan.hsa or plan.market == "individual"), name


@pytest.mark.parametrize("name", formulary_ids())
def test_a_formulary_holds_together(name, shelf):
    f = formulary(name)
    tiers = len(f.tier_names)
    assert f.tier.max() <= tiers
    assert f.covered.sum() > 200
    assert not f.prior_authorization[~f.covered].any()
    assert not f.specialty[~f.covered].any()
    assert ((f.limit_units > 0) == (f.limit_days > 0)).all()
    assert f.costs.copay.shape == f.costs.most.shape == (tiers + 1, 4)
    assert not f.costs.offered[0, :SPECIALTY].any()
    assert not shelf.administered[f.covered].any()


@pytest.mark.parametrize("name", formulary_ids())
def test_usual_directions_stay_within_the_limits_of_what_is_taken_for_good(name, shelf):
    f = formulary(name)
    rows = np.flatnonzero((f.limit_units > 0) & shelf.maintenance & (shelf.course_days == 0))
    assert len(rows) > 20
    needed = shelf.daily_units[rows] * f.limit_days[rows]
    assert (needed <= f.limit_units[rows] * 1.06).all()


def test_costs_are_read_as_cents_and_basis_points():
    f = formulary("meridian-choice")
    assert f.costs.copay[1, RETAIL_30] == 1100
    assert f.costs.copay[2, MAIL_90] == 9000
    assert f.costs.coinsurance[4, SPECIALTY] == 2500
    assert f.costs.most[4, SPECIALTY] == 25_000
    assert f.costs.most[1, RETAIL_30] == NO_LIMIT
    assert not f.costs.offered[4, MAIL_90]


def test_the_deductible_spares_tiers_and_preventive_drugs(shelf):
    value, saver = formulary("northstar-value"), formulary("saver")
    assert value.deductible_cents == 10_000
    assert not value.pays_deductible[np.isin(value.tier, [1, 2])].any()
    assert value.pays_deductible[value.tier > 2].all()
    assert saver.preventive.any()
    assert not saver.pays_deductible[saver.preventive].any()


def test_what_comes_first_is_a_class_that_somebody_can_take(shelf):
    rules = step_rules()
    used = {g for name in formulary_ids() for g in formulary(name).step_group if g >= 0}
    assert len(used) >= 5
    for group in used:
        assert set(rules[group].classes) & set(shelf.classes), rules[group].id


def test_the_second_weekly_injection_for_diabetes_asks_for_metformin_first(shelf):
    f = formulary("meridian-choice")
    rule = f.step_rules[f.step_group[shelf.id.index("semaglutide-ozempic-1mg")]]
    assert rule.classes == ("biguanide",)
    assert (rule.least_days, rule.lookback_days) == (90, 365)


def test_an_unknown_formulary_or_plan_is_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'exchange-gold'"):
        formulary("exchange-golden")
    with pytest.raises(UnknownNameError, match="No plan with a formulary named 'acme'"):
        formulary_of_plan("acme")


def test_a_list_of_ones_own_is_read_by_ndc_or_by_rxcui(file, shelf):
    path = file(
        "# our list\nndc,rxnorm_code,tier,prior_authorization,quantity_limit,quantity_limit_days\n"
        "00093-5058-98,,1,,,\n,1364447,2,yes,60,30\n"
    )
    f = read(path, like="meridian-choice")
    apixaban = shelf.id.index("apixaban-5mg")
    assert (f.id, f.covered.sum()) == ("our-list", 2)
    assert (f.tier[apixaban], f.prior_authorization[apixaban]) == (2, True)
    assert (f.limit_units[apixaban], f.limit_days[apixaban]) == (60_000, 30)
    assert f.costs.copay[2, RETAIL_30] == 3600


def test_all_that_is_wrong_with_a_list_is_told_at_once_by_line(file):
    path = file(
        "ndc,tier,prior_authorization,step_therapy,quantity_limit,quantity_limit_days\n"
        "00093505898,9,,,,\n"
        "93505898,1,,,,\n"
        "12345678901,1,,,,\n"
        "00003089421,2,perhaps,st-glp,60,\n"
        "68180098001,1,,,,\n"
        "68180098001,2,,,,\n"
        ",1,,,,\n"
        "68180098101,one,,,,\n"
    )
    with pytest.raises(InputError) as error:
        read(path)
    text = str(error.value)
    assert text.startswith("our-list.csv has 9 problems:\nline 2: tier 9 is not one of 1 to 4\n")
    assert "line 3: NDC '93505898' has 8 characters: write all 11 digits" in text
    assert "line 4: NDC 12345678901 is none of the products" in text
    assert "line 5: 'quantity_limit' needs 'quantity_limit_days'" in text
    assert "line 5: No step therapy named 'st-glp'. Did you mean 'st-glp1'?" in text
    assert "line 5: 'prior_authorization' is 'perhaps': write yes or no" in text
    assert "line 7: lisinopril 10 MG Oral Tablet is already on line 6" in text
    assert "line 8: no drug is named: fill 'ndc' or 'rxnorm_code'" in text
    assert "line 9: 'tier' is 'one', which is no number" in text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("drug,tier\nx,1\n", "there is no column 'ndc' and none 'rxnorm_code'"),
        ("ndc,teir\n00093505898,1\n", "No column named 'teir'. Did you mean 'tier'?"),
        ("ndc,tier\n", "has no drugs"),
        ("ndc,rxnorm_code,tier\n00093505898,1,1\n", "NDC 00093505898 is RXCUI 617311, not 1"),
    ],
)
def test_a_list_that_cannot_be_used_says_what_it_lacks(file, text, problem):
    with pytest.raises(InputError) as error:
        read(file(text))
    assert problem in str(error.value)


def test_a_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        read(tmp_path / "none.csv")
