"""Drugs are given by what suits the patient: cautions hold in the records, products stay."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pytest

from healthsim_nb import reference
from healthsim_nb.templates.library import load

from .test_templates import played

if TYPE_CHECKING:
    from healthsim_nb.templates.library import Library

NSAID = "ibuprofen|naproxen|meloxicam|diclofenac|celecoxib"
BETA_BLOCKER = "metoprolol|carvedilol|bisoprolol|labetalol|propranolol"
BEGUN_WITH_LATEST_RATE = """
  SELECT m.name, (SELECT arg_max(l.value_numeric, l.collected_time) FROM lab_results l
    WHERE l.patient_id = m.patient_id AND l.loinc_code = '98979-8'
    AND l.collected_time::DATE <= m.start_date) AS rate
  FROM medications m WHERE regexp_matches(m.name, ?)
"""


@pytest.fixture(scope="session")
def library() -> Library:
    return load()


def test_metformin_is_not_begun_when_the_kidneys_fail(library: Library) -> None:
    con = played(library, "diabetic-kidney-care", 250, 9)
    given = con.execute(BEGUN_WITH_LATEST_RATE, ["^metformin"]).fetchall()
    assert len(given) > 30
    assert [row for row in given if row[1] is not None and row[1] < 30] == []
    assert con.execute("SELECT on_drug('^linagliptin') > 0").fetchone()[0]


def test_no_painkiller_that_harms_kidneys_is_given_in_the_late_stages(library: Library) -> None:
    con = played(library, "200 people with stage 4 CKD and osteoarthritis", 200, 9)
    assert con.execute("SELECT on_drug(?)", [NSAID]).fetchone()[0] == 0
    assert con.execute("SELECT on_drug('^acetaminophen')").fetchone()[0] > 0.05


def test_no_beta_blocker_is_begun_in_severe_asthma(library: Library) -> None:
    severe = played(library, "people with severe asthma and coronary artery disease", 150, 6)
    mild = played(library, "people with mild asthma and coronary artery disease", 150, 6)
    assert severe.execute("SELECT on_drug(?)", [BETA_BLOCKER]).fetchone()[0] == 0
    assert mild.execute("SELECT on_drug(?)", [BETA_BLOCKER]).fetchone()[0] > 0.1


def test_an_ace_inhibitor_ends_where_sacubitril_begins(library: Library) -> None:
    con = played(library, "people with NYHA class III HFrEF and hypertension", 200, 14)
    together = con.execute(
        "SELECT a.patient_id FROM medications a JOIN medications s ON s.patient_id = a.patient_id"
        " AND s.name LIKE 'sacubitril%' WHERE regexp_matches(a.name, 'pril ')"
        " AND a.start_date < coalesce(s.end_date, DATE '2099-01-01')"
        " AND s.start_date < coalesce(a.end_date, DATE '2099-01-01')"
    ).fetchall()
    assert together == []
    assert con.execute("SELECT on_drug('^sacubitril') > 0").fetchone()[0]


def test_what_harms_the_child_is_not_begun_in_pregnancy(library: Library) -> None:
    con = played(library, "pregnant women with hypertension", 150, 9)
    harmful = con.execute(
        "SELECT m.name FROM medications m JOIN (SELECT patient_id, min(diagnosed_date) AS first,"
        " max(diagnosed_date) AS last FROM diagnoses WHERE regexp_matches(code, '^(Z34|O09|O10)')"
        " GROUP BY ALL) p ON p.patient_id = m.patient_id"
        " WHERE regexp_matches(m.name, 'pril |sartan|statin ')"
        " AND m.start_date > p.first AND m.start_date < p.last AND NOT EXISTS (SELECT 1 FROM"
        " diagnoses d WHERE d.patient_id = m.patient_id AND d.diagnosed_date BETWEEN p.first"
        " AND m.start_date AND regexp_matches(d.code, '^(O0[0-8]|O8|Z3[79])'))"
    ).fetchall()
    assert harmful == []


def test_a_patient_keeps_to_one_product_of_a_drug(library: Library) -> None:
    con = played(library, "400 people with depression", 400, 9)
    slot = {p.name: p for p in library.products.values() if p.drug == "sertraline"}
    rows = con.execute("SELECT DISTINCT patient_id, name FROM medications").fetchall()
    taken = [name for _, name in rows if name in slot]
    patients = {patient for patient, name in rows if name in slot}
    assert len(taken) == len(patients) > 80
    total = sum(p.weight for p in slot.values())
    for name, product in slot.items():
        share = product.weight / total
        found = taken.count(name) / len(taken)
        assert abs(found - share) < 4 * sqrt(share * (1 - share) / len(taken)), name


def test_levels_are_measured_of_those_who_take_the_drug(library: Library) -> None:
    con = played(library, "bipolar-care", 150, 9)
    without = con.execute(
        "SELECT count(*) FROM lab_results l WHERE l.loinc_code = '14334-7' AND NOT EXISTS ("
        "SELECT 1 FROM medications m WHERE m.patient_id = l.patient_id AND m.name LIKE 'lithium%'"
        " AND m.start_date < l.collected_time)"
    ).fetchone()[0]
    assert without == 0
    assert con.execute("SELECT results('14334-7') > 10").fetchone()[0]


def test_every_product_of_a_drug_has_its_share_and_a_code_of_its_own() -> None:
    rows = reference.rows("codes/products.csv")
    codes = [(row["drug"], row["rxnorm"]) for row in rows]
    assert len(set(codes)) == len(codes)
    assert all(float(row["weight"]) > 0 for row in rows)
