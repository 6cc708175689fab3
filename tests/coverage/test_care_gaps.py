"""Measures of quality: who is in them, what meets them, and rates near the published ones."""

from __future__ import annotations

import pytest

from healthsim_nb.coverage.quality_measures import quality_measures

PUBLISHED = {"AAP": 94, "CBP": 64, "GSD-8": 62, "BCS": 74, "EED": 51, "WCV": 58, "AIS-F": 40}
"""Percent: NCQA 2022, commercial plans; influenza: CDC FluVaxView, adults."""


@pytest.mark.parametrize("measure", PUBLISHED)
def test_rates_are_of_the_published_size(measure: str, ask) -> None:
    rate = ask(f"""SELECT 100 * avg((status = 'closed')::INT) FROM care_gaps
        WHERE measure_id = '{measure}' AND NOT excluded""")

    assert abs(rate - PUBLISHED[measure]) < 22


def test_a_dozen_measures_and_more_are_worked_out(ask) -> None:
    assert len(quality_measures()) >= 12
    assert ask("SELECT count(DISTINCT measure_id) FROM care_gaps") == len(quality_measures())


def test_what_closes_a_gap_is_on_record(ask) -> None:
    assert (
        ask("""SELECT count(*) FROM care_gaps AS g ANTI JOIN encounters AS e
        ON e.id = g.evidence_encounter_id AND e.patient_id = g.patient_id
        WHERE g.status = 'closed' AND g.evidence_encounter_id IS NOT NULL""")
        == 0
    )
    assert (
        ask("""SELECT count(*) FROM care_gaps WHERE measure_id = 'BCS' AND status = 'closed'
        AND NOT EXISTS (FROM procedures AS p WHERE p.encounter_id = evidence_encounter_id
        AND code IN ('77065', '77066', '77067'))""")
        == 0
    )


def test_the_latest_pressure_of_the_year_counts(ask) -> None:
    other = """SELECT count(*) FROM care_gaps AS g JOIN (SELECT patient_id,
        year(observation_time) AS y, arg_max(systolic_bp < 140 AND diastolic_bp < 90,
        (observation_time::DATE, encounter_id)) AS good FROM vital_signs
        WHERE systolic_bp IS NOT NULL GROUP BY ALL) AS v
        ON v.patient_id = g.patient_id AND v.y = g.measurement_year
        WHERE measure_id = 'CBP' AND v.good <> (status = 'closed')"""

    assert ask(other) == 0


def test_only_those_with_the_illness_are_in_its_measures(ask) -> None:
    assert (
        ask("""SELECT count(*) FROM care_gaps WHERE measure_id LIKE 'GSD%' AND patient_id NOT IN
        (SELECT patient_id FROM diagnoses WHERE code LIKE 'E11%' OR code LIKE 'E10%')""")
        == 0
    )
