from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from healthsim_nb.reference.geography import place_table, places, state_index, state_table, states

LARGEST = (
    "AK Anchorage, AL Huntsville, AR Little Rock, AZ Phoenix, CA Los Angeles, CO Denver,"
    " CT Bridgeport, DC Washington, DE Wilmington, FL Jacksonville, GA Atlanta, HI Honolulu,"
    " IA Des Moines, ID Boise, IL Chicago, IN Indianapolis, KS Wichita, KY Louisville,"
    " LA New Orleans, MA Boston, MD Baltimore, ME Portland, MI Detroit, MN Minneapolis,"
    " MO Kansas City, MS Jackson, MT Billings, NC Charlotte, ND Fargo, NE Omaha, NH Manchester,"
    " NJ Newark, NM Albuquerque, NV Las Vegas, NY New York, OH Columbus, OK Oklahoma City,"
    " OR Portland, PA Philadelphia, RI Providence, SC Charleston, SD Sioux Falls, TN Nashville,"
    " TX Houston, UT Salt Lake City, VA Virginia Beach, VT Burlington, WA Seattle, WI Milwaukee,"
    " WV Charleston, WY Cheyenne"
).split(", ")

# First three digits of the ZIP codes that USPS assigns to each state (Publication 65).
PREFIXES = {
    "AK": "995-999", "AL": "350-369", "AR": "716-729", "AZ": "850-865", "CA": "900-961",
    "CO": "800-816", "CT": "060-069", "DC": "200-205", "DE": "197-199", "FL": "320-349",
    "GA": "300-319 398-399", "HI": "967-968", "IA": "500-528", "ID": "832-838", "IL": "600-629",
    "IN": "460-479", "KS": "660-679", "KY": "400-427", "LA": "700-714", "MA": "010-027",
    "MD": "206-219", "ME": "039-049", "MI": "480-499", "MN": "550-567", "MO": "630-658",
    "MS": "386-397", "MT": "590-599", "NC": "270-289", "ND": "580-588", "NE": "680-693",
    "NH": "030-038", "NJ": "070-089", "NM": "870-884", "NV": "889-898", "NY": "100-149",
    "OH": "430-459", "OK": "730-749", "OR": "970-979", "PA": "150-196", "RI": "028-029",
    "SC": "290-299", "SD": "570-577", "TN": "370-385", "TX": "750-799 885-885", "UT": "840-847",
    "VA": "201-201 220-246", "VT": "050-059", "WA": "980-994", "WI": "530-549", "WV": "247-268",
    "WY": "820-831",
}  # fmt: skip


def test_the_51_states_come_in_the_order_of_their_codes():
    codes = [state.code for state in states()]
    assert len(codes) == 51
    assert codes == sorted(codes)
    assert state_index()["AK"] == 0
    assert state_index()["WY"] == 50


def test_state_populations_add_up_to_the_resident_population_of_2023():
    assert sum(state.population for state in states()) == 334_914_895


def test_states_stand_in_the_four_census_regions_and_nine_divisions():
    assert Counter(s.region for s in states()) == {
        "South": 17, "West": 13, "Midwest": 12, "Northeast": 9,
    }  # fmt: skip
    assert len({s.division for s in states()}) == 9


def test_an_area_code_belongs_to_one_state():
    codes = [code for state in states() for code in state.area_codes]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch("[2-9][0-8][0-9]", code) for code in codes)


def test_every_state_has_four_cities_or_more_with_its_largest():
    cities = {(p.state, p.city) for p in places()}
    count = Counter(state for state, _ in cities)
    assert all(count[s.code] >= 4 for s in states() if s.code != "DC")
    assert [name for name in LARGEST if tuple(name.split(" ", 1)) not in cities] == []


@pytest.mark.parametrize("state", states(), ids=lambda s: s.code)
def test_county_and_zip_code_and_area_code_lie_in_the_state(state):
    ranges = [part.split("-") for part in PREFIXES[state.code].split()]
    for place in (p for p in places() if p.state == state.code):
        assert place.county_fips[:2] == state.fips
        assert len(place.county_fips) == 5
        assert any(low <= place.postal_code[:3] <= high for low, high in ranges), place
        assert place.area_code in state.area_codes


def test_a_zip_code_is_listed_once():
    assert len({p.postal_code for p in places()}) == len(places()) >= 400


def test_one_county_has_one_name():
    assert len({(p.county_fips, p.county) for p in places()}) == len(
        {p.county_fips for p in places()}
    )


def test_places_are_picked_in_their_state_in_proportion_to_their_weight():
    state = np.full(100_000, state_index()["IL"])
    table = place_table()
    index = table.first[state] + table.pick(state, _even(100_000))
    found = Counter(places()[i].city for i in index.tolist())
    illinois = [p for p in places() if p.state == "IL"]
    total = sum(p.weight for p in illinois)
    chicago = sum(p.weight for p in illinois if p.city == "Chicago")
    assert found["Chicago"] == pytest.approx(100_000 * chicago / total, abs=20)
    assert set(found) == {p.city for p in illinois}


def test_states_are_picked_in_proportion_to_their_population():
    picked = state_table().pick(np.zeros(100_000, dtype=np.int64), _even(100_000))
    assert np.count_nonzero(picked == state_index()["CA"]) == pytest.approx(11_634, abs=5)


def _even(n: int) -> np.ndarray:
    return (np.arange(n, dtype=np.uint64) * np.uint64(2**32 // n)).astype(np.uint32)
