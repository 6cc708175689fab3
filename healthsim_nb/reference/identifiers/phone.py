"""Telephone numbers of the USA in the block that is kept for fiction: 555-0100 to 555-0199.

>>> validate("512 555 0142")
'(512) 555-0142'
>>> validate("(512) 555-2368")
Traceback (most recent call last):
healthsim_nb.errors.HealthsimError: '(512) 555-2368' is no such number: it is not 555-01xx.
>>> import numpy as np
>>> make(np.array([0, 1]), np.array([512, 907])).tolist()
['(512) 555-0111', '(907) 555-0148']
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healthsim_nb.errors import HealthsimError
from healthsim_nb.reference.identifiers.digits import split, write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def compact(text: str) -> str:
    """Return the digits."""
    return re.sub(r"[\s().-]", "", text)


def validate(text: str) -> str:
    """Return the number as (AAA) 555-01xx; raise if it is no such number."""
    number = compact(text)
    if not re.fullmatch("[2-9][0-8][0-9]{8}", number):
        raise HealthsimError(f"{text!r} is no such number: ten digits are needed.")
    if number[3:8] != "55501":
        raise HealthsimError(f"{text!r} is no such number: it is not 555-01xx.")
    return f"({number[:3]}) {number[3:6]}-{number[6:]}"


def is_valid(text: str) -> bool:
    """Return whether it is a number that rings nowhere."""
    try:
        validate(text)
    except HealthsimError:
        return False
    return True


def make(index: NDArray[np.int64], area_code: NDArray[np.integer]) -> NDArray[np.str_]:
    """Return a telephone number for each index, shape (n,): a hundred an area code."""
    return write("(", split(area_code, 3), ") 555-01", split(index % 100 * 37 + 11, 2))
