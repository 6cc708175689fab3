"""Pharmacies: where people fill prescriptions, each from its id alone.

========  ==================================================================  ====
id        parts                                                               bits
========  ==================================================================  ====
pharmacy  1 (1) · row in kinds.csv (2) · place (11) · number at the place (6)   20
========  ==================================================================  ====

They are of the one synthetic country, as providers are: the same in every scenario.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.engine.rng import Draws
from healthsim_nb.network.batch import batch, take
from healthsim_nb.network.facilities import COUNTRY, area_codes, of_places
from healthsim_nb.reference import rows, strings
from healthsim_nb.reference.geography import place_table, places
from healthsim_nb.reference.identifiers import ncpdp, npi, phone
from healthsim_nb.reference.names import streets
from healthsim_nb.reference.weighted import Weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

KINDS = ("retail", "mail", "specialty", "long-term-care")
RETAIL, MAIL, SPECIALTY, LONG_TERM_CARE = range(4)
NUMBER_BITS, PLACE_BITS, KIND_BITS = 6, 11, 2
PEOPLE_EACH = 50
"""Hundreds of people to a retail pharmacy (NCPDP 2023: about one to 5,000)."""
LONG_TERM_CARES = 3
"""Of a state, in its largest place."""


class National(NamedTuple):
    """A pharmacy that serves the whole country."""

    id: int
    name: str
    limited: bool
    payers: tuple[str, ...]


def retail_of(seed: int, patient: I64, place: NDArray[np.integer]) -> I64:
    """Return each person's usual pharmacy, of the place where they live."""
    number = Draws(seed, patient).below("pharmacy.retail", retail_counts()[place])
    return _ids(RETAIL, np.asarray(place, np.int64), number)


def mail_of(payer: str) -> int:
    """Return the mail pharmacy of a payer's members."""
    houses = nationals(MAIL)
    return next((house.id for house in houses if payer in house.payers), houses[0].id)


def specialty_of(seed: int, patient: I64, limited: NDArray[np.bool_]) -> I64:
    """Return the specialty pharmacy of each person, for a drug of limited distribution or not."""
    houses = nationals(SPECIALTY)
    every = np.array([house.id for house in houses])
    some = np.array([house.id for house in houses if house.limited])
    draws = Draws(seed, patient)
    return np.asarray(
        np.where(
            limited,
            some[draws.below("pharmacy.limited", len(some))],
            every[draws.below("pharmacy.specialty", len(every))],
        ),
        np.int64,
    )


def long_term_care_of(seed: int, patient: I64, state: NDArray[np.integer]) -> I64:
    """Return the pharmacy of each resident of a nursing home, by the index of the state."""
    number = Draws(seed, patient).below("pharmacy.long-term-care", LONG_TERM_CARES)
    return _ids(LONG_TERM_CARE, _largest()[state], number)


def kind_of(ids: I64) -> I64:
    """Return the kind of each pharmacy, a place in `KINDS`."""
    return np.asarray(ids >> (NUMBER_BITS + PLACE_BITS) & ((1 << KIND_BITS) - 1), np.int64)


def pharmacies(ids: I64) -> pa.RecordBatch:
    """Return the rows of table ``pharmacies`` for some ids, in their order.

    Raises
    ------
    KeyError
        If an id belongs to no pharmacy.
    """
    kind, place, number = kind_of(ids), _place_of(ids), ids & ((1 << NUMBER_BITS) - 1)
    if wrong := np.flatnonzero(_ranks(kind, place, number) < 0).tolist():
        raise KeyError(f"no pharmacy has the id {ids[wrong[0]]}")
    draws = Draws(COUNTRY, ids)
    chain = _chain(draws, kind)
    columns = {
        "id": pa.array(ids),
        "npi": strings(npi.make_organisation(ids)),
        "ncpdp_id": strings(ncpdp.make(_ranks(kind, place, number))),
        "name": _names(ids, draws, kind, chain),
        "chain_name": pc.if_else(pa.array(chain < len(_chains()) - 1), _chain_names(chain), None),
        "pharmacy_type": take(KINDS, kind),
        "street_address": _address(draws),
        "phone": strings(phone.make(ids, area_codes()[place])),
    }
    for column in ("city", "state", "postal_code", "county_fips"):
        columns[column] = take(of_places(column), place)
    return batch("pharmacies", columns)


