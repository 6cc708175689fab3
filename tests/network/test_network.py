from __future__ import annotations

from hashlib import sha256

import numpy as np
import pyarrow as pa
import pytest

from healthsim_nb import network
from healthsim_nb.network.pool import facility_counts, provider_counts, specialties, staff
from healthsim_nb.reference.geography import states
from healthsim_nb.reference.identifiers import dea, npi, phone
from healthsim_nb.schema import tables

STATE = {state.code: index for index, state in enumerate(states())}
N = 20_000


@pytest.fixture(scope="module")
def everybody():
    return network.providers(staff().ids).to_pandas()


@pytest.fixture(scope="module")
def houses():
    ids = np.unique(network.facility_of(staff().ids))
    return network.facilities(ids).to_pandas()


def some(role="primary", n=N):
    """Encounters in all states that ask for one role."""
    ids = np.arange(n, dtype=np.int64) * 7919
    state = (np.arange(n) % 51).astype(np.uint8)
    return ids, state, np.full(n, network.ROLES.index(role), dtype=np.uint8)


def test_the_roles_that_encounters_ask_for_come_first():
    assert network.ROLES[:6] == (
        "primary", "emergency", "hospital", "urgent", "telehealth", "home-health",
    )  # fmt: skip
    assert {"cardiology", "nephrology", "endocrinology"} <= set(network.ROLES)


def test_every_state_has_someone_for_every_role_and_six_for_primary_care():
    assert staff().count.min() >= 1
    assert staff().count[:, 0].min() >= 6
    assert facility_counts().min() >= 1


def test_about_6000_give_primary_care():
    assert 5_900 <= staff().count[:, 0].sum() <= 6_200


def test_ids_have_room_for_all_and_are_once_each():
    assert provider_counts().max() < 2**9
    assert provider_counts().shape[1] <= 2**5
    assert facility_counts().max() < 2**10
    assert len(np.unique(staff().ids)) == len(staff().ids) == provider_counts().sum()
    assert staff().ids.max() < dea.COUNT


@pytest.mark.parametrize("role", network.ROLES)
def test_who_attends_is_of_the_state_and_the_role(role):
    ids, state, role_index = some(role, 2_000)
    chosen = network.providers(network.attending(7, ids, state, role_index))
    assert chosen["state"].to_pylist() == [states()[s].code for s in state]
    expected = {s.name for s in specialties() if s.role == role}
    assert set(chosen["specialty"].to_pylist()) == expected


def test_who_attends_depends_on_the_seed_and_the_encounter_only():
    ids, state, role = some()
    whole = network.attending(7, ids, state, role)
    assert (network.attending(7, ids[::-3], state[::-3], role[::-3]) == whole[::-3]).all()
    assert (network.attending(8, ids, state, role) != whole).mean() > 0.9


def test_encounters_spread_evenly_over_those_who_can_attend():
    ids = np.arange(100_000, dtype=np.int64)
    state, role = np.full(100_000, STATE["OH"]), np.zeros(100_000, dtype=np.int64)
    _, count = np.unique(network.attending(7, ids, state, role), return_counts=True)
    expected = 100_000 / staff().count[STATE["OH"], 0]
    assert len(count) == staff().count[STATE["OH"], 0]
    assert np.sqrt(count.var() / expected) == pytest.approx(1, abs=0.2)


def test_a_primary_care_provider_is_of_the_persons_state_and_fit_for_their_age():
    ids, state, _ = some()
    age = (np.arange(N) * 31 % 100).astype(np.int16)
    chosen = network.providers(network.primary_care(7, ids, state, age)).to_pandas()
    assert (chosen.state == [states()[s].code for s in state]).all()
    assert set(chosen.specialty[age < 18]) == {
        "pediatrics", "family-medicine", "family-nurse-practitioner",
    }  # fmt: skip
    assert "pediatrics" not in set(chosen.specialty[age >= 18])
    share = (chosen.specialty[age < 18] == "pediatrics").mean()
    assert share == pytest.approx(4290 / (4290 + 1155 + 371), abs=0.03)


def test_everybody_works_in_their_state_in_a_house_of_the_right_kind(everybody, houses):
    both = everybody.merge(houses, left_on="facility_id", right_on="id", suffixes=("", "_house"))
    assert len(both) == len(everybody)
    assert (both.state == both.state_house).all()
    assert (both.city == both.city_house).all()
    kind = {(s.name, s.facility) for s in specialties()}
    assert set(zip(both.specialty, both.facility_type, strict=True)) <= kind


