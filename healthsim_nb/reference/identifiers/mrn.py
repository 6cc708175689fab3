"""MRN (medical record number), given by a health system to its patients: here eight digits.

>>> validate("1234 5678")
'12345678'
>>> validate("01234567")
Traceback (most recent call last):
healthsim_nb.errors.HealthsimError: '01234567' is no MRN: eight digits are needed, the first not 0.
>>> import numpy as np
>>> make(np.arange(2)).tolist()
['37741592', '93364651']
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healthsim_nb.errors import HealthsimError
from healthsim_nb.reference.identifiers.digits import scramble, split, write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOWEST = 10_000_000
COUNT = 90_000_000


def compact(text: str) -> str:
    """Return the number without spaces and hyphens."""
    return re.sub(r"[\s-]", "", text)


def validate(text: str) -> str:
    """Return the eight digits; raise if they are no MRN."""
    number = compact(text)
    if not re.fullmatch("[1-9][0-9]{7}", number):
        raise HealthsimError(f"{text!r} is no MRN: eight digits are needed, the first not 0.")
    return number


def is_valid(text: str) -> bool:
    """Return whether it is an MRN."""
    try:
        validate(text)
    except HealthsimError:
        return False
    return True


def make(index: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the MRN of each patient by number (0 … 89,999,999), shape (n,)."""
    number = LOWEST + scramble(index, 55_623_059, 27_741_592, COUNT)
    return write(split(number, 8))
