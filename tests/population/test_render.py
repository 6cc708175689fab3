from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import patient_index
from healthsim_nb.population import traits
from healthsim_nb.population.ages import LINES_OF_BUSINESS
from healthsim_nb.population.couples import MARITAL
from healthsim_nb.population.households import ROLES
from healthsim_nb.population.names import family_names, given_names
from healthsim_nb.population.render import patients, persons
from healthsim_nb.reference import geography, identifiers, names
from healthsim_nb.schema.arrow import arrow_schema

N = 300


@pytest.fixture
def people(draw_people):
    return draw_people(8_000, N, ages="us", households=True)


@pytest.fixture
def death_day():
    days = np.full(N, FAR, dtype=np.int32)
    days[[3, 77]] = 19_800, 20_000
    return days


def plain(type_):
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def test_columns_are_those_of_the_schema_in_order(people, death_day):
    for name, batch in (
        ("persons", persons(people, death_day)),
        ("patients", patients(people, death_day, people.id)),
    ):
        expected = arrow_schema(name)
        assert batch.schema.names == expected.names
        assert [plain(field.type) for field in batch.schema] == [f.type for f in expected]
        batch.validate(full=True)


def test_persons_say_in_words_what_the_columns_hold(people, death_day):
    for i, row in enumerate(persons(people, death_day).to_pylist()):
        middle = people.middle[i]
        day = int(death_day[i])
        assert row == {
            "id": people.id[i],
            "household_id": people.household_id[i],
            "household_role": ROLES[people.household_role[i]],
            "given_name": given_names()[people.given[i]],
            "middle_name": given_names()[middle] if middle >= 0 else None,
            "family_name": family_names()[people.family[i]],
            "birth_date": date(1970, 1, 1) + timedelta(days=int(people.birth_day[i])),
            "gender": "FM"[people.sex[i]],
            "race": list(traits.RACES.values())[people.race[i]],
            "ethnicity": traits.ETHNICITIES[people.ethnicity[i]],
            "language": traits.languages()[people.language[i]],
            "marital_status": MARITAL[people.marital[i]],
            "smoking_status": traits.SMOKING[people.smoking[i]],
            "death_date": date(1970, 1, 1) + timedelta(days=day) if day != FAR else None,
        }


def test_patients_live_where_the_place_is_and_are_covered(people, death_day):
    provider = people.id + 5
    for i, row in enumerate(patients(people, death_day, provider).to_pylist()):
        place = geography.places()[people.place[i]]
        assert row["person_id"] == row["id"] == people.id[i]
        assert (row["city"], row["state"]) == (place.city, place.state)
        assert (row["postal_code"], row["county_fips"]) == (place.postal_code, place.county_fips)
        street = names.streets()[people.street[i]]
        assert row["street_address"] == f"{people.house_number[i]} {street}"
        assert row["phone"].startswith(f"({place.area_code}) 555-01")
        assert row["line_of_business"] == LINES_OF_BUSINESS[people.line_of_business[i]]
        assert row["primary_care_provider_id"] == provider[i]
        assert row["deceased"] == (row["death_date"] is not None) == (death_day[i] != FAR)


def test_identifiers_are_right(people, death_day):
    for row in patients(people, death_day, people.id).to_pylist():
        assert identifiers.mrn.is_valid(row["mrn"])
        assert identifiers.ssn.is_synthetic(row["ssn"])
        assert identifiers.phone.is_valid(row["phone"])


def test_emails_are_made_of_the_name_and_small_children_have_none(people, death_day):
    rows = patients(people, death_day, people.id).to_pylist()
    for i, row in enumerate(rows):
        assert (row["email"] is not None) == people.has_email[i]
        if row["email"]:
            user, domain = row["email"].split("@")
            assert domain == "example.org"
            assert user.startswith(row["given_name"].lower()[:3])
            assert user.endswith(str(patient_index(people.id)[i] + 1))
            assert user.isascii()
    assert not people.has_email[people.age < 13].any()
    assert 0.5 < people.has_email.mean() < 0.8


def test_dictionaries_hold_each_word_once_so_pandas_reads_them(people, death_day):
    batch = patients(people, death_day, people.id)
    frame = batch.to_pandas()
    assert frame["state"].astype(str).tolist() == batch.column("state").to_pylist()
    dictionaries = [c for c in batch.columns if pa.types.is_dictionary(c.type)]
    assert len(dictionaries) >= 10
    for column in dictionaries:
        assert len(set(column.dictionary.to_pylist())) == len(column.dictionary)


def test_no_people_are_an_empty_batch(draw_people):
    nobody = draw_people(0, 0)
    none = np.zeros(0, dtype=np.int32)
    assert persons(nobody, none).num_rows == 0
    assert patients(nobody, none, nobody.id).schema.names == arrow_schema("patients").names


def test_no_two_of_a_million_patients_have_the_same_numbers(draw_people):
    people = draw_people(0, 1_000_000)
    index = patient_index(people.id)
    for numbers in (people.id, identifiers.mrn.make(index), identifiers.ssn.make(index)):
        assert len(np.unique(numbers)) == 1_000_000


def test_no_two_patients_have_the_same_email(draw_people):
    people = draw_people(0, 20_000)
    alive = np.full(len(people), -1, dtype=np.int32)
    mail = patients(people, alive, people.id).column("email").drop_null().to_pylist()
    assert len(set(mail)) == len(mail)
