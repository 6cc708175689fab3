"""Claims that are first sent with a mistake: which, and what mends them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.pharmacy.requests import REFUSALS
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

REFUSED = 0.12
"""Share of all claims that the United States refuse at first, of which slips are a part (studies
of first approval: 6 to 15 %; nursing homes: one in six, Am J Manag Care 2012;18:647)."""
PARTS = 10_000


@dataclass(frozen=True)
class Slips:
    """Mistakes of claims, shape (s,)."""

    codes: tuple[str, ...]
    """NCPDP reject codes."""
    resolutions: tuple[str, ...]
    ends: I64
    """Cumulative ten-thousandths of all slips."""
    chance: float
    """Share of claims with a slip."""

    def refusal(self, at: I64) -> NDArray[np.int8]:
        """Return the number of the refusal by ten-thousandth: they follow `REFUSALS`."""
        found = len(REFUSALS) + np.searchsorted(self.ends, at, side="right")
        return found.astype(np.int8)


@cache
def slips() -> Slips:
    """Return the mistakes of claims."""
    read = rows("pharmacy/slips.csv")
    share = np.array([round(float(row["share"]) * 100) for row in read], np.int64)
    total = int(share.sum())
    return Slips(
        codes=tuple(row["code"] for row in read),
        resolutions=tuple(row["resolution"] for row in read),
        ends=np.cumsum(share) * PARTS // total,
        chance=REFUSED * total / PARTS,
    )
