"""Where a pharmacy sends a member's claims, and what it is paid for dispensing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Route:
    """BIN, PCN and the beginning of the group code, NCPDP 101-A1, 104-A4 and 301-C1."""

    bin: str
    pcn: str
    group: str


@dataclass(frozen=True)
class Fees:
    """By kind of pharmacy (`pharmacies.KINDS`), shape (4,)."""

    fee: NDArray[np.int64]
    """Cents a fill."""
    fee_medicaid: NDArray[np.int64]
    discount: NDArray[np.int64]
    """Basis points off the ingredient cost."""


def route(payer: str, *, part_d: bool = False) -> Route:
    """Return where the claims of a payer's members go.

    Raises
    ------
    UnknownNameError
        If no such payer has pharmacy claims.
    """
    known = {row["payer"]: row for row in rows("pharmacy/payers.csv")}
    if payer not in known:
        raise UnknownNameError.of("payer of pharmacy claims", payer, known)
    row = known[payer]
    prefix = "part_d_" if part_d else ""
    return Route(row[f"{prefix}bin"], row[f"{prefix}pcn"], row["group"])


@cache
def fees() -> Fees:
    """Return what pharmacies are paid beside the ingredient cost."""
    read = rows("pharmacy/kinds.csv")
    columns = {
        name: np.array([round(float(row[name]) * 100) for row in read], np.int64)
        for name in ("fee", "fee_medicaid", "discount")
    }
    return Fees(**columns)
