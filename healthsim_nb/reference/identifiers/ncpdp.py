"""NCPDP provider id (once NABP number) of pharmacies: two digits of the state, four, a check digit.

States have 01 to 56; ours begin with 9, so that they are nobody's.

>>> validate("1234563")
'1234563'
>>> validate("1234567")
Traceback (most recent call last):
healthsim_nb.errors.HealthsimError: '1234567' is no NCPDP id: its check digit is 7, not 3.
>>> make(np.array([0, 12345])).tolist()
['9000009', '9123453']
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import HealthsimError
from healthsim_nb.reference.identifiers.digits import split, write

if TYPE_CHECKING:
    from numpy.typing import NDArray

EACH = 100_000
"""Ids of ours."""
_WEIGHTS = (1, 2, 1, 2, 1, 2)


def calc_check_digit(text: str) -> str:
    """Return the check digit of the first six digits.

    >>> calc_check_digit("123456")
    '3'
    """
    pairs = zip(text[:6], _WEIGHTS, strict=True)
    return str(sum(int(digit) * weight for digit, weight in pairs) % 10)


def validate(text: str) -> str:
    """Return the seven digits; raise if they are no NCPDP id."""
    number = re.sub(r"[\s-]", "", text)
    if not re.fullmatch("[0-9]{7}", number):
        raise HealthsimError(f"{text!r} is no NCPDP id: seven digits are needed.")
    if number[6] != (right := calc_check_digit(number)):
        raise HealthsimError(
            f"{text!r} is no NCPDP id: its check digit is {number[6]}, not {right}."
        )
    return number


def is_valid(text: str) -> bool:
    """Return whether it is an NCPDP id."""
    try:
        validate(text)
    except HealthsimError:
        return False
    return True


def is_synthetic(text: str) -> bool:
    """Return whether it is an NCPDP id that belongs to nobody."""
    return is_valid(text) and text[0] == "9"


def make(index: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the NCPDP id of each pharmacy by number (0 … 99,999), shape (n,)."""
    if len(index) and not 0 <= int(index.min()) <= int(index.max()) < EACH:
        raise OverflowError(f"no NCPDP id for a number outside 0 to {EACH - 1}")
    number = 9 * EACH + index
    digits = number[:, None] // 10 ** np.arange(5, -1, -1) % 10
    check = (digits * np.array(_WEIGHTS)).sum(axis=1) % 10
    return write(split(number, 6), split(check, 1))
