"""Vaccinations follow the schedule, at visits, with the coverage that is published."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pytest

from healthsim_nb.reference import rows
from healthsim_nb.templates.template import Population

from .test_coherence import database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb


@pytest.fixture(scope="module")
def children(play) -> Iterator[duckdb.DuckDBPyConnection]:
    con = database(play(2500, months=24, population=Population(ages="us", limits=(0, 6))))
    yield con
    con.close()


@pytest.fixture(scope="module")
def adults(play) -> Iterator[duckdb.DuckDBPyConnection]:
    con = database(play(2500, months=24, population=Population(ages="us", limits=(50, 90))))
    yield con
    con.close()


def test_the_doses_before_the_first_day_count(children) -> None:
    """A child of 15 months gets the fourth dose of DTaP, not the first."""
    first_seen = children.execute("""
        SELECT DISTINCT dose_number FROM (
          SELECT patient_id, min(dose_number) AS dose_number,
                 min(date_diff('month', birth_date, DATE '2024-01-01')) AS months_old
          FROM immunizations i JOIN patients p ON i.patient_id = p.id
          WHERE cvx_code = '20' GROUP BY patient_id)
        WHERE months_old BETWEEN 9 AND 13""").fetchall()

    assert first_seen == [(4,)]


def test_children_get_the_doses_of_their_age(children) -> None:
    ages = dict(
        children.execute("""
            SELECT dose_number, median(date_diff('day', birth_date, administered_date) / 30.44)
            FROM immunizations i JOIN patients p ON i.patient_id = p.id
            WHERE cvx_code = '20' GROUP BY dose_number""").fetchall()
    )

    usual = {1: (1.7, 3.3), 2: (3.7, 5.7), 3: (5.7, 8.3), 4: (15, 20), 5: (48, 64)}
    assert {k: low <= ages[k] <= high for k, (low, high) in usual.items()} == dict.fromkeys(
        usual, True
    )


def test_most_children_are_vaccinated_in_time(children) -> None:
    """Of those born during the first months, nine in ten had measles vaccine by two."""
    n, share = children.execute("""
        SELECT count(*), avg((id IN (
          SELECT patient_id FROM immunizations WHERE cvx_code = '03'))::INT)
        FROM patients WHERE birth_date BETWEEN DATE '2023-03-01' AND DATE '2024-01-01'
        """).fetchone()

    assert abs(share - 0.88) < 0.06 + 2 * sqrt(0.88 * 0.12 / n)


def test_influenza_coverage_is_that_of_the_age(adults) -> None:
    for low, high, published in ((50, 64, 0.45), (65, 89, 0.70)):
        n, share = adults.execute(
            """
            SELECT count(*), avg((id IN (SELECT patient_id FROM immunizations
              WHERE name LIKE 'Influenza%' AND administered_date
              BETWEEN DATE '2024-09-01' AND DATE '2025-03-01'))::INT)
            FROM patients WHERE date_diff('year', birth_date, DATE '2024-09-01') BETWEEN ? AND ?
            AND coalesce(death_date, DATE '2030-01-01') > DATE '2025-03-01'""",
            [low, high],
        ).fetchone()

        assert abs(share - published) < 0.06 + 2.5 * sqrt(0.25 / n)


def test_people_mostly_do_as_they_did_last_year(adults) -> None:
    again, anew = adults.execute("""
        WITH s AS (SELECT p.id,
          count(*) FILTER (i.administered_date < DATE '2025-07-01') > 0 AS first,
          count(*) FILTER (i.administered_date > DATE '2025-07-01') > 0 AS second
          FROM patients p LEFT JOIN immunizations i ON i.patient_id = p.id
            AND i.name LIKE 'Influenza%' AND i.administered_date > DATE '2024-07-01'
          WHERE NOT p.deceased GROUP BY p.id)
        SELECT avg(second::INT) FILTER (first), avg(second::INT) FILTER (NOT first) FROM s
        """).fetchone()

    assert again > anew + 0.25


def test_every_product_has_a_kind_that_is_scheduled() -> None:
    scheduled = {row["kind"] for row in rows("clinical/immunization_schedule.csv")}

    assert {row["kind"] for row in rows("codes/vaccines.csv")} == scheduled


def test_expectant_mothers_get_tdap_once_in_a_pregnancy(play) -> None:
    con = database(
        play(1500, months=24, population=Population(limits=(20, 38), sex={"F": 100, "M": 0}))
    )
    mothers, vaccinated, twice = con.execute("""
        WITH late AS (SELECT DISTINCT patient_id FROM diagnoses WHERE code = 'Z34.93'),
        given AS (
          SELECT i.patient_id, count(*) AS n
          FROM immunizations i JOIN diagnoses d USING (encounter_id)
          WHERE cvx_code = '115' AND d.code = 'Z34.93' AND dose_number IS NULL
          GROUP BY i.patient_id)
        SELECT count(*), count(n), count(*) FILTER (n > 2)
        FROM late LEFT JOIN given USING (patient_id)""").fetchone()
    con.close()

    assert mothers > 20
    assert abs(vaccinated / mothers - 0.6) < 0.1 + 2 * sqrt(0.25 / mothers)
    assert twice == 0
