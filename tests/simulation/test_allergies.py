"""Allergies are as common as on charts, and what they forbid is replaced."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pytest

from healthsim_nb.templates.template import Population

from .test_coherence import database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb


@pytest.fixture(scope="module")
def people(play) -> Iterator[duckdb.DuckDBPyConnection]:
    con = database(play(4000, months=18, population=Population(ages="us")))
    yield con
    con.close()


@pytest.mark.parametrize(
    ("substance", "low", "high", "published"),
    [("Penicillins", 40, 64, 0.082), ("Peanut", 3, 17, 0.0235), ("Lisinopril", 65, 79, 0.036)],
)
def test_allergies_are_as_common_as_on_charts(people, substance, low, high, published) -> None:
    n, share = people.execute(
        """
        SELECT count(*), avg((id IN (SELECT patient_id FROM allergies WHERE substance = ?))::INT)
        FROM patients WHERE date_diff('year', birth_date, DATE '2024-01-01') BETWEEN ? AND ?
        AND id IN (SELECT patient_id FROM encounters)""",
        [substance, low, high],
    ).fetchone()

    assert abs(share - published) < 0.2 * published + 3 * sqrt(published / n)


def test_women_have_more_drug_allergies_than_men(people) -> None:
    shares = dict(
        people.execute("""
            SELECT gender, avg((id IN (
              SELECT patient_id FROM allergies WHERE category = 'medication'))::INT)
            FROM patients WHERE birth_date < DATE '2000-01-01' GROUP BY gender""").fetchall()
    )

    assert shares["F"] > shares["M"] + 0.03


def test_pollens_come_together(people) -> None:
    both, grass, tree = people.execute("""
        SELECT count(*) FILTER (g AND t), count(*) FILTER (g), count(*) FILTER (t) FROM (
          SELECT patient_id, bool_or(substance = 'Grass pollen') AS g,
                 bool_or(substance = 'Tree pollen') AS t FROM allergies GROUP BY patient_id)
        """).fetchone()

    assert both > 3 * grass * tree / 4000


def test_some_allergies_begin_in_these_months(people) -> None:
    """A food or an animal that a child comes to react to is noted at the next visit."""
    later = people.execute("""
        SELECT count(*) FROM allergies a JOIN (
          SELECT patient_id, min(admission_time)::DATE AS first FROM encounters GROUP BY patient_id)
        USING (patient_id) WHERE recorded_date > first""").fetchone()[0]

    assert later > 0


def test_the_allergic_get_something_else(people) -> None:
    """Whoever must not have amoxicillin still gets an antibiotic for the ear."""
    antibiotics = "regexp_matches(lower(name), 'cillin|mycin|ceph|cef|floxacin')"
    given = dict(
        people.execute(f"""
            SELECT a.patient_id IS NOT NULL, count(*) FROM medications m
            LEFT JOIN (SELECT DISTINCT patient_id FROM allergies WHERE substance = 'Penicillins') a
              USING (patient_id) WHERE {antibiotics} GROUP BY 1""").fetchall()
    )

    assert given[True] > 0.03 * given[False]
