"""Pharmacies are pure functions of their ids, with numbers that nobody has."""

from __future__ import annotations

import numpy as np
import pytest

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.pharmacy.pharmacies import (
    KINDS,
    MAIL,
    RETAIL,
    SPECIALTY,
    kind_of,
    long_term_care_of,
    mail_of,
    nationals,
    pharmacies,
    retail_counts,
    retail_of,
    specialty_of,
)
from healthsim_nb.pharmacy.routing import fees, route
from healthsim_nb.reference import rows
from healthsim_nb.reference.geography import places, states
from healthsim_nb.reference.identifiers import ncpdp, npi
from healthsim_nb.templates.library import load

PEOPLE = np.arange(20_000, dtype=np.int64)


@pytest.fixture(scope="module")
def ids():
    place = PEOPLE % len(places())
    state = PEOPLE[:200] % len(states())
    some = [retail_of(7, PEOPLE, place), long_term_care_of(7, PEOPLE[:200], state)]
    some += [np.array([n.id for kind in (MAIL, SPECIALTY) for n in nationals(kind)])]
    return np.unique(np.concatenate(some))


def test_every_pharmacy_has_right_numbers_of_its_own_that_were_never_issued(ids):
    table = pharmacies(ids).to_pydict()
    assert len(set(table["npi"])) == len(set(table["ncpdp_id"])) == len(ids)
    assert all(npi.is_synthetic(number) and npi.is_organisation(number) for number in table["npi"])
    assert all(ncpdp.is_synthetic(number) for number in table["ncpdp_id"])


def test_the_usual_pharmacy_stands_where_the_person_lives():
    place = PEOPLE[:500] % len(places())
    table = pharmacies(retail_of(7, PEOPLE[:500], place)).to_pydict()
    assert table["postal_code"] == [places()[at].postal_code for at in place]
    assert set(table["pharmacy_type"]) == {"retail"}


def test_people_of_a_place_go_to_all_its_pharmacies():
    place = np.full(len(PEOPLE), int(retail_counts().argmax()))
    used = np.unique(retail_of(7, PEOPLE, place))
    assert len(used) == retail_counts().max()


def test_a_pharmacy_is_the_same_asked_alone_or_among_others(ids):
    together = pharmacies(ids).to_pylist()
    for at in (0, len(ids) // 2, len(ids) - 1):
        assert pharmacies(ids[at : at + 1]).to_pylist() == [together[at]]


def test_independents_have_no_chain_and_chains_are_two_thirds(ids):
    table = pharmacies(ids[kind_of(ids) == RETAIL])
    chains = table.column("chain_name").to_pylist()
    share = sum(name is not None for name in chains) / len(chains)
    assert 0.64 < share < 0.74
    named = {row["chain"] for row in rows("pharmacy/chains.csv") if row["chain"]}
    assert set(chains) == named | {None}


def test_all_four_kinds_are_there(ids):
    assert set(pharmacies(ids).column("pharmacy_type").to_pylist()) == set(KINDS)


def test_drugs_of_limited_distribution_come_from_few_pharmacies():
    limited = specialty_of(7, PEOPLE, np.ones(len(PEOPLE), bool))
    every = specialty_of(7, PEOPLE, np.zeros(len(PEOPLE), bool))
    assert set(limited.tolist()) < set(every.tolist())
    allowed = {house.id for house in nationals(SPECIALTY) if house.limited}
    assert set(limited.tolist()) == allowed


def test_every_payer_has_a_mail_pharmacy_and_a_route():
    payers = {plan.payer for plan in load().plans.values()}
    bins = [route(payer, part_d=d).bin for payer in sorted(payers) for d in (False, True)]
    assert len(set(bins)) == len(bins)
    assert all(number.startswith("999") and len(number) == 6 for number in bins)
    assert all(kind_of(np.array([mail_of(payer)]))[0] == MAIL for payer in payers)


def test_a_payer_without_pharmacy_claims_is_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'golden'"):
        route("goldn")


def test_medicaid_pays_a_professional_fee():
    assert (fees().fee_medicaid > fees().fee).all()
    assert fees().fee[KINDS.index("retail")] == 70


def test_an_id_of_no_pharmacy_is_refused(ids):
    with pytest.raises(KeyError, match="no pharmacy has the id"):
        pharmacies(np.array([ids[0] | 63]))
