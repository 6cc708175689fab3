"""SSN (Social Security Number), issued by the SSA to people in the USA.

Nine digits AAA-GG-SSSS. Areas 000, 666 and 900 to 999, group 00 and serial 0000 are never issued.
The IRS gives out 9xx numbers with groups 50 to 99 as ITINs; ours have an area 9xx with a group
of 01 to 49, so nobody has them.

>>> validate("078-05-1120")
'078-05-1120'
>>> validate("666-12-3456")
Traceback (most recent call last):
healthsim_nb.errors.HealthsimError: '666-12-3456' is no SSN: area 666 is never issued.
>>> is_synthetic("078-05-1120"), is_synthetic("912-34-5678"), is_synthetic("912-70-1234")
(False, True, False)
>>> make(np.arange(2)).tolist()
['923-35-4982', '985-25-8647']
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import HealthsimError
from healthsim_nb.reference.identifiers.digits import scramble, split, write

if TYPE_CHECKING:
    from numpy.typing import NDArray

SERIALS, GROUPS, AREAS = 9_999, 49, 100
COUNT = SERIALS * GROUPS * AREAS
"""Numbers that nobody has: 48,995,100."""


def compact(text: str) -> str:
    """Return the number without spaces and hyphens."""
    return re.sub(r"[\s-]", "", text)


def validate(text: str) -> str:
    """Return the number as AAA-GG-SSSS; raise if it is neither issued nor ours."""
    number = compact(text)
    if not re.fullmatch("[0-9]{9}", number):
        raise HealthsimError(f"{text!r} is no SSN: nine digits are needed.")
    area, group, serial = number[:3], number[3:5], number[5:]
    if area in {"000", "666"} or (area >= "900" and not "01" <= group <= "49"):
        raise HealthsimError(f"{text!r} is no SSN: area {area} is never issued.")
    if group == "00" or serial == "0000":
        raise HealthsimError(f"{text!r} is no SSN: no group is 00 and no serial 0000.")
    return f"{area}-{group}-{serial}"


def is_valid(text: str) -> bool:
    """Return whether it is an SSN, issued or of ours."""
    try:
        validate(text)
    except HealthsimError:
        return False
    return True


def is_synthetic(text: str) -> bool:
    """Return whether it is an SSN that belongs to nobody."""
    return is_valid(text) and compact(text)[0] == "9"


def make(index: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the SSN of each person by number (0 … 48,995,099), shape (n,)."""
    rest, serial = np.divmod(scramble(index, 30_280_637, 11_613_820, COUNT), SERIALS)
    area, group = np.divmod(rest, GROUPS)
    return write("9", split(area, 2), "-", split(group + 1, 2), "-", split(serial + 1, 4))
