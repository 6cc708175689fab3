"""What is left of the accounts of members and families: medical claims and drugs may share them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Balances:
    """What is left of deductibles and maxima, in cents: counted down as claims are decided."""

    deductible: I64
    """By the member's account."""
    most: I64
    family_deductible: I64
    """By the family's account."""
    family_most: I64
