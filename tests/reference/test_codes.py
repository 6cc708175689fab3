"""Codes in the reference data are real ones, checked against code lists that are not ours."""

from __future__ import annotations

import re
import warnings

import pytest
import yaml

from healthsim_nb.reference import root, rows
from healthsim_nb.templates.condition import Condition

CONDITIONS = sorted((root() / "conditions").glob("*.yaml"))
FORMS = {
    "LOINC": r"\d{1,5}-\d",
    "CPT": r"\d{4}[\dFTU]",
    "HCPCS": r"[A-Z]\d{4}",
    "ICD-10-PCS": "[0-9A-HJ-NP-Z]{7}",
}


@pytest.fixture(scope="module")
def icd():
    with warnings.catch_warnings():
        # simple_icd_10_cm 1.5 reads its list by a deprecated function while it is imported.
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10_cm
    return simple_icd_10_cm


def loinc_check_digit(number: str) -> int:
    """Return the check digit: LOINC users' guide, appendix on mod 10."""
    doubled = "".join(
        str(int(d) * 2) if place % 2 == 0 else d for place, d in enumerate(number[::-1])
    )
    return -sum(map(int, doubled)) % 10


@pytest.mark.parametrize(("code", "digit"), [("4548", 4), ("2345", 7), ("33914", 3), ("718", 7)])
def test_the_loinc_check_digit_is_that_of_well_known_codes(code, digit):
    assert loinc_check_digit(code) == digit


@pytest.mark.parametrize("path", CONDITIONS, ids=lambda path: path.stem)
def test_icd_10_cm_codes_of_conditions_are_billable_and_named(icd, path):
    condition = Condition.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    unknown = [code for code in sorted(condition.all_codes) if not icd.is_valid_item(code)]
    assert unknown == []
    assert [code for code in sorted(condition.all_codes) if not icd.is_leaf(code)] == []
    named = {row["code"] for row in rows("codes/icd10cm.csv")}
    assert sorted(condition.all_codes - named) == []


@pytest.mark.parametrize("row", rows("codes/icd10cm.csv"), ids=lambda row: row["code"])
def test_icd_10_cm_names_are_those_of_the_code_list(icd, row):
    assert row["description"] == icd.get_description(row["code"])


def test_there_are_conditions_to_check():
    assert len(CONDITIONS) >= 10


@pytest.mark.parametrize("row", rows("codes/labs.csv"), ids=lambda row: row["id"])
def test_loinc_codes_of_laboratory_tests_have_the_right_check_digit(row):
    number, digit = row["loinc"].split("-")
    assert int(digit) == loinc_check_digit(number)


@pytest.mark.parametrize("row", rows("codes/orders.csv"), ids=lambda row: row["id"])
def test_codes_of_orders_have_the_form_of_their_system(row):
    assert re.fullmatch(FORMS[row["code_system"]], row["code"])
    if row["code_system"] == "LOINC":
        number, digit = row["code"].split("-")
        assert int(digit) == loinc_check_digit(number)


def test_rxnorm_codes_are_numbers_and_name_one_product_each():
    codes = [row["rxnorm"] for row in rows("codes/drugs.csv")]
    assert all(re.fullmatch(r"[1-9]\d{0,7}", code) for code in codes)


@pytest.mark.parametrize("row", rows("network/specialties.csv"), ids=lambda row: row["specialty"])
def test_taxonomy_codes_have_the_form_of_nucc(row):
    assert re.fullmatch(r"\d{3}[0-9A-Z]{6}X", row["taxonomy_code"])
