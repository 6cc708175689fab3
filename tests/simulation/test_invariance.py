"""The same seed is the same data, however it is cut, whatever comes after."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import blake2b

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from healthsim_nb import simulation
from healthsim_nb.templates.template import Population, Specification

from .conftest import joined

OPEN = {
    "patients": {"deceased", "death_date"},
    "persons": {"death_date"},
    "encounters": {"discharge_time", "discharge_disposition", "status"},
    "diagnoses": {"resolved_date"},
    "medications": {"end_date", "status"},
    "members": {"coverage_end", "status"},
    "coverage_spans": {"end_date", "termination_reason"},
    "authorizations": {
        "decision_date",
        "status",
        "denial_reason",
        "units_approved",
        "valid_from",
        "valid_to",
        "pended_date",
        "appeal_date",
        "appeal_outcome",
    },
    "claims": {"status", "paid_date"},
    "risk_scores": {"disease_score", "score", "categories"},
    "care_gaps": {"excluded", "status", "closed_date", "evidence_encounter_id"},
    "rx_members": {"coverage_end"},
    "prescriptions": {"status"},
    "pharmacy_claims": {"status"},
}
"""Columns that more months may close; no other cell ever changes."""

PEOPLE = Population(ages="us", households=True)
GOLDEN = "4025eefb53e70abdc03634c71583d98a"
"""Changes only on purpose, with a line in the changelog."""


def test_fewer_months_are_the_beginning_of_more(play) -> None:
    short, long = play(3000, months=12), play(3000, months=24)

    for name, table in short.items():
        again = long[name].filter(pc.is_in(long[name]["id"], table["id"]))
        assert again.num_rows == table.num_rows, name
        for column in set(table.column_names) - OPEN.get(name, set()):
            assert again[column].equals(table[column]), f"{name}.{column}"


@pytest.mark.parametrize("newborns", [False, True])
def test_rows_made_for_some_patients_at_a_time_are_the_same(library, newborns) -> None:
    people = Population(ages="us", households=True, newborns=newborns)
    spec = Specification(n=500, seed=3, start=date(2024, 1, 1), months=18, population=people)
    generator = simulation.prepare(spec, library)

    whole = joined([simulation.make_block(generator, 0, size=512)])
    parts = list(simulation.make_parts(generator, 0, size=512, part=128))

    assert len(parts) == (1 if newborns else 4)
    assert {name: len(t) for name, t in joined(parts).items()} == {
        name: len(t) for name, t in whole.items()
    }
    assert joined(parts) == whole


def test_nothing_new_appears_in_months_that_were_played(play) -> None:
    short, long = play(2000, months=12), play(2000, months=24)
    end = pa.scalar(datetime(2025, 1, 1), pa.timestamp("us"))  # noqa: DTZ001

    early = long["encounters"].filter(pc.less(long["encounters"]["admission_time"], end))

    assert early["id"].to_pylist() == short["encounters"]["id"].to_pylist()


def test_what_was_closed_stays_closed(play) -> None:
    short, long = play(3000, months=12), play(3000, months=24)

    for name, closing in {
        "encounters": "discharge_time",
        "diagnoses": "resolved_date",
        "medications": "end_date",
        "patients": "death_date",
    }.items():
        closed = short[name].filter(pc.is_valid(short[name][closing]))
        again = long[name].filter(pc.is_in(long[name]["id"], closed["id"]))
        if name == "medications":
            # A course that was cut short by death ends earlier than prescribed.
            same = pc.less_equal(again[closing], closed[closing])
            assert pc.all(same).as_py()
        else:
            assert again[closing].equals(closed[closing]), name


@pytest.mark.parametrize(
    ("n", "one", "other"), [(2500, 1000, 8192), (2500, 10000, 640), (400, 64, 8192)]
)
def test_block_size_does_not_show(play, n: int, one: int, other: int) -> None:
    assert play(n, months=6, block_size=one) == play(n, months=6, block_size=other)


def test_workers_do_not_show(play) -> None:
    one, two = (play(2000, months=6, block_size=512, workers=w) for w in (1, 2))

    assert one == two


def test_order_of_blocks_does_not_show(library, play) -> None:
    spec = Specification(n=2000, seed=7, start=date(2024, 1, 1), months=6, population=PEOPLE)

    backwards = [simulation.gen_block(spec, b, library=library, size=512) for b in (3, 1, 0, 2)]

    assert joined(backwards) == play(2000, months=6)


def test_a_block_of_fewer_turns_is_that_of_a_shorter_run(library, play) -> None:
    spec = Specification(n=500, seed=7, start=date(2024, 1, 1), months=24, population=PEOPLE)

    assert joined([simulation.gen_block(spec, 0, 6, library=library)]) == play(500, months=6)


def test_first_patients_of_more_are_the_same(play) -> None:
    few, many = play(1000, months=12), play(5000, months=12)
    wanted = few["patients"]["id"]

    for name in set(few) - set(simulation.SHARED):
        own, again = (of_patients(name, run, wanted) for run in (few, many))
        assert again.equals(own), name
    for name in simulation.SHARED:
        again = many[name].filter(pc.is_in(many[name]["id"], few[name]["id"]))
        assert again.equals(few[name]), name


def of_patients(name, run, patients):
    """Return the rows of some patients: relatives who are none may have others."""
    owners = {
        "patients": "id",
        "persons": "id",
        "claim_lines": "claim_id",
        "remittances": "claim_id",
    }
    known = ("patient_id", "member_id")
    owner = owners.get(name) or next(c for c in known if c in run[name].column_names)
    if owner == "claim_id":
        claims = run["claims"].filter(pc.is_in(run["claims"]["patient_id"], patients))
        patients = claims["id"]
    return run[name].filter(pc.is_in(run[name][owner], patients))


def test_seeds_differ(play) -> None:
    assert play(200, months=3, seed=1)["encounters"] != play(200, months=3, seed=2)["encounters"]


def test_golden_signature(play) -> None:
    run = play(300, months=12, seed=7)
    digest = blake2b(digest_size=16)
    for name in sorted(run):
        digest.update(f"{name}{run[name].num_rows}{run[name].to_pylist()!r}".encode())

    assert digest.hexdigest() == GOLDEN
