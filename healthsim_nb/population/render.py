"""People as rows of the tables ``persons`` and ``patients``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import patient_index
from healthsim_nb.population import names, traits
from healthsim_nb.population.ages import LINES_OF_BUSINESS
from healthsim_nb.population.couples import MARITAL
from healthsim_nb.population.households import ROLES
from healthsim_nb.population.tables import SEXES
from healthsim_nb.population.text import (
    addresses,
    area_codes,
    at_place,
    coded,
    dates,
    fixed,
    street_addresses,
)
from healthsim_nb.reference import identifiers
from healthsim_nb.schema import tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.population.people import People


def persons(people: People, death_day: NDArray[np.int32]) -> pa.RecordBatch:
    """Return rows of ``persons``.

    Parameters
    ----------
    people
        Who they are.
    death_day
        Days since 1970-01-01, shape (n,); `FAR`: alive.
    """
    columns = _identity(people) | {
        "id": pa.array(people.id),
        "household_id": pa.array(people.household_id),
        "household_role": coded(people.household_role, ROLES),
        "marital_status": coded(people.marital, MARITAL),
        "smoking_status": coded(people.smoking, traits.SMOKING),
        "death_date": dates(death_day, death_day == FAR),
    }
    return _batch("persons", columns)


def patients(
    people: People, death_day: NDArray[np.int32], primary_care_provider_id: NDArray[np.int64]
) -> pa.RecordBatch:
    """Return rows of ``patients``; parameters as in `persons`, and a provider for each."""
    index = patient_index(people.id)
    columns = _identity(people) | {
        "id": pa.array(people.id),
        "person_id": pa.array(people.id),
        "mrn": fixed(identifiers.mrn.make(index)),
        "ssn": fixed(identifiers.ssn.make(index)),
        "street_address": street_addresses(people.house_number, people.street),
        "city": at_place("city", people.place),
        "state": at_place("state", people.place),
        "postal_code": at_place("postal_code", people.place),
        "county_fips": at_place("county_fips", people.place),
        "phone": fixed(
            identifiers.phone.make(people.phone.astype(np.int64), area_codes()[people.place])
        ),
        "email": _emails(people, index),
        "line_of_business": coded(people.line_of_business, LINES_OF_BUSINESS),
        "deceased": pa.array(death_day != FAR),
        "death_date": dates(death_day, death_day == FAR),
        "primary_care_provider_id": pa.array(primary_care_provider_id),
        "mother_id": pa.array(people.mother, mask=people.mother < 0),
    }
    return _batch("patients", columns)


def _identity(people: People) -> dict[str, pa.Array]:
    """Return the columns that both tables have."""
    given, family = _name_words()
    return {
        "given_name": coded(people.given, given),
        "middle_name": coded(people.middle, given),
        "family_name": coded(people.family, family),
        "birth_date": dates(people.birth_day),
        "gender": coded(people.sex, SEXES),
        "race": coded(people.race, tuple(traits.RACES.values())),
        "ethnicity": coded(people.ethnicity, traits.ETHNICITIES),
        "language": coded(people.language, traits.languages()),
    }


@cache
def _name_words() -> tuple[pa.Array, pa.Array]:
    return pa.array(names.given_names()), pa.array(names.family_names())


def _emails(people: People, index: NDArray[np.int64]) -> pa.Array:
    """Return an address with the patient's number for those who have one: no two are alike."""
    mail = addresses(people.given, people.family, index + 1)
    return pc.if_else(pa.array(people.has_email), mail, None)


def _batch(table: str, columns: dict[str, pa.Array]) -> pa.RecordBatch:
    order = [column.name for column in tables()[table].columns]
    return pa.RecordBatch.from_arrays([columns[name] for name in order], names=order)
