"""Utilization review: what two drugs do, whom a drug does not suit, asked alone and as columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import healthsim_nb as hs
from healthsim_nb import reference
from healthsim_nb.errors import SpecificationError, UnknownNameError
from healthsim_nb.notebook import pharmacy as faces
from healthsim_nb.pharmacy.checks import (
    CONTRAINDICATED,
    MAJOR,
    MODERATE,
    REASONS,
    SEXES,
    pairs,
    product_checks,
)
from healthsim_nb.pharmacy.products import products
from healthsim_nb.pharmacy.review import review
from healthsim_nb.pharmacy.substances import find, of_products, substances

DRUGS = sorted({row["ingredient"] for row in reference.rows("lookups/drug_products.csv")})


def at(name):
    return products().id.index(name)


def codes(found):
    return [alert.reason for alert in found]


def test_two_drugs_that_must_not_meet_are_refused_with_what_happens_and_what_to_do():
    found = hs.review("simvastatin", ["clarithromycin"])
    (alert,) = found
    assert (alert.reason, alert.severity, alert.refuses) == ("DD", "contraindicated", True)
    assert (alert.beside, alert.text) == ("clarithromycin", "rhabdomyolysis")
    assert alert.advice == "hold statin"
    assert not found.ok


def test_nothing_is_found_where_nothing_is_wrong():
    found = review("amoxicillin", ["lisinopril"], age=40, sex="M", conditions=["J02.9"])
    assert found.ok
    assert len(found) == 0
    assert found.to_text() == "amoxicillin beside lisinopril: nothing found"


@pytest.mark.parametrize(
    "name", ["Coumadin", "warfarin", "WARFARIN 5 mg", "855332", "warfarin-5mg"]
)
def test_a_drug_may_be_named_in_many_ways(name):
    assert substances()[find(name)].ingredient == "warfarin sodium"
    assert codes(review(name, ["aspirin"])) == ["DD"]


@pytest.mark.parametrize(
    ("said", "reason", "severity"),
    [
        ({"drug": "codeine", "age": 8}, "PA", "major"),
        ({"drug": "zolpidem", "age": 80}, "PA", "minor"),
        ({"drug": "finasteride", "sex": "F"}, "SX", "moderate"),
        ({"drug": "lisinopril", "pregnant": True}, "PG", "major"),
        ({"drug": "bupropion", "conditions": ["epilepsy"]}, "DC", "major"),
        ({"drug": "bupropion", "conditions": ["G40.909"]}, "DC", "major"),
        ({"drug": "bupropion", "conditions": ["g40909"]}, "DC", "major"),
        ({"drug": "metformin", "egfr": 24}, "DC", "major"),
        ({"drug": "metformin", "daily_mg": 3000}, "HD", "moderate"),
        ({"drug": "metformin", "daily_mg": 6000}, "HD", "major"),
        ({"drug": "amoxicillin", "daily_mg": 500, "age": 40}, "LD", "minor"),
        ({"drug": "sertraline", "supply_left": 40}, "ER", "moderate"),
        ({"drug": "sertraline", "active": ["escitalopram"]}, "TD", "moderate"),
        ({"drug": "apixaban", "active": ["rivaroxaban"]}, "TD", "major"),
    ],
)
def test_each_reason_is_found(said, reason, severity):
    if said["drug"] == "codeine":
        said = {**said, "drug": "acetaminophen / codeine phosphate"}
    (alert,) = review(**said)
    assert (alert.reason, alert.severity) == (reason, severity)


@pytest.mark.parametrize(
    "said",
    [
        {"drug": "finasteride", "sex": "M"},
        {"drug": "zolpidem", "age": 50},
        {"drug": "metformin", "egfr": 60},
        {"drug": "metformin", "daily_mg": 2000},
        {"drug": "amoxicillin", "daily_mg": 500, "age": 5},
        {"drug": "sertraline", "supply_left": 10},
        {"drug": "bupropion", "conditions": ["hypertension"]},
    ],
)
def test_what_suits_is_not_found(said):
    assert review(**said).ok


def test_the_worst_comes_first():
    found = review("apixaban", ["ibuprofen", "warfarin"], age=82)
    assert [alert.severity for alert in found] == ["contraindicated", "major"]


@pytest.mark.parametrize(
    ("said", "error", "text"),
    [
        ({"drug": "simvastatine"}, UnknownNameError, "Did you mean 'simvastatin'"),
        ({"drug": "metformin", "active": ["lisinoprill"]}, UnknownNameError, "'lisinopril'"),
        (
            {"drug": "metformin", "conditions": ["hart failure"]},
            UnknownNameError,
            "'heart failure'",
        ),
        ({"drug": "metformin", "age": 190}, SpecificationError, "must be 0 to 120 years"),
        ({"drug": "metformin", "sex": "female"}, SpecificationError, "write 'F' or 'M'"),
        ({"drug": "metformin", "daily_mg": 0}, SpecificationError, "must be above 0"),
    ],
)
def test_what_cannot_be_is_told_kindly(said, error, text):
    with pytest.raises(error, match=text):
        review(**said)


@given(st.sampled_from(DRUGS), st.sampled_from(DRUGS))
def test_two_drugs_are_judged_alike_whichever_is_new(first, second):
    one, other = review(first, [second]), review(second, [first])
    assert codes(one) == codes(other)
    assert [a.severity for a in one] == [a.severity for a in other]


def test_every_pair_of_the_list_is_found_between_its_drugs():
    known = pairs()
    for row in reference.rows("lookups/drug_pairs.csv"):
        if row["severity"] != "contraindicated":
            continue
        first = [i for i, s in enumerate(substances()) if row["first"] in s.targets]
        second = [i for i, s in enumerate(substances()) if row["second"] in s.targets]
        block = known.severity[np.ix_(first, second)]
        assert (block[np.not_equal.outer(first, second)] == CONTRAINDICATED).all(), row


def test_products_are_judged_as_their_substances_are():
    checks, known = product_checks().pairs, pairs()
    place = of_products(products())
    assert (place >= 0).all()
    assert (checks.severity == checks.severity.T).all()
    simvastatin, amlodipine = at("simvastatin-40mg"), at("amlodipine-10mg")
    assert checks.severity[simvastatin, amlodipine] == MAJOR
    assert known.texts[checks.told[simvastatin, amlodipine]][0] == "statin level rises"
    assert checks.severity[at("lisinopril-10mg"), at("sacubitril-valsartan-49-51mg")] == 4
    assert checks.refuses[at("lisinopril-10mg"), at("sacubitril-valsartan-49-51mg")]


def test_a_refill_and_another_strength_are_no_interaction():
    checks = product_checks().pairs
    assert not checks.severity.diagonal()[checks.reason.diagonal() != 3].any()
    ten, twenty = at("lisinopril-10mg"), at("lisinopril-20mg")
    assert REASONS[checks.reason[ten, twenty]] == "ID"
    assert checks.severity[ten, twenty] == MODERATE
    assert not checks.refuses[ten, twenty]


def test_usual_directions_are_neither_too_much_nor_too_little():
    checks, shelf = product_checks(), products()
    most, least = checks.most_daily_units, checks.least_daily_units
    assert (most > 0).sum() > 100
    assert (shelf.daily_units <= most)[most > 0].all()
    assert (shelf.daily_units >= least).all()
    assert most[at("atorvastatin-40mg")] == 2000


def test_cautions_of_products_are_those_of_the_lists():
    c = product_checks().cautions
    assert c.pregnancy[at("lisinopril-10mg")]
    assert SEXES[c.sex[at("finasteride-5mg")]] == "M"
    assert c.least_age[at("ciprofloxacin-500mg")] == 18
    assert c.disease[at("bupropion-xl-150mg"), c.begins.index("G40")]
    assert c.least_egfr[at("metformin-500mg")] == 30


def test_a_review_is_plain_data_text_and_a_table():
    found = review("Eliquis", ["ibuprofen"], age=82)
    assert found.to_dict()["alerts"][0]["reason"] == "DD"
    assert repr(found).splitlines()[0] == "Eliquis beside ibuprofen: 1 alert"
    page = faces.review(found)
    assert "bleeding risk up" in page
    assert 'class="healthsim"' in page


def test_a_formulary_is_looked_up_by_drug():
    card = hs.formulary("northstar-value")
    brand, generic = sorted(
        (d for d in card.drug("levothyroxine") if "0.1 MG" in d.name), key=lambda d: -d.tier
    )
    assert (brand.tier, brand.cost, generic.cost) == (4, "$80", "$5")
    assert brand.price > generic.price
    ozempic = card.drug("Ozempic")
    assert ozempic[0].step_therapy == "biguanide for 90 days"
    assert "after biguanide for 90 days" in repr(ozempic)
    assert "Ozempic" in faces.lookup(ozempic)
    assert "Every drug" in faces.formulary(card)
    assert repr(card).startswith("Northstar Value formulary (northstar-value)\n")


def test_what_a_formulary_leaves_out_is_said():
    (humira,) = hs.formulary("exchange-silver").drug("Humira")
    assert not humira.covered
    assert humira.tier_name == "not covered"


def test_a_formulary_that_is_not_there_is_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'saver'"):
        hs.formulary("savr")
