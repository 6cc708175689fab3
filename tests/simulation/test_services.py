"""Some visits bring services that others do not, as often as the table of shares says."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pytest

from healthsim_nb.clinical.render.services import shares
from healthsim_nb.reference import rows
from healthsim_nb.templates.template import Population

from .test_coherence import database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb


@pytest.fixture(scope="module")
def people(play) -> Iterator[duckdb.DuckDBPyConnection]:
    con = database(play(3000, months=24, population=Population(ages="us")))
    yield con
    con.close()


def test_every_share_names_a_condition_and_an_order_that_exist(library) -> None:
    unknown = [s for s in shares() if s.condition not in library.conditions]
    unknown += [s for s in shares() if s.order not in library.orders]

    assert unknown == []
    assert all(row["source"] for row in rows("clinical/service_shares.csv"))


def test_a_share_of_visits_has_the_service(people) -> None:
    n, share = people.execute("""
        SELECT count(*), avg((e.id IN (
          SELECT encounter_id FROM procedures WHERE code = '99173'))::INT)
        FROM encounters e JOIN diagnoses d ON d.encounter_id = e.id AND d.type = 'principal'
        JOIN patients p ON e.patient_id = p.id
        WHERE d.code = 'Z00.129' AND class_code = 'AMB'
        AND date_diff('year', birth_date, admission_time::DATE) BETWEEN 4 AND 16""").fetchone()

    assert abs(share - 0.55) < 4 * sqrt(0.25 / n)


def test_hospitals_code_what_they_do_in_their_own_system(people) -> None:
    wrong, found = people.execute("""
        SELECT count(*) FILTER (class_code <> 'IMP'), count(*)
        FROM procedures r JOIN encounters e ON r.encounter_id = e.id
        WHERE code_system = 'ICD-10-PCS'""").fetchone()

    assert found > 0
    assert wrong == 0


def test_much_of_general_medicine_is_done(people) -> None:
    kinds = people.execute("SELECT count(DISTINCT code) FROM procedures").fetchone()[0]

    assert kinds >= 50
