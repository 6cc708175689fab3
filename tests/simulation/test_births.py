"""Children are born to their mothers, at the rate of the country, and live on from that day."""

from __future__ import annotations

from datetime import date

import pyarrow.compute as pc
import pytest

from healthsim_nb import simulation
from healthsim_nb.errors import SpecificationError
from healthsim_nb.templates.specify import specify

from .conftest import joined
from .impossible import IMPOSSIBLE
from .test_coherence import database


@pytest.fixture(scope="module")
def mothers(library):
    def run(n=128, months=8, size=8192):
        spec = specify(library, "maternal-health", n=n, months=months, seed=4)
        return joined(list(simulation.blocks(spec, library, block_size=size, workers=1)))

    return run


@pytest.fixture(scope="module")
def record(mothers):
    con = database(mothers())
    yield con
    con.close()


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_it_never_occurs_among_mothers_and_children(record, what: str) -> None:
    assert record.execute(IMPOSSIBLE[what]).fetchmany(3) == []


def test_children_are_patients_from_birth_on(record) -> None:
    children, begun, first = record.execute("""
        SELECT count(DISTINCT p.id), count(DISTINCT p.id) FILTER (e.drg_code BETWEEN '789' AND '795'
          AND e.admission_time::DATE = p.birth_date), min(e.admission_time::DATE - p.birth_date)
        FROM patients p JOIN encounters e ON e.patient_id = p.id WHERE mother_id IS NOT NULL
        """).fetchone()

    assert children > 30
    assert begun == children
    assert first == 0


def test_children_are_seen_in_their_first_week_and_at_two_months(record) -> None:
    born, week, months = record.execute("""
        SELECT count(*), avg(week::INT), avg(months::INT) FROM (
          SELECT p.id, bool_or(d.code = 'Z00.110') AS week,
            bool_or(d.code = 'Z00.129' AND d.diagnosed_date - birth_date BETWEEN 30 AND 100)
            AS months
          FROM patients p JOIN diagnoses d ON d.patient_id = p.id
          WHERE mother_id IS NOT NULL AND birth_date < DATE '2024-05-01' AND d.diagnosed_date
            < birth_date + 110 GROUP BY p.id)""").fetchone()

    assert born > 12
    assert week > 0.6
    assert months > 0.6


def test_numbers_of_children_are_their_own(record) -> None:
    everybody, numbers, security = record.execute(
        "SELECT count(*), count(DISTINCT mrn), count(DISTINCT ssn) FROM patients"
    ).fetchone()

    assert everybody == numbers == security


def test_blocks_and_months_and_more_mothers_do_not_show(mothers) -> None:
    whole = mothers()

    assert mothers(size=64) == whole
    for other in (mothers(months=5), mothers(n=64)):
        for name in ("patients", "encounters", "procedures"):
            again = whole[name].filter(pc.is_in(whole[name]["id"], other[name]["id"]))
            assert again["id"].equals(other[name]["id"]), name
    few = mothers(n=64)["patients"]
    born = whole["patients"].filter(pc.is_in(whole["patients"]["mother_id"], few["id"]))
    assert set(born["id"].to_pylist()) <= set(few["id"].to_pylist())


def test_a_scenario_has_just_as_many_patients_unless_its_template_says_so(play) -> None:
    assert play(256, months=6)["patients"].num_rows == 256


def test_a_scenario_with_children_has_room_for_six_million(library) -> None:
    spec = specify(library, "maternal-health", n=7_000_000, start=date(2024, 1, 1))

    with pytest.raises(
        SpecificationError, match="with newborns, a scenario has room for 6,119,424"
    ):
        simulation.prepare(spec, library)
