"""Risk scores are those of an independent implementation of CMS-HCC V28, to three decimals."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pytest

from healthsim_nb.coverage.categories import demographic, diagnosed, disease, model
from healthsim_nb.engine.rng import Draws

PEOPLE = 150


@cache
def another_program():
    with warnings.catch_warnings():
        # It reads its files in a way that Python 3.11 deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        from hccinfhir import HCCInFHIR

        return HCCInFHIR(model_name="CMS-HCC Model V28")


def other(codes, age, sex, *, dual, new=False):
    return (
        another_program()
        .calculate_from_diagnosis(
            [code.replace(".", "") for code in codes],
            age=age,
            sex=sex,
            dual_elgbl_cd="02" if dual else "00",
            orec="0" if age >= 65 else "1",
            new_enrollee=new,
        )
        .risk_score
    )


def ours(codes, age, female, *, dual, new=False):
    rows, number = np.zeros(len(codes), np.int64), np.arange(len(codes))
    sex, young = np.array([female]), np.array([age < 50])
    present = diagnosed(rows, number, codes, young, sex)
    segment = np.array([2 * dual + (age < 65)])
    part, _ = disease(present, segment)
    own = demographic(sex, np.array([age]), segment, np.array([new]))
    return (own[0] + (0 if new else part[0])) / 1000


def test_random_people_have_the_scores_of_another_program() -> None:
    draws = Draws(3, np.arange(PEOPLE))
    pool = sorted(model().of_code)
    age, female = draws.between("age", 20, 99), draws.chance("sex", 0.5)
    dual, number = draws.chance("dual", 0.4), draws.below("number", 14)
    for i in range(PEOPLE):
        picks = Draws(i, np.arange(number[i])).below("code", len(pool))
        codes = [pool[p] for p in picks]
        expected = other(codes, int(age[i]), "F" if female[i] else "M", dual=bool(dual[i]))

        found = ours(codes, int(age[i]), bool(female[i]), dual=bool(dual[i]))

        assert found == pytest.approx(expected, abs=0.0005), (codes, age[i], female[i], dual[i])


@pytest.mark.parametrize("age", [30, 50, 65, 66, 69, 72, 96])
@pytest.mark.parametrize("dual", [False, True])
def test_people_who_are_new_have_a_score_of_age_and_sex(age: int, dual: bool) -> None:
    expected = other(["I50.9"], age, "F", dual=dual, new=True)

    assert ours(["I50.9"], age, True, dual=dual, new=True) == pytest.approx(expected, abs=0.0005)


def test_a_scenario_scores_its_medicare_members(scenario, ask) -> None:
    row = scenario.query("""SELECT score_year, patient_id, demographic_score, score, categories
        FROM risk_scores WHERE score_year = 2025 AND categories IS NOT NULL ORDER BY id""").rows[0]
    codes = scenario.query(
        f"""SELECT DISTINCT code FROM diagnoses WHERE patient_id = {row[1]}
        AND year(diagnosed_date) = 2024""",
        page_size=100,
    ).rows
    person = scenario.query(f"""SELECT gender, date_diff('month', date_trunc('month', birth_date)
        + INTERVAL 1 MONTH, DATE '2025-02-01') // 12, EXISTS (FROM coverage_spans AS s
        JOIN plans AS p ON p.id = s.plan_id WHERE s.member_id = {row[1]} AND priority = 2
        AND line_of_business = 'medicaid') FROM patients WHERE id = {row[1]}""").rows[0]

    expected = other([c for (c,) in codes], person[1], person[0], dual=person[2])

    assert row[3] == pytest.approx(expected, abs=0.0005)
    assert ask("SELECT count(*) FROM risk_scores WHERE score < demographic_score") == 0
