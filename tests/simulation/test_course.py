"""What people are ill with follows from the template, and what they measure from their illness."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from healthsim_nb import simulation
from healthsim_nb.templates.library import load
from healthsim_nb.templates.specify import specify
from healthsim_nb.templates.template import Population, Specification

from .conftest import joined
from .test_coherence import database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

MIX = {"well-controlled": 0.4, "moderate": 0.3, "poor": 0.2, "severe": 0.1}


@pytest.fixture(scope="module")
def diabetics(library) -> Iterator[duckdb.DuckDBPyConnection]:
    spec = specify(library, "diabetes-management", n=6000, seed=3, mix=MIX, coverage=False)
    con = database(joined(list(simulation.blocks(spec, library))))
    yield con
    con.close()


@pytest.fixture(scope="module")
def people(play) -> Iterator[duckdb.DuckDBPyConnection]:
    con = database(play(30_000, coverage=False, population=Population(ages="us", households=True)))
    yield con
    con.close()


def test_the_mix_asked_for_comes_out(diabetics) -> None:
    shares = dict(
        diabetics.execute("""
            WITH first AS (
              SELECT arg_min(value_numeric, collected_time) AS a1c FROM lab_results
              WHERE loinc_code = '4548-4' GROUP BY patient_id)
            SELECT CASE WHEN a1c < 7 THEN 'well-controlled' WHEN a1c < 8 THEN 'moderate'
                        WHEN a1c < 9 THEN 'poor' ELSE 'severe' END AS level,
                   count(*) / sum(count(*)) OVER () FROM first GROUP BY level""").fetchall()
    )

    for level, share in MIX.items():
        sampling = 4 * (share * (1 - share) / 6000) ** 0.5
        assert shares[level] == pytest.approx(share, abs=sampling + 0.012), level


def test_everyone_has_what_the_template_asks_for(diabetics) -> None:
    seen, diabetic = diabetics.execute("""
        SELECT count(DISTINCT patient_id), count(DISTINCT patient_id) FILTER (code LIKE 'E11%')
        FROM diagnoses""").fetchone()

    assert diabetic / seen > 0.99


def test_a1c_falls_after_treatment_begins(diabetics) -> None:
    before, after = diabetics.execute("""
        WITH begun AS (
          SELECT patient_id, min(start_date) AS day FROM medications
          WHERE name ILIKE 'metformin%' GROUP BY patient_id HAVING day > DATE '2024-09-01'),
        a1c AS (
          SELECT patient_id, collected_time::DATE AS day, value_numeric AS a1c FROM lab_results
          WHERE loinc_code = '4548-4'),
        change AS (
          SELECT b.patient_id, avg(a1c) FILTER (a.day <= b.day) AS was,
                 avg(a1c) FILTER (a.day > b.day + 150) AS is_now
          FROM begun b JOIN a1c a USING (patient_id) GROUP BY b.patient_id)
        SELECT avg(was), avg(is_now) FROM change WHERE was IS NOT NULL AND is_now IS NOT NULL
        """).fetchone()

    assert after < before - 0.1


@pytest.mark.parametrize(
    ("what", "sql", "low", "high"),
    [
        ("diabetes diagnosed, 20 and over, percent", "E11%", 10.3, 12.6),
        ("heart failure diagnosed, 20 and over, percent", "I50%", 1.7, 3.1),
        ("hypertension diagnosed, 20 and over, percent", "I10%", 26.5, 32),
        ("COPD diagnosed, 20 and over, percent", "J44%", 3.3, 5.2),
    ],
)
def test_diagnosed_prevalence_is_that_of_the_united_states(people, what, sql, low, high) -> None:
    share = people.execute(
        """
        SELECT 100 * avg((id IN (SELECT patient_id FROM diagnoses WHERE code LIKE ?))::INT)
        FROM patients WHERE date_diff('year', birth_date, DATE '2024-01-01') >= 20""",
        [sql],
    ).fetchone()[0]

    assert low <= share <= high, f"{what}: {share:.1f}"


def test_deaths_are_those_of_the_life_table(people) -> None:
    rate = people.execute("SELECT 1000 * avg(deceased::INT) / 2 FROM patients").fetchone()[0]

    assert 7.8 <= rate <= 10.6


def test_births_are_those_of_the_united_states(people) -> None:
    births, caesarean = people.execute("""
        SELECT 1030.0 * count(*) / 2 / (SELECT count(*) FROM patients WHERE gender = 'F'
          AND date_diff('year', birth_date, DATE '2025-01-01') BETWEEN 15 AND 44),
          avg((drg_code BETWEEN '783' AND '788')::INT)
        FROM encounters WHERE drg_code BETWEEN '783' AND '788' OR drg_code BETWEEN '796' AND '807'
        """).fetchone()

    assert births == pytest.approx(54.5, rel=0.15)
    assert caesarean == pytest.approx(0.323, abs=0.06)


def test_women_are_as_often_pregnant_in_the_first_months_as_later(people) -> None:
    first, later = people.execute("""
        SELECT count(*) FILTER (diagnosed_date < DATE '2024-07-01'),
          count(*) FILTER (diagnosed_date >= DATE '2024-07-01') / 3
        FROM diagnoses WHERE code IN ('Z34.91', 'Z34.92', 'Z34.93')""").fetchone()

    assert first == pytest.approx(later, rel=0.12)


@pytest.mark.parametrize(
    ("complaint", "per_100_000", "error"),
    [
        ("New breast cancer", 93, 0.4),
        ("New colorectal cancer", 46, 0.5),
        ("New lung cancer", 71, 0.6),
        ("Knee replacement", 236, 0.3),
        ("Hip replacement", 134, 0.35),
    ],
)
def test_cancers_and_operations_are_as_frequent_as_in_the_united_states(
    people, complaint, per_100_000, error
) -> None:
    rate = people.execute(
        "SELECT 1e5 * count(*) / 2 / (SELECT count(*) FROM patients) FROM encounters "
        "WHERE chief_complaint = ?",
        [complaint],
    ).fetchone()[0]

    assert rate == pytest.approx(per_100_000, rel=error)


def test_healthy_adults_begin_without_chronic_illness(library) -> None:
    spec = specify(library, "healthy-adult", n=1500, months=3)
    con = database(joined(list(simulation.blocks(spec, library))))

    early = con.execute("""
        SELECT count(*) FROM diagnoses WHERE code IN ('I10', 'E11.9', 'E78.5', 'J44.9')
          AND onset_date < DATE '2024-01-01'""").fetchone()[0]

    con.close()
    assert early == 0


def test_creatinine_and_filtration_of_one_draw_obey_ckd_epi(people) -> None:
    worst = people.execute("""
        WITH pair AS (
          SELECT p.gender, l.order_id,
            any_value(date_diff('year', p.birth_date, l.collected_time::DATE)
              - (strftime(l.collected_time, '%m%d') < strftime(p.birth_date, '%m%d'))::INT) AS age,
            max(value_numeric) FILTER (loinc_code = '2160-0') AS scr,
            max(value_numeric) FILTER (loinc_code = '98979-8') AS egfr
          FROM lab_results l JOIN patients p ON l.patient_id = p.id GROUP BY p.gender, l.order_id)
        SELECT max(abs(egfr - 142 * least(scr / k, 1) ** a * greatest(scr / k, 1) ** -1.2
            * 0.9938 ** age * f) / greatest(egfr, 10))
        FROM pair, (VALUES ('F', 0.7, -0.241, 1.012), ('M', 0.9, -0.302, 1.0)) AS s(sex, k, a, f)
        WHERE sex = gender AND age >= 19 AND scr BETWEEN 0.3 AND 15 AND egfr BETWEEN 5 AND 175
        """).fetchone()[0]

    assert worst < 0.06


def test_a_new_condition_needs_no_python(tmp_path: Path) -> None:
    folder = tmp_path / "conditions"
    folder.mkdir()
    (folder / "gout.yaml").write_text(GOUT, encoding="utf-8")
    library = load(tmp_path)
    spec = Specification(n=4000, seed=1, start=date(2024, 1, 1), months=24)

    con = database(joined(list(simulation.blocks(spec, library))))
    cases, with_drug = con.execute("""
        SELECT count(DISTINCT d.patient_id), count(DISTINCT m.patient_id)
        FROM diagnoses d LEFT JOIN medications m
          ON m.encounter_id = d.encounter_id AND m.indication_code = d.code
        WHERE d.code = 'M10.9'""").fetchone()

    con.close()
    assert 4000 * 0.02 < cases < 4000 * 0.06
    assert with_drug > 0


GOUT = """
id: gout
name: Gout
kind: chronic
code: M10.9
only: {age: [18, 120]}
prevalence: {F: {20: 0.5, 50: 2.5, 70: 5.5, 85: 6}, M: {20: 1, 50: 5, 70: 9, 85: 10}}
onset: fitted
every: 6
treatment: {lines: [[], [ibuprofen]], start: 0.5}
sources:
  prevalence: NHANES 2015-2016 (3.9 % of adults)
  onset: follows from prevalence
  every: judgement
  treatment: judgement
"""
