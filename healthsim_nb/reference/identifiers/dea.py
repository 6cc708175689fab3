"""DEA number, given by the DEA to those who prescribe controlled drugs in the USA.

A letter for the kind of registrant (A, B, F and G practitioners, M mid-level ones), the initial
of the family name, six digits and a check digit: the last digit of (1st + 3rd + 5th) + 2 × (2nd
+ 4th + 6th). No range is kept free: ours only look right.

>>> validate("bs1234563")
'BS1234563'
>>> validate("BS1234567")
Traceback (most recent call last):
healthsim_nb.errors.HealthsimError: 'BS1234567' is no DEA number: its check digit is 7, not 3.
>>> make(np.arange(2), np.array(["Smith", "Lee"]), np.array([False, True])).tolist()
['BS3141594', 'ML9325223']
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import HealthsimError
from healthsim_nb.reference.identifiers.digits import ZERO, scramble, split, write

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = "ABCDEFGHJKLMPRSTUX"
COUNT = 1_000_000


def compact(text: str) -> str:
    """Return the number in capitals, without spaces and hyphens."""
    return re.sub(r"[\s-]", "", text).upper()


def calc_check_digit(text: str) -> str:
    """Return the check digit of the first six digits.

    >>> calc_check_digit("123456")
    '3'
    """
    digits = [int(d) for d in text[:6]]
    return str((sum(digits[0::2]) + 2 * sum(digits[1::2])) % 10)


def validate(text: str, family_name: str | None = None) -> str:
    """Return the nine characters; raise if they are no DEA number (of someone of that name)."""
    number = compact(text)
    if not re.fullmatch(f"[{KINDS}][A-Z9][0-9]{{7}}", number):
        raise HealthsimError(f"{text!r} is no DEA number: two letters and seven digits are needed.")
    if number[8] != (right := calc_check_digit(number[2:])):
        raise HealthsimError(
            f"{text!r} is no DEA number: its check digit is {number[8]}, not {right}."
        )
    if family_name is not None and number[1] != family_name[0].upper():
        raise HealthsimError(f"{text!r} is no DEA number of anyone named {family_name}.")
    return number


def is_valid(text: str, family_name: str | None = None) -> bool:
    """Return whether it is a DEA number (of someone of that name)."""
    try:
        validate(text, family_name)
    except HealthsimError:
        return False
    return True


def make(
    index: NDArray[np.int64], family_names: NDArray[np.str_], mid_level: NDArray[np.bool_]
) -> NDArray[np.str_]:
    """Return the DEA number of each prescriber by number (0 … 999,999), shape (n,)."""
    digits = split(scramble(index, 618_363, 314_159, COUNT), 6)
    check = (digits - ZERO) @ np.array([1, 2, 1, 2, 1, 2], dtype=np.uint32) % 10
    practitioner = np.where(index % 5 < 2, ord("B"), ord("F"))
    kind = np.where(mid_level, ord("M"), practitioner).astype(np.uint32)
    initial = family_names.astype("U1").view(np.uint32)
    return write(kind[:, None], initial[:, None], digits, split(check, 1))
