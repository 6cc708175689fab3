"""NPI (National Provider Identifier), issued by CMS to providers and organisations in the USA.

Ten digits, the first 1 or 2; the last is a Luhn check digit over 80840 (health, USA) and the
nine before it. No NPI that begins with 2 has been issued: ours do, people in the lower half of
that range and organisations in the upper.

>>> validate("1234567893")
'1234567893'
>>> validate("1234567890")
Traceback (most recent call last):
healthsim_nb.errors.HealthsimError: '1234567890' is no NPI: its check digit is 0, not 3.
>>> is_synthetic("1234567893")
False
>>> make(np.arange(2)).tolist()
['2119320135', '2433356740']
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import HealthsimError
from healthsim_nb.reference.identifiers.digits import scramble, split, write

if TYPE_CHECKING:
    from numpy.typing import NDArray

PREFIX_SUM = 24
"""What 80840 adds to the Luhn sum."""
EACH = 50_000_000
"""Numbers for people, and as many for organisations."""
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9])


def compact(text: str) -> str:
    """Return the number without spaces and hyphens."""
    return re.sub(r"[\s-]", "", text)


def calc_check_digit(text: str) -> str:
    """Return the check digit of the first nine digits.

    >>> calc_check_digit("123456789")
    '3'
    """
    total = PREFIX_SUM + sum(
        int(_DOUBLED[int(d)]) if place % 2 == 0 else int(d) for place, d in enumerate(text[:9])
    )
    return str(-total % 10)


def validate(text: str) -> str:
    """Return the ten digits; raise if they are no NPI."""
    number = compact(text)
    if not re.fullmatch("[12][0-9]{9}", number):
        raise HealthsimError(f"{text!r} is no NPI: ten digits are needed, the first 1 or 2.")
    if number[9] != (right := calc_check_digit(number)):
        raise HealthsimError(f"{text!r} is no NPI: its check digit is {number[9]}, not {right}.")
    return number


def is_valid(text: str) -> bool:
    """Return whether it is an NPI."""
    try:
        validate(text)
    except HealthsimError:
        return False
    return True


def is_synthetic(text: str) -> bool:
    """Return whether it is an NPI that belongs to nobody."""
    return is_valid(text) and compact(text)[0] == "2"


def is_organisation(text: str) -> bool:
    """Return whether it is one of ours, for an organisation."""
    return is_synthetic(text) and int(compact(text)[1:9]) >= EACH


def make(index: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the NPI of each person by number (0 … 49,999,999), shape (n,)."""
    return _written(scramble(index, 31_403_661, 11_932_013, EACH))


def make_organisation(index: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the NPI of each organisation by number (0 … 49,999,999), shape (n,)."""
    return _written(EACH + scramble(index, 19_840_717, 27_182_818, EACH))


def _written(serial: NDArray[np.int64]) -> NDArray[np.str_]:
    high, low = np.divmod(serial, 10_000)
    # The leading 2 is doubled, then every other digit: four digits weigh alike wherever they stand.
    total = PREFIX_SUM + 4 + _luhn_sums()[high] + _luhn_sums()[low]
    return write("2", split(serial, 8), split(-total % 10, 1))


@cache
def _luhn_sums() -> NDArray[np.int64]:
    """Return what four digits add to the Luhn sum, for 0 … 9,999."""
    columns = np.arange(10_000)[:, None] // np.array([1000, 100, 10, 1]) % 10
    columns[:, 1::2] = _DOUBLED[columns[:, 1::2]]
    sums: NDArray[np.int64] = columns.sum(axis=1)
    return sums
