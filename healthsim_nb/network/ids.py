"""Ids of the network, which say where and what.

========  ====================================================  ====
id        parts                                                 bits
========  ====================================================  ====
provider  state + 1 (6) · row in specialties.csv (5) · number (9)   20
facility  state + 1 (6) · row in facilities.csv (2) · number (10)   18
========  ====================================================  ====

The network is one fixed synthetic country: a provider is the same in every scenario.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]

SPECIALTY_BITS, PROVIDER_BITS = 5, 9
KIND_BITS, FACILITY_BITS = 2, 10


class Parts(NamedTuple):
    """What an id is made of, each of shape (n,)."""

    state: I64
    row: I64
    number: I64


def provider_ids(state: I64, row: I64, number: I64) -> I64:
    """Return the ids of providers."""
    return _packed(Parts(state, row, number), SPECIALTY_BITS, PROVIDER_BITS)


def provider_parts(ids: I64) -> Parts:
    """Return state, row in specialties.csv and number of providers."""
    return _parts(ids, SPECIALTY_BITS, PROVIDER_BITS)


def facility_ids(state: I64, row: I64, number: I64) -> I64:
    """Return the ids of facilities."""
    return _packed(Parts(state, row, number), KIND_BITS, FACILITY_BITS)


def facility_parts(ids: I64) -> Parts:
    """Return state, row in facilities.csv and number of facilities."""
    return _parts(ids, KIND_BITS, FACILITY_BITS)


def _packed(parts: Parts, row_bits: int, number_bits: int) -> I64:
    return ((parts.state + 1) << row_bits | parts.row) << number_bits | parts.number


def _parts(ids: I64, row_bits: int, number_bits: int) -> Parts:
    rest = ids >> number_bits
    return Parts(
        state=(rest >> row_bits) - 1,
        row=rest & ((1 << row_bits) - 1),
        number=ids & ((1 << number_bits) - 1),
    )