def test_colleagues_spread_over_the_facilities():
    found = np.unique(network.facility_of(staff().ids))
    assert len(found) > 0.95 * facility_counts().sum()


def test_everybody_is_the_same_alone_and_among_others(everybody):
    part = staff().ids[[5, 9000, 17]]
    alone = network.providers(part).to_pandas()
    assert alone.to_dict("records") == everybody.set_index("id", drop=False).loc[part].to_dict(
        "records"
    )


@pytest.mark.parametrize("table", ["providers", "facilities"])
def test_batches_have_the_columns_of_the_schema(table):
    ids = staff().ids[:50]
    batch = network.providers(ids) if table == "providers" else network.facilities(
        network.facility_of(ids)
    )  # fmt: skip
    declared = tables()[table].columns
    assert batch.schema.names == [column.name for column in declared]
    for column in declared:
        kind = pa.int64() if column.type == "BIGINT" else pa.string()
        assert batch[column.name].type == kind
        assert not column.required or batch[column.name].null_count == 0


def test_nobody_gives_an_empty_batch():
    nobody = np.zeros(0, dtype=np.int64)
    assert network.providers(nobody).num_rows == 0
    assert network.facilities(nobody).num_rows == 0


def test_identifiers_are_valid_and_synthetic_and_once_each(everybody, houses):
    numbers = [*everybody.npi, *houses.npi]
    assert all(npi.is_synthetic(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert all(npi.is_organisation(number) for number in houses.npi)
    assert all(phone.is_valid(number) for number in [*everybody.phone, *houses.phone])


def test_those_who_prescribe_have_a_dea_number_of_their_name(everybody):
    prescribes = {s.taxonomy_code for s in specialties() if s.prescribes}
    those = everybody[everybody.taxonomy_code.isin(prescribes)]
    assert those.dea_number.notna().all()
    assert those.dea_number.is_unique
    pairs = zip(those.dea_number, those.family_name, strict=True)
    assert all(dea.is_valid(number, name) for number, name in pairs)
    assert everybody[~everybody.taxonomy_code.isin(prescribes)].dea_number.isna().all()


def test_an_m_begins_the_dea_number_of_a_mid_level_practitioner(everybody):
    mid = everybody.specialty.isin(["family-nurse-practitioner", "physician-assistant"])
    first = everybody.dea_number.dropna().str[0]
    assert set(first[mid]) == {"M"}
    assert set(first[~mid]) == {"B", "F"}


def test_the_share_of_women_is_that_of_the_specialty(everybody):
    share = (everybody.gender == "F").groupby(everybody.specialty).mean()
    assert share["pediatrics"] == pytest.approx(0.66, abs=0.05)
    assert share["orthopedic-surgery"] == pytest.approx(0.07, abs=0.05)
    assert share["home-health-nurse"] == pytest.approx(0.87, abs=0.05)


def test_facilities_of_a_state_stand_in_its_cities(houses):
    assert houses[houses.state == "DC"].city.unique().tolist() == ["Washington"]
    assert houses[houses.state == "IL"].city.nunique() >= 10
    assert (houses.groupby("state").county_fips.agg(lambda f: f.str[:2].nunique()) == 1).all()


@pytest.mark.parametrize("wrong", [-1, 5, 10**9, 16_384 + 31 * 512, 16_384 + 400])
def test_an_id_that_belongs_to_nobody_is_refused(wrong):
    with pytest.raises(KeyError, match=f"no provider has the id {wrong}"):
        network.providers(np.array([staff().ids[0], wrong]))


def test_a_facility_id_that_belongs_to_nobody_is_refused():
    with pytest.raises(KeyError, match="no facility has the id 12"):
        network.facilities(np.array([12]))


def test_the_network_is_as_it_was(everybody, houses):
    """Bump on purpose only: its people and houses stand in everybody's scenarios."""
    ids, state, role = some(n=3)
    assert network.attending(7, ids, state, role).tolist() == [16384, 32787, 49154]
    assert _digest(everybody) == "87cf19e6b7909bf7"
    assert _digest(houses) == "6d46753ebe2acb4f"


def _digest(frame):
    return sha256(frame.to_csv(index=False).encode()).hexdigest()[:16]
