"""Diagnoses that speak against a drug: what a review knows on the day of a fill."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from healthsim_nb.engine.calendar import FAR, day_number
from healthsim_nb.pharmacy.illness import expecting, first_days

START = day_number(date(2024, 1, 1))


class Two:
    """Two people, of whom only the places count."""

    def __len__(self) -> int:
        return 2

    def rows_of(self, ids):
        return ids - 10


def diagnoses(*rows):
    patients, codes, days = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(patients, pa.int64()),
            pa.array(codes).dictionary_encode(),
            pa.array([date(2024, 1, 1) + timedelta(days=day) for day in days], pa.date32()),
        ],
        names=["patient_id", "code", "diagnosed_date"],
    )


def test_a_disease_counts_from_its_first_diagnosis() -> None:
    record = diagnoses((10, "K25.9", 40), (10, "K25.4", 9), (11, "J45.909", 3))

    found = first_days(record, Two(), ("K25", "J45"))

    assert found.tolist() == [[START + 9, FAR], [FAR, START + 3]]


def test_a_pregnancy_counts_after_a_visit_that_tells_of_it_and_for_a_while() -> None:
    record = diagnoses((11, "Z34.90", 20), (10, "I10", 20))
    person, day = np.array([1, 1, 1, 0]), START + np.array([19, 20, 100, 30])

    assert expecting(record, Two(), person, day).tolist() == [False, True, False, False]
