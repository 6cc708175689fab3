"""What a pharmacy knows of products: codes that exist, packs, prices and what the law says."""

from __future__ import annotations

import re

import numpy as np
import pytest

from healthsim_nb import reference
from healthsim_nb.clinical.products import ProductTable
from healthsim_nb.pharmacy.products import UNITS, products, products_of
from healthsim_nb.templates.library import load

STATED = re.compile(r"([\d.]+) MG")


@pytest.fixture(scope="module")
def shelf():
    return products()


def row(shelf, name):
    return shelf.id.index(name)


def test_there_are_two_hundred_products_each_with_both_codes(shelf):
    assert len(shelf) >= 200
    assert len(set(shelf.ndc)) >= 200
    assert all(re.fullmatch(r"\d{11}", ndc) for ndc in shelf.ndc)
    assert all(re.fullmatch(r"\d{4,7}", code) for code in shelf.rxnorm)


def test_every_product_of_a_drug_is_listed_with_its_pharmacy_facts():
    clinical = {r["id"] for r in reference.rows("codes/products.csv")}
    listed = [r["product"] for r in reference.rows("pharmacy/products.csv")]
    assert len(listed) == len(set(listed))
    assert set(listed) == clinical
    assert {r["drug"] for r in reference.rows("codes/products.csv")} == set(load().drugs)


def test_one_ndc_is_one_rxcui_and_one_price(shelf):
    seen = {}
    for at, ndc in enumerate(shelf.ndc):
        facts = (shelf.rxnorm[at], shelf.name[at], int(shelf.unit_cost[at]), int(shelf.unit[at]))
        assert seen.setdefault(ndc, facts) == facts


def test_products_come_in_the_order_of_the_clinical_table(shelf):
    library = load()
    table = ProductTable(library.drugs, library.products)
    assert shelf.id == tuple(p.id for p in table.products)
    assert shelf.rxnorm == tuple(p.rxnorm for p in table.products)


def test_the_tablets_a_day_are_the_dose_over_the_strength_times_the_frequency(shelf):
    library = load()
    table = ProductTable(library.drugs, library.products)
    per_day = {"once daily": 1, "twice daily": 2, "three times daily": 3, "four times daily": 4}
    checked = 0
    for at, (product, often) in enumerate(zip(table.products, table.frequencies, strict=True)):
        strength = STATED.findall(product.name)
        dose = re.fullmatch(r"([\d.]+) (mg|g|mcg)", product.dose)
        if UNITS[shelf.unit[at]] != "EA" or len(strength) != 1 or not dose or often not in per_day:
            continue
        milligrams = float(dose[1]) * {"mg": 1, "g": 1000, "mcg": 0.001}[dose[2]]
        tablets = milligrams / float(strength[0]) * per_day[often]
        assert shelf.daily_units[at] == round(tablets * 1000), product.id
        checked += 1
    assert checked > 90


def test_a_month_of_insulin_is_the_units_over_a_hundred_a_millilitre(shelf):
    lantus = row(shelf, "insulin-glargine-lantus-solostar")
    assert shelf.daily_units[lantus] == 280


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("oxycodone-ir-5mg", 2),
        ("methylphenidate-10mg", 2),
        ("buprenorphine-naloxone-8-2mg-film", 3),
        ("zolpidem-10mg", 4),
        ("pregabalin-75mg", 5),
        ("gabapentin-300mg", 0),
        ("lisinopril-10mg", 0),
    ],
)
def test_controlled_substances_have_the_schedule_of_the_law(shelf, name, schedule):
    assert shelf.schedule[row(shelf, name)] == schedule


def test_brands_cost_more_than_their_generics(shelf):
    twins = np.flatnonzero(shelf.generic_of >= 0)
    assert len(twins) >= 3
    for brand in twins:
        generic = shelf.generic_of[brand]
        assert shelf.brand[brand]
        assert not shelf.brand[generic]
        assert shelf.unit_cost[brand] > shelf.unit_cost[generic]
        assert shelf.unit[brand] == shelf.unit[generic]


def test_a_brand_has_a_name_and_a_generic_has_none(shelf):
    assert [bool(name) for name in shelf.brand_name] == shelf.brand.tolist()


def test_what_is_dispensed_is_whole_packs(shelf):
    rows, days = np.arange(len(shelf)), shelf.fill_days.astype(np.int64)
    quantity = shelf.quantity(rows, days)
    assert (quantity > 0).all()
    assert (quantity % shelf.pack == 0).all()
    denosumab = row(shelf, "denosumab-60mg")
    assert quantity[denosumab] == 1000


def test_ninety_tablets_cost_three_times_thirty(shelf):
    tablet = np.array([row(shelf, "atorvastatin-40mg")])
    month, quarter = (shelf.quantity(tablet, np.array([days])) for days in (30, 90))
    assert shelf.cost(tablet, month).tolist() == [348]
    assert shelf.cost(tablet, quarter).tolist() == [1045]


def test_specialty_drugs_cost_more_than_950_dollars_a_fill_or_are_no_generics(shelf):
    rows = np.flatnonzero(shelf.specialty)
    dear = shelf.cost(rows, shelf.quantity(rows, shelf.fill_days[rows].astype(np.int64))) > 60_000
    assert dear[shelf.brand[rows]].all()


def test_a_product_of_a_users_own_is_a_generic_once_a_day():
    library = load()
    own = library.products["lisinopril-10mg"].model_copy(update={"id": "my-own", "ndc": None})
    table = ProductTable(library.drugs, {**library.products, "my-own": own})
    shelf = products_of(table)
    at = shelf.id.index("my-own")
    assert shelf.ndc[at] == ""
    assert shelf.classes[shelf.klass[at]] == "ace-inhibitor"
    assert (shelf.brand[at], shelf.daily_units[at], shelf.fill_days[at]) == (False, 1000, 30)
