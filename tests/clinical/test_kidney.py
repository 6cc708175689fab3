from __future__ import annotations

import numpy as np
import pytest

from healthsim_nb.clinical import kidney


@pytest.mark.parametrize(
    ("creatinine", "age", "female", "rate"),
    [(0.6, 30, True, 124), (1.0, 60, True, 64), (0.9, 45, False, 107), (2.5, 70, False, 27)],
)
def test_the_table_is_ckd_epi_2021(creatinine: float, age: int, female: bool, rate: int) -> None:
    table = kidney.rate_table()[0 if female else 1, age, round(creatinine * 100)]

    assert abs(int(table) - kidney.egfr(creatinine, age, female=female)) <= 0.5
    assert abs(int(table) - rate) <= 1


def test_creatinine_gives_back_the_rate_it_was_made_from() -> None:
    for age in (20, 50, 80):
        for halves in (20, 60, 120, 180):
            cents = kidney.creatinine_table()[:, age, halves]
            rates = kidney.rate_table()[[0, 1], age, cents]
            assert np.abs(rates - halves / 2).max() <= 2
