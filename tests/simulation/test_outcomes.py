"""Patients chosen by what happens to them: who they are does not depend on how they are found."""

from __future__ import annotations

from datetime import date

import pyarrow.compute as pc
import pytest

from healthsim_nb import simulation
from healthsim_nb.errors import SpecificationError
from healthsim_nb.simulation import search
from healthsim_nb.templates.outcome import Outcome
from healthsim_nb.templates.template import Population, Specification

from .conftest import joined

PEOPLE = Population(ages="us", households=True)
COSTLY = [Outcome(what="claim", over=5000)]


def asked(n=12, having=COSTLY, **words):
    settings = {"seed": 7, "start": date(2024, 1, 1), "months": 6, "population": PEOPLE, **words}
    return Specification(n=n, having=having, **settings)


def find(library, spec, **how):
    tally = simulation.Tally.of(spec)
    parts = simulation.blocks(
        spec, library, **{"workers": 1, "block_size": 192, **how}, tally=tally
    )
    return joined([part for part in parts if part]), tally


@pytest.fixture(scope="module")
def found(library):
    return find(library, asked())


def test_so_many_are_found_and_each_fulfils_it(found):
    run, tally = found
    costly = run["claims"].filter(
        pc.and_(
            pc.and_(
                pc.equal(run["claims"]["status"], "paid"),
                pc.equal(run["claims"]["payer_sequence"], 1),
            ),
            pc.greater(pc.cast(run["claims"]["total_allowed"], "float64"), 5000),
        )
    )

    assert run["patients"].num_rows == tally.kept == 12
    assert set(run["patients"]["id"].to_pylist()) == set(costly["patient_id"].to_pylist())


def test_nobody_who_fulfils_it_was_passed_over(library, found, play):
    run, tally = found
    everybody = play(tally.simulated, months=6)["claims"]
    costly = everybody.filter(
        pc.and_(
            pc.and_(
                pc.equal(everybody["status"], "paid"), pc.equal(everybody["payer_sequence"], 1)
            ),
            pc.greater(pc.cast(everybody["total_allowed"], "float64"), 5000),
        )
    )

    assert sorted(set(costly["patient_id"].to_pylist())) == run["patients"]["id"].to_pylist()
    assert tally.counted() == {
        "having": ["a paid claim with more than $5,000 allowed"],
        "simulated": tally.simulated,
        "kept": 12,
        "alone": [12],
        "so_far": [12],
    }


def test_rows_of_a_patient_are_those_of_the_same_patient_of_everybody(found, play):
    run, tally = found
    everybody = play(tally.simulated, months=6)
    ids = run["patients"]["id"]

    for name in ("patients", "encounters", "diagnoses", "claims", "medications", "care_gaps"):
        whose = "id" if name == "patients" else "patient_id"
        theirs = everybody[name].filter(pc.is_in(everybody[name][whose], ids))
        assert theirs.sort_by("id") == run[name].sort_by("id"), name


@pytest.mark.parametrize("how", [{"block_size": 64}, {"block_size": None}])
def test_the_size_of_blocks_does_not_show(library, found, how):
    run, tally = find(library, asked(), **how)

    assert run == found[0]
    assert tally == found[1]


def test_workers_do_not_show(library, found):
    run, tally = find(library, asked(), workers=2, block_size=128)

    assert run == found[0]
    assert tally == found[1]


def test_fewer_are_the_first_of_more(library, found):
    few, _ = find(library, asked(5))

    ids = found[0]["patients"]["id"].to_pylist()
    assert few["patients"]["id"].to_pylist() == ids[:5]
    for name in ("encounters", "claims", "claim_lines", "accumulators"):
        assert set(few[name]["id"].to_pylist()) <= set(found[0][name]["id"].to_pylist()), name


def test_within_fewer_months_the_same_people_are_found_in_a_longer_run(library, found):
    longer, tally = find(library, asked(months=9, having_within=6))

    assert longer["patients"]["id"] == found[0]["patients"]["id"]
    assert longer["encounters"].num_rows > found[0]["encounters"].num_rows
    assert tally == found[1]


def test_outcomes_are_counted_one_by_one_and_together(library):
    spec = asked(5, [Outcome(what="visit"), Outcome(what="emergency-visit", times=2)])

    _, tally = find(library, spec)

    first, second = tally.alone
    assert tally.so_far[0] == first > tally.so_far[1] == tally.kept == 5
    assert second >= 5


def test_a_block_of_a_cluster_has_those_of_its_own(library, found):
    ids = [
        patient
        for block in range(3)
        for rows in [simulation.gen_block(asked(), block, library=library, size=64)]
        if rows
        for patient in rows["patients"]["id"].to_pylist()
    ]

    whole = found[0]["patients"]["id"].to_pylist()
    assert ids[: len(whole)] == whole[: len(ids)]
    assert ids


def test_what_happens_to_nobody_is_refused_with_what_was_tried(library, monkeypatch):
    monkeypatch.setattr(search, "NOBODY", 500)
    spec = asked(10, [Outcome(what="visit"), Outcome(what="claim", over=90_000_000)], months=1)

    with pytest.raises(SpecificationError) as refused:
        find(library, spec)

    said = str(refused.value)
    assert "Nobody of the first 500 people who were simulated" in said
    assert "0 had a paid claim with more than $90,000,000 allowed" in said
    assert "10 are asked for. Ask for what is commoner" in said


def test_what_is_too_rare_is_refused_with_how_many_there_were(library, monkeypatch):
    monkeypatch.setattr(search, "NOBODY", 500)
    monkeypatch.setattr(search, "EACH", 1)
    spec = asked(100, [Outcome(what="emergency-visit")], months=1)

    with pytest.raises(SpecificationError, match=r"Only \d+ of the first 600 people .* Ask for at"):
        find(library, spec)
    again = [find_error(library, spec, size) for size in (64, 320)]
    assert again[0] == again[1]


def find_error(library, spec, size):
    with pytest.raises(SpecificationError) as refused:
        find(library, spec, block_size=size)
    return str(refused.value)
