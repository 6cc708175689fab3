from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.engine import ids

INDEX = st.lists(st.integers(0, ids.MOST_PATIENTS - 1), min_size=1, max_size=50)


@given(INDEX)
def test_patients_keep_their_place(index: list[int]) -> None:
    places = np.array(index)

    assert np.array_equal(ids.patient_index(ids.patient_ids(places)), places)


@given(INDEX, st.integers(0, ids.MOST_TURNS - 1), st.integers(0, 63), st.integers(0, 511))
def test_every_id_fits_and_says_whose_it_is(index, turn: int, slot: int, number: int) -> None:
    patients = ids.patient_ids(np.array(index))
    n = len(patients)

    encounters = ids.encounter_ids(patients, turn, np.full(n, slot))
    children = ids.child_ids(encounters, np.full(n, number))

    assert (children >= 0).all()
    assert np.array_equal(ids.encounter_patient(encounters), patients)
    assert np.array_equal(children >> ids.CHILD_BITS, encounters)


def test_too_many_visits_in_a_month_are_refused() -> None:
    with pytest.raises(OverflowError, match="65 encounters of one patient in one month"):
        ids.encounter_ids(np.array([0]), 0, np.array([64]))


@given(st.lists(st.integers(0, 5), max_size=30).map(sorted))
def test_numbers_count_within_each_parent(parents: list[int]) -> None:
    numbers = ids.numbered(np.array(parents, dtype=np.int64)).tolist()

    assert numbers == [parents[:i].count(p) for i, p in enumerate(parents)]
