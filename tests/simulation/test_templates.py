"""Every template that ships makes what its name says, in codes, results and drugs."""

from __future__ import annotations

from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
import yaml

from healthsim_nb import simulation
from healthsim_nb.templates.library import load
from healthsim_nb.templates.specify import specify

from .conftest import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb.templates.library import Library

SAID = yaml.safe_load((Path(__file__).parent / "templates.yaml").read_text(encoding="utf-8"))
TABLES = ("patients", "encounters", "diagnoses", "lab_results", "medications", "procedures")
WORDS = """
CREATE MACRO people() AS (SELECT count(*) FROM patients);
CREATE MACRO with_code(form) AS
  (SELECT count(DISTINCT patient_id) FROM diagnoses WHERE regexp_matches(code, '^(' || form || ')'))
  / people();
CREATE MACRO on_drug(form) AS
  (SELECT count(DISTINCT patient_id) FROM medications WHERE regexp_matches(name, form)) / people();
CREATE MACRO done(form) AS
  (SELECT count(DISTINCT patient_id) FROM procedures WHERE code = form) / people();
CREATE MACRO results(test) AS (SELECT count(*) FROM lab_results WHERE loinc_code = test);
CREATE MACRO mean_result(test) AS
  (SELECT avg(value_numeric) FROM lab_results WHERE loinc_code = test);
CREATE MACRO age() AS
  (SELECT avg(date_diff('day', birth_date, DATE '2024-01-01') / 365.25) FROM patients);
CREATE MACRO visits(form) AS
  (SELECT count(*) FROM encounters WHERE regexp_matches(class_code, form)) / people();
"""


@pytest.fixture(scope="session")
def library() -> Library:
    return load()


def played(library: Library, what: str, n: int, months: int) -> duckdb.DuckDBPyConnection:
    spec = specify(library, what, n=n, months=months, seed=11)
    run = joined(list(simulation.blocks(spec, library, workers=1)))
    con = duckdb.connect()
    for name in TABLES:
        con.register("rows", run[name])
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")
        con.unregister("rows")
    con.execute(WORDS)
    return con


def test_every_template_that_ships_has_something_to_prove(library: Library) -> None:
    others = {name for name in library.templates if name not in SAID}
    assert others <= {"maternal-health"}, "say in tests/simulation/templates.yaml what they make"
    assert SAID.keys() <= library.templates.keys()


@pytest.mark.parametrize("template", SAID)
def test_a_template_makes_what_its_name_says(library: Library, template: str) -> None:
    said = dict(SAID[template])
    con = played(library, template, said.pop("n", 80), said.pop("months", 5))
    assert said
    for sentence, query in said.items():
        found = con.execute(f"SELECT {query}").fetchone()[0]
        assert found is True, (template, sentence, query)
    con.close()


@pytest.fixture(scope="module")
def diabetics(library: Library) -> Iterator[duckdb.DuckDBPyConnection]:
    asked = "400 diabetics: 40% well controlled, 30% moderate, 20% poor and 10% severe"
    with played(library, asked, 400, 7) as con:
        yield con


@pytest.mark.parametrize(
    ("low", "high", "share"), [(0, 7, 0.4), (7, 8, 0.3), (8, 9, 0.2), (9, 20, 0.1)]
)
def test_a_mix_comes_out_as_asked(diabetics, low: float, high: float, share: float) -> None:
    (found, n), *_ = diabetics.execute(
        "SELECT avg((first >= ? AND first < ?)::INTEGER), count(*) FROM ("
        " SELECT patient_id, arg_min(value_numeric, collected_time) AS first FROM lab_results"
        " WHERE loinc_code = '4548-4' GROUP BY patient_id)",
        [low, high],
    ).fetchall()
    assert abs(found - share) < 3 * sqrt(share * (1 - share) / n) + 0.04


def test_a_mix_of_groups_comes_out_as_asked(library: Library) -> None:
    con = played(library, "400 people with heart failure, 70% HFrEF and 30% HFpEF", 400, 5)
    (reduced, n), *_ = con.execute(
        "SELECT avg((code = 'I50.22')::INTEGER), count(*) FROM ("
        " SELECT DISTINCT patient_id, code FROM diagnoses WHERE code IN ('I50.22', 'I50.32'))"
    ).fetchall()
    assert abs(reduced - 0.7) < 3 * sqrt(0.21 / n)


def test_what_is_newly_diagnosed_is_untreated_before_and_better_after(library: Library) -> None:
    con = played(library, "200 people with newly diagnosed diabetes", 200, 18)
    first_seen, treated_before = con.execute(
        "SELECT max(d), count(*) FILTER (m.start_date < d) FROM (SELECT patient_id,"
        " min(diagnosed_date) AS d FROM diagnoses WHERE code LIKE 'E11%' GROUP BY ALL) f"
        " LEFT JOIN medications m ON m.patient_id = f.patient_id AND m.name LIKE 'metformin%'"
    ).fetchone()
    before, after = con.execute(
        "SELECT avg(value_numeric) FILTER (collected_time < '2024-04-01'),"
        " avg(value_numeric) FILTER (collected_time >= '2025-01-01')"
        " FROM lab_results WHERE loinc_code = '4548-4'"
    ).fetchone()
    assert first_seen.isoformat() < "2024-04-01"
    assert treated_before == 0
    assert before > after + 0.5


def test_troponin_tells_who_has_a_heart_attack(library: Library) -> None:
    con = played(library, "ed-chest-pain-cohort", 500, 2)
    rows = con.execute(
        "SELECT d.code = 'I21.4', arg_min(l.value_numeric, l.collected_time) AS first,"
        " arg_max(l.value_numeric, l.collected_time) AS last FROM lab_results l"
        " JOIN diagnoses d ON d.encounter_id = l.encounter_id AND d.type = 'principal'"
        " JOIN encounters e ON e.id = l.encounter_id AND e.class_code = 'EMER'"
        " WHERE l.loinc_code = '67151-1' AND e.chief_complaint = 'Chest pain' GROUP BY d.code, e.id"
    ).fetchall()
    attacks = [(first, last) for infarction, first, last in rows if infarction]
    others = [(first, last) for infarction, first, last in rows if not infarction]
    assert 0.02 < len(attacks) / len(rows) < 0.14
    assert all(last > 1.2 * first and last > 22 for first, last in attacks)
    assert all(last < 1.4 * first + 2 for first, last in others)
    admitted = con.execute(
        "SELECT count(DISTINCT e.patient_id) FROM encounters e JOIN diagnoses d"
        " ON d.encounter_id = e.id WHERE e.class_code = 'IMP' AND d.code = 'I21.4'"
    ).fetchone()[0]
    assert admitted >= 0.5 * len(attacks)


def test_dialysis_takes_place_three_times_a_week(library: Library) -> None:
    con = played(library, "dialysis", 30, 3)
    often = con.execute(
        "SELECT median(n) FROM (SELECT patient_id, count(*) AS n FROM procedures"
        " WHERE code = '90935' GROUP BY ALL)"
    ).fetchone()[0]
    assert often == pytest.approx(3 * 91 / 7, abs=2)
    at_once = con.execute(
        "SELECT max(n) FROM (SELECT patient_id, performed_time::DATE, count(*) AS n"
        " FROM procedures WHERE code = '90935' GROUP BY ALL)"
    ).fetchone()[0]
    assert at_once == 1
