"""Ids that carry who and when, so that no counter is kept and no id depends on another run.

==============  ======================================  ====
id              parts                                   bits
==============  ======================================  ====
patient         block (22) · place in the block (16)      38
newborn         its mother's, with the birth's number       38
encounter       patient · turn (10) · slot (6)            54
child of those  encounter · number (9)                    63
==============  ======================================  ====

All fit a BIGINT. Every field is checked where it is packed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

BLOCK = 8192
"""Patients that share a block: the unit of identity, never of work."""
PLACE_BITS, TURN_BITS, SLOT_BITS, CHILD_BITS = 16, 10, 6, 9
DAY_BITS, FIRST_DAY = 22, 1 << 20
"""Days from the year -901 to 10,000 and beyond."""
MOST_PATIENTS = 40_000_000
"""More would not all have a medical record number of eight digits of their own."""
BIRTH_BITS = 3
"""The bits of a place in the block that patients of the first day leave free."""
MOST_BIRTHS = (1 << BIRTH_BITS) - 1
LAST_INDEX = 48_995_099
"""No patient has a higher number: as many social security numbers belong to nobody."""
MOST_MOTHERS = (LAST_INDEX + 1) // (MOST_BIRTHS + 1) // BLOCK * BLOCK
"""Of more patients, newborns would not all have a number of their own."""
MOST_TURNS = (1 << TURN_BITS) - 1
"""The number of a turn is below; this one stands for all that was before the first."""


def patient_ids(index: Ids) -> Ids:
    """Return the patient id of the n-th patient of a scenario, counted from 0."""
    return ((index // BLOCK) << PLACE_BITS) | (index % BLOCK)


def newborn_ids(mothers: Ids, births: Ids) -> Ids:
    """Return the patient id of a mother's n-th child, counted from 1."""
    _check(births, BIRTH_BITS, "births of one mother")
    return mothers | (births << (PLACE_BITS - BIRTH_BITS))


def mother_ids(ids: Ids) -> Ids:
    """Return the id of each newborn's mother; of others, their own."""
    return ids & ~(MOST_BIRTHS << (PLACE_BITS - BIRTH_BITS))


def patient_index(ids: Ids) -> Ids:
    """Return a number of each patient's own: the inverse of `patient_ids`.

    Newborns are counted on from `MOST_MOTHERS`, however many patients there are.
    """
    block, place = ids >> PLACE_BITS, ids & ((1 << PLACE_BITS) - 1)
    newborn = MOST_MOTHERS + (block * MOST_BIRTHS - 1) * BLOCK
    return place + np.where(place < BLOCK, block * BLOCK, newborn)


def turn_ids(patients: Ids, turn: int) -> Ids:
    """Return the id of (patient, turn), for what is drawn once a month."""
    return (patients << TURN_BITS) | (turn + 1)


def day_ids(patients: Ids, days: Ids) -> Ids:
    """Return the id of (patient, day since 1970), for what is drawn once a day."""
    return (patients << DAY_BITS) | (days.astype(np.int64) + FIRST_DAY)


def encounter_ids(patients: Ids, turn: int | Ids, slot: Ids) -> Ids:
    """Return the encounter id of (patient, turn, slot)."""
    _check(slot, SLOT_BITS, "encounters of one patient in one month")
    return (((patients << TURN_BITS) | turn) << SLOT_BITS) | slot


def encounter_patient(encounters: Ids) -> Ids:
    """Return the patient of an encounter."""
    return encounters >> (TURN_BITS + SLOT_BITS)


def earlier_ids(patients: Ids) -> Ids:
    """Return, in place of an encounter, the id of each patient's time before the first day."""
    return encounter_ids(patients, MOST_TURNS, np.zeros(len(patients), np.int64))


def child_ids(parents: Ids, number: Ids) -> Ids:
    """Return the id of the n-th row that belongs to an encounter."""
    _check(number, CHILD_BITS, "rows of one kind at one encounter")
    return (parents << CHILD_BITS) | number


def numbered(parents: Ids) -> Ids:
    """Return 0, 1, 2, … within each run of equal parents, shape (n,); parents are sorted.

    >>> numbered(np.array([5, 5, 9])).tolist()
    [0, 1, 0]
    """
    if not len(parents):
        return np.zeros(0, dtype=np.int64)
    place = np.arange(len(parents), dtype=np.int64)
    first = np.empty(len(parents), dtype=bool)
    first[0] = True
    np.not_equal(parents[1:], parents[:-1], out=first[1:])
    return place - np.maximum.accumulate(np.where(first, place, 0))


def _check(values: Ids, bits: int, what: str) -> None:
    if len(values) and int(values.max()) >= 1 << bits:
        raise OverflowError(f"{int(values.max()) + 1} {what}: ids have room for {1 << bits}")
