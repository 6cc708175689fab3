"""Results of one draw fit each other: to the rounding where a formula says so, else by their r."""

from __future__ import annotations

from math import atanh, sqrt, tanh
from typing import TYPE_CHECKING

import numpy as np
import pytest

from healthsim_nb.clinical.render import couplings
from healthsim_nb.templates.template import Population

from .test_coherence import database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

CODES = {
    "a1c": "4548-4",
    "glucose": "2345-7",
    "creatinine": "2160-0",
    "egfr": "98979-8",
    "bun": "3094-0",
    "sodium": "2951-2",
    "chloride": "2075-0",
    "co2": "2028-9",
    "gap": "33037-3",
    "calcium": "17861-6",
    "albumin": "1751-7",
    "protein": "2885-2",
    "alt": "1742-6",
    "ast": "1920-8",
    "total": "2093-3",
    "ldl": "13457-7",
    "hdl": "2085-9",
    "non_hdl": "43396-1",
    "tg": "2571-8",
    "hgb": "718-7",
    "hct": "4544-3",
    "rbc": "789-8",
    "mcv": "787-2",
    "mch": "785-6",
    "mchc": "786-4",
    "rdw": "788-0",
    "tsh": "3016-3",
    "t4": "3024-7",
    "uacr": "9318-7",
    "ualb": "14957-5",
    "ucrea": "2161-8",
}


@pytest.fixture(scope="module")
def draws(play) -> Iterator[duckdb.DuckDBPyConnection]:
    """A row a visit of an adult, with a column an analyte."""
    con = database(
        play(2500, months=18, coverage=False, population=Population(ages="us", limits=(20, 90)))
    )
    columns = ", ".join(
        f"any_value(value_numeric) FILTER (loinc_code = '{code}') AS {name}"
        for name, code in CODES.items()
    )
    con.execute(
        f"CREATE TABLE draws AS SELECT encounter_id, {columns} FROM lab_results"
        " GROUP BY encounter_id"
    )
    yield con
    con.close()


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ("a1c", "glucose", 0.8, 1.0),
        ("creatinine", "bun", 0.35, 0.9),
        ("egfr", "bun", -0.85, -0.4),
        ("sodium", "chloride", 0.45, 0.7),
        ("co2", "chloride", -0.6, -0.3),
        ("co2", "gap", -0.6, -0.3),
        ("albumin", "calcium", 0.3, 0.55),
        ("ln(alt)", "ast", 0.6, 0.9),
        ("hgb", "hct", 0.94, 0.99),
        ("hgb", "rbc", 0.65, 0.92),
        ("mcv", "mch", 0.85, 0.97),
        ("mcv", "rdw", -0.6, -0.25),
        ("ldl", "total", 0.85, 0.97),
        ("hdl", "ln(tg)", -0.6, -0.3),
        ("ln(tsh)", "t4", -0.75, -0.1),
    ],
)
def test_analytes_go_together_as_in_people(draws, a: str, b: str, low: float, high: float) -> None:
    r, n = draws.execute(f"SELECT corr({a}, {b}), regr_count({a}, {b}) FROM draws").fetchone()

    sampling = 3 / sqrt(n - 3)
    assert n > 100
    assert tanh(atanh(low) - sampling) < r
    assert r < (1.0 if high == 1 else tanh(atanh(high) + sampling))


@pytest.mark.parametrize(
    ("what", "of", "rounding"),
    [
        ("total", "ldl + hdl + tg / 5", 0.51),
        ("non_hdl", "total - hdl", 0.01),
        ("gap", "sodium - chloride - co2", 0.01),
        ("mcv", "10 * hct / rbc", 0.051),
        ("mch", "10 * hgb / rbc", 0.051),
        ("mchc", "100 * hgb / hct", 0.051),
        ("uacr", "100 * ualb / ucrea", 0.51),
    ],
)
def test_a_reader_who_works_it_out_finds_what_is_reported(draws, what, of, rounding) -> None:
    worst, n = draws.execute(
        f"SELECT max(abs({what} - ({of}))), count({what}) FROM draws"
    ).fetchone()

    assert n > 100
    assert worst <= rounding


def test_ldl_is_not_calculated_from_very_high_triglycerides(draws) -> None:
    wrong, found = draws.execute("""
        SELECT count(*) FILTER ((ldl IS NULL) <> (tg >= 400)), count(*) FILTER (tg >= 400)
        FROM draws WHERE tg IS NOT NULL""").fetchone()

    assert found > 0
    assert wrong == 0


def test_the_filtration_rate_is_that_of_the_reported_creatinine(draws) -> None:
    """CKD-EPI 2021, with the age in whole years on the day of the draw."""
    worst, n = draws.execute("""
        WITH pair AS (
          SELECT gender, any_value(datesub('year', birth_date, collected_time::DATE)) AS age,
            any_value(value_numeric) FILTER (loinc_code = '2160-0') AS scr,
            any_value(value_numeric) FILTER (loinc_code = '98979-8') AS egfr
          FROM lab_results l JOIN patients p ON l.patient_id = p.id GROUP BY gender, order_id)
        SELECT max(abs(egfr - 142 * least(scr / k, 1) ** a * greatest(scr / k, 1) ** -1.2
            * 0.9938::DOUBLE ** age * f)), count(egfr)
        FROM pair, (VALUES ('F', 0.7, -0.241, 1.012), ('M', 0.9, -0.302, 1.0)) AS s(sex, k, a, f)
        WHERE sex = gender AND egfr BETWEEN 3 AND 179""").fetchone()

    assert n > 1000
    assert worst <= 0.51


def test_hematocrit_is_three_times_hemoglobin(draws) -> None:
    low, high = draws.execute("SELECT min(hct / hgb), max(hct / hgb) FROM draws").fetchone()

    assert 2.65 < low < high < 3.35


def test_a_person_keeps_their_own_level(draws) -> None:
    between, within = draws.execute("""
        WITH p AS (SELECT patient_id, stddev(value_numeric) AS sd, avg(value_numeric) AS mean
          FROM lab_results WHERE loinc_code = '777-3' GROUP BY patient_id HAVING count(*) > 2)
        SELECT stddev(mean), avg(sd) FROM p""").fetchone()

    assert between > 1.5 * within


def test_a_curve_is_straight_between_its_points_and_level_beyond() -> None:
    x = np.array([-5.0, 0.0, 1.0, 2.0, 3.0, 99.0])

    assert couplings.along(((0, 10), (2, 20), (4, 0)), x).tolist() == [10, 10, 15, 20, 10, 0]