@cache
def retail_counts() -> I64:
    """Return how many retail pharmacies each place has."""
    weight = np.array([place.weight for place in places()])
    counts: I64 = np.clip(weight // PEOPLE_EACH, 2, (1 << NUMBER_BITS) - 1)
    return counts


@cache
def nationals(kind: int) -> tuple[National, ...]:
    """Return the mail or specialty pharmacies, in the order of their file."""
    found: list[National] = []
    at = {(p.state, p.city): index for index, p in reversed(list(enumerate(places())))}
    for row in rows("pharmacy/national.csv"):
        if row["kind"] == KINDS[kind]:
            place = np.array([at[row["state"], row["city"]]])
            number = sum(_place_of(np.array([n.id]))[0] == place[0] for n in found)
            name = int(_ids(kind, place, np.array([number]))[0])
            found.append(
                National(name, row["name"], row["limited"] == "yes", tuple(row["payers"].split()))
            )
    return tuple(found)


def _ids(kind: int, place: I64, number: I64) -> I64:
    return (((1 << KIND_BITS) | kind) << PLACE_BITS | place) << NUMBER_BITS | number


def _place_of(ids: I64) -> I64:
    return np.asarray(ids >> NUMBER_BITS & ((1 << PLACE_BITS) - 1), np.int64)


def _ranks(kind: I64, place: I64, number: I64) -> I64:
    """Return the number of each among all pharmacies; -1: there is no such pharmacy."""
    count = _counts()
    known = place < count.shape[1]
    at = np.where(known, place, 0)
    before = count.ravel().cumsum().reshape(count.shape) - count
    return np.where(known & (number < count[kind, at]), before[kind, at] + number, -1)


@cache
def _counts() -> I64:
    """Return how many pharmacies there are, shape (kinds, places)."""
    counts = np.zeros((len(KINDS), len(places())), np.int64)
    counts[RETAIL] = retail_counts()
    for kind in (MAIL, SPECIALTY):
        np.add.at(counts[kind], _place_of(np.array([n.id for n in nationals(kind)])), 1)
    counts[LONG_TERM_CARE, _largest()] = LONG_TERM_CARES
    return counts


@cache
def _largest() -> I64:
    """Return the place of the most people of each state."""
    weight = np.array([place.weight for place in places()])
    bounds = [*place_table().first.tolist(), len(weight)]
    return np.array([at + int(weight[at:end].argmax()) for at, end in pairwise(bounds)])


@cache
def _chains() -> tuple[str, ...]:
    return tuple(row["chain"] for row in rows("pharmacy/chains.csv"))


def _chain(draws: Draws, kind: I64) -> I64:
    """Return the chain of retail pharmacies; the last is none."""
    shares = Weighted.of([[int(row["share"]) for row in rows("pharmacy/chains.csv")]])
    drawn = shares.pick(np.zeros(len(kind), np.int64), draws.u32("network.pharmacy.chain"))
    return np.where(kind == RETAIL, drawn, len(_chains()) - 1)


def _chain_names(chain: I64) -> pa.StringArray:
    return take(_chains(), chain)


def _names(ids: I64, draws: Draws, kind: I64, chain: I64) -> pa.StringArray:
    own = tuple(rows("pharmacy/chains.csv")[-1]["endings"].split("|"))
    stems = tuple(sorted({street.rsplit(" ", 1)[0] for street in streets()}))
    stem = take(stems, draws.below("network.pharmacy.stem", len(stems)))
    ending = take(own, draws.below("network.pharmacy.ending", len(own)))
    store = pa.array(draws.between("network.pharmacy.store", 100, 9999)).cast(pa.string())
    care = pa.array(["Long-Term Care Pharmacy"] * len(ids), pa.string())
    by_kind = [
        pc.binary_join_element_wise(_chain_names(chain), store, " "),
        pc.binary_join_element_wise(stem, ending, " "),
        pc.binary_join_element_wise(stem, care, " "),
        take(*_national_names(ids)),
    ]
    retail = np.where(chain < len(_chains()) - 1, 0, 1)
    which = np.select([kind == RETAIL, kind == LONG_TERM_CARE], [retail, 2], 3)
    return pc.choose(pa.array(which), *by_kind)


def _national_names(ids: I64) -> tuple[tuple[str, ...], I64]:
    houses = sorted((*nationals(MAIL), *nationals(SPECIALTY)))
    known = np.array([house.id for house in houses])
    at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return tuple(house.name for house in houses), at


def _address(draws: Draws) -> pa.StringArray:
    number = pa.array(draws.between("network.pharmacy.house", 1, 4999)).cast(pa.string())
    street = take(streets(), draws.below("network.pharmacy.street", len(streets())))
    return pc.binary_join_element_wise(number, street, " ")
