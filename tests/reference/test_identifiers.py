from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.errors import HealthsimError
from healthsim_nb.reference import names
from healthsim_nb.reference.identifiers import dea, mrn, npi, phone, ssn

MOST_PATIENTS = 40_000_000

# The example of CMS, and numbers worked out by hand: nobody's.
GOOD_NPI = ["1234567893", "1000000004", "1111111112", "2000000002"]
BAD_NPI = ["1234567890", "3234567893", "123456789", "12345678933", "123456789X", ""]
# The usual example of its check digit, and numbers worked out by hand.
GOOD_DEA = ["BS1234563", "AB1234563", "FT5836727", "F91234563", "MJ1614519"]
BAD_DEA = ["BS1234567", "ZS1234563", "B1234563", "BSS123456", ""]
GOOD_SSN = ["078-05-1120", "219-09-9999", "899-99-9999", "900-01-0001", "999-49-9999"]
BAD_SSN = ["000-12-3456", "666-12-3456", "123-00-4567", "123-45-0000", "900-50-0001", "12-345-678"]


@pytest.mark.parametrize(
    ("module", "good", "bad"),
    [
        (npi, GOOD_NPI, BAD_NPI),
        (dea, GOOD_DEA, BAD_DEA),
        (ssn, GOOD_SSN, BAD_SSN),
        (mrn, ["10000000", "99999999"], ["09999999", "100000000", "1234567a", ""]),
        (phone, ["(212) 555-0100", "512-555-0199"], ["(212) 555-0200", "(112) 555-0100", ""]),
    ],
    ids=["npi", "dea", "ssn", "mrn", "phone"],
)
def test_good_numbers_are_valid_and_bad_ones_are_not(module, good, bad):
    assert [text for text in good if not module.is_valid(text)] == []
    assert [text for text in bad if module.is_valid(text)] == []


@pytest.mark.parametrize(
    ("module", "written", "number"),
    [
        (npi, " 1234-567-893", "1234567893"),
        (dea, "bs 1234563", "BS1234563"),
        (ssn, "078051120", "078-05-1120"),
        (mrn, "1234-5678", "12345678"),
        (phone, "212.555.0100", "(212) 555-0100"),
    ],
    ids=["npi", "dea", "ssn", "mrn", "phone"],
)
def test_validate_returns_the_number_in_one_form(module, written, number):
    assert module.validate(written) == number
    assert module.validate(number) == number


@pytest.mark.parametrize(
    ("module", "text", "message"),
    [
        (npi, "123", "'123' is no NPI: ten digits are needed, the first 1 or 2."),
        (npi, "1234567890", "'1234567890' is no NPI: its check digit is 0, not 3."),
        (dea, "12", "'12' is no DEA number: two letters and seven digits are needed."),
        (dea, "BS1234567", "'BS1234567' is no DEA number: its check digit is 7, not 3."),
        (ssn, "12", "'12' is no SSN: nine digits are needed."),
        (ssn, "900-50-0001", "'900-50-0001' is no SSN: area 900 is never issued."),
        (ssn, "123-45-0000", "'123-45-0000' is no SSN: no group is 00 and no serial 0000."),
        (mrn, "1", "'1' is no MRN: eight digits are needed, the first not 0."),
        (phone, "1", "'1' is no such number: ten digits are needed."),
        (phone, "212 555 2368", "'212 555 2368' is no such number: it is not 555-01xx."),
    ],
)
def test_an_error_says_what_is_wrong(module, text, message):
    with pytest.raises(HealthsimError) as error:
        module.validate(text)
    assert str(error.value) == message


@given(st.integers(100_000_000, 299_999_999))
def test_npi_any_other_check_digit_is_wrong(stem):
    right = npi.calc_check_digit(str(stem))
    assert [d for d in "0123456789" if npi.is_valid(f"{stem}{d}")] == [right]


@given(st.integers(0, npi.EACH - 1))
def test_npi_made_for_people_and_organisations_are_synthetic_and_differ(index):
    (person,) = npi.make(np.array([index]))
    (organisation,) = npi.make_organisation(np.array([index]))
    assert npi.is_synthetic(person)
    assert npi.is_synthetic(organisation)
    assert not npi.is_organisation(person)
    assert npi.is_organisation(organisation)


def test_npi_issued_ones_are_not_synthetic():
    assert not npi.is_synthetic("1234567893")


@given(st.integers(0, ssn.COUNT - 1))
def test_ssn_made_are_never_issued_and_no_itin(index):
    (text,) = ssn.make(np.array([index]))
    assert ssn.validate(text) == text
    assert ssn.is_synthetic(text)
    assert re.fullmatch(r"9\d\d-[0-4]\d-\d{4}", text)


@given(st.integers(0, mrn.COUNT - 1))
def test_mrn_made_are_valid(index):
    (text,) = mrn.make(np.array([index]))
    assert mrn.validate(text) == text


@given(st.integers(0, dea.COUNT - 1), st.sampled_from(names.family().names), st.booleans())
def test_dea_made_validate_against_the_family_name(index, name, mid_level):
    (text,) = dea.make(np.array([index]), np.array([name]), np.array([mid_level]))
    assert dea.validate(text, name) == text
    assert (text[0] == "M") == mid_level


def test_dea_of_somebody_else_is_refused():
    with pytest.raises(HealthsimError, match="'BS1234563' is no DEA number of anyone named Lee"):
        dea.validate("BS1234563", "Lee")


@given(st.integers(0, 10**9), st.integers(201, 989).filter(lambda code: code % 100 // 10 < 9))
def test_phone_made_are_in_the_block_for_fiction(index, area_code):
    (text,) = phone.make(np.array([index]), np.array([area_code]))
    assert phone.validate(text) == text
    assert text[1:4] == str(area_code)


def test_phone_all_hundred_numbers_of_an_area_are_used():
    assert len(set(phone.make(np.arange(100), np.full(100, 212)))) == 100


@pytest.mark.parametrize("module", [npi, ssn, mrn, dea])
def test_another_index_gives_another_number(module):
    """A multiplier without a common divisor makes it one to one: proven on a part, and by gcd."""
    count = {npi: npi.EACH, ssn: ssn.COUNT, mrn: mrn.COUNT, dea: dea.COUNT}[module]
    index = np.r_[np.arange(50_000), np.arange(count - 50_000, count)]
    made = _made(module, index)
    assert len(np.unique(made)) == len(index)
    assert module is dea or count >= MOST_PATIENTS


@pytest.mark.parametrize("module", [npi, ssn, mrn, dea])
def test_numbers_do_not_count_up(module):
    made = [int(re.sub(r"\D", "", text)) for text in _made(module, np.arange(1000)).tolist()]
    steps = np.diff(made)
    assert 300 < np.count_nonzero(steps > 0) < 700
    assert np.abs(steps).min() > 1000


@pytest.mark.parametrize("module", [npi, ssn, mrn, dea])
def test_an_index_without_a_number_is_refused(module):
    with pytest.raises(OverflowError, match="no number for index -1: there are"):
        _made(module, np.array([0, -1]))
    with pytest.raises(OverflowError, match="no number for index 90000000: there are"):
        _made(module, np.array([0, 90_000_000]))


@pytest.mark.parametrize("module", [npi, ssn, mrn, dea])
def test_no_index_gives_no_number(module):
    assert len(_made(module, np.zeros(0, dtype=np.int64))) == 0


def _made(module, index):
    if module is dea:
        return dea.make(index, np.full(len(index), "Lee"), np.zeros(len(index), dtype=bool))
    return module.make(index)
