"""Diseases and pregnancies of the record that speak against a drug."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.visits import coded, whole
from healthsim_nb.engine.calendar import FAR

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

EXPECTING = ("Z34", "O09", "O10", "O13", "O24", "O26")
"""What the codes of visits in pregnancy begin with."""
CARED_FOR = 60
"""Days after a visit in pregnancy on which it is taken to go on."""


def first_days(diagnoses: pa.RecordBatch, people: People, begins: tuple[str, ...]) -> I64:
    """Return the day on which each person was first diagnosed with each disease, `FAR` never.

    Parameters
    ----------
    begins
        What the codes of each disease begin with, shape (d,).

    Returns
    -------
    ndarray of int64, shape (n, d)
    """
    code, codes = coded(diagnoses["code"])
    of_code = np.array([[text.startswith(b) for b in begins] for text in codes] or [[]], bool)
    found = np.full((len(people), len(begins)), FAR, np.int64)
    known: Bools = np.logical_or.reduce(of_code, axis=1)
    some = np.flatnonzero(known[code]) if len(codes) else np.zeros(0, np.int64)
    person = people.rows_of(whole(diagnoses["patient_id"])[some])
    day = whole(diagnoses["diagnosed_date"])[some]
    row, disease = np.nonzero(of_code[code[some]])
    np.minimum.at(found, (person[row], disease), day[row])
    return found


def expecting(diagnoses: pa.RecordBatch, people: People, person: I64, day: I64) -> Bools:
    """Return who is pregnant on a day, as far as a visit not long before tells."""
    code, codes = coded(diagnoses["code"])
    tells = np.array([*(text.startswith(EXPECTING) for text in codes), False], bool)[code]
    at = np.flatnonzero(tells)
    visited = people.rows_of(whole(diagnoses["patient_id"])[at]) if len(at) else at
    key = np.sort(visited << 22 | whole(diagnoses["diagnosed_date"])[at] + (1 << 20))
    wanted = person << 22 | day + (1 << 20)
    place = np.searchsorted(key, wanted, side="right") - 1
    if not len(key):
        return np.zeros(len(person), bool)
    last = key[np.maximum(place, 0)]
    found: Bools = (place >= 0) & (last >= wanted - CARED_FOR) & (last >> 22 == person)
    return found
