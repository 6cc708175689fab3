"""What a facility is called and where it stands, from its id alone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.engine.rng import Draws
from healthsim_nb.network.batch import batch, take
from healthsim_nb.network.ids import facility_parts
from healthsim_nb.network.pool import check, facility_counts, kinds
from healthsim_nb.reference import strings
from healthsim_nb.reference.geography import place_table, places
from healthsim_nb.reference.identifiers import npi, phone
from healthsim_nb.reference.names import streets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

COUNTRY = 0
"""The seed of the one synthetic country, which no scenario's seed changes."""


def facilities(ids: I64) -> pa.RecordBatch:
    """Return the rows of table ``facilities`` for some ids, in their order."""
    parts = facility_parts(ids)
    check(parts, facility_counts(), "facility", ids)
    draws, place = Draws(COUNTRY, ids), place_of(ids)
    columns = {
        "id": pa.array(ids),
        "npi": strings(npi.make_organisation(ids)),
        "name": _name(draws, parts.row),
        "facility_type": take(tuple(kind.name for kind in kinds()), parts.row),
        "taxonomy_code": take(tuple(kind.taxonomy_code for kind in kinds()), parts.row),
        "street_address": _address(draws),
        "phone": strings(phone.make(ids, area_codes()[place])),
    }
    for column in ("city", "state", "postal_code", "county_fips"):
        columns[column] = take(of_places(column), place)
    return batch("facilities", columns)


def place_of(ids: I64) -> I64:
    """Return the index of the place where each facility stands."""
    state = facility_parts(ids).state
    bits = Draws(COUNTRY, ids).u32("network.facility.place")
    return place_table().first[state] + place_table().pick(state, bits)


@cache
def area_codes() -> I64:
    """Return the area code of every place."""
    return np.array([int(code) for code in of_places("area_code")])


@cache
def of_places(column: str) -> tuple[str, ...]:
    """Return one column of all places."""
    return tuple(getattr(place, column) for place in places())


def _name(draws: Draws, row: I64) -> pa.StringArray:
    """Return such as ``Cedar Medical Center``."""
    endings = [ending for kind in kinds() for ending in kind.endings]
    counts = np.array([len(kind.endings) for kind in kinds()])
    first = counts.cumsum() - counts
    ending = first[row] + draws.below("network.facility.ending", counts[row])
    stem = draws.below("network.facility.stem", len(_stems()))
    return pc.binary_join_element_wise(take(_stems(), stem), take(tuple(endings), ending), " ")


@cache
def _stems() -> tuple[str, ...]:
    """Return the first words of street names, which make good names of houses too."""
    return tuple(sorted({street.rsplit(" ", 1)[0] for street in streets()}))


def _address(draws: Draws) -> pa.StringArray:
    number = pa.array(draws.between("network.facility.house", 1, 4999)).cast(pa.string())
    street = take(streets(), draws.below("network.facility.street", len(streets())))
    return pc.binary_join_element_wise(number, street, " ")
