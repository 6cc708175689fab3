"""Several threads of one program share a workspace; a reader sees before or after, never half."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

import healthsim_nb as hs

ANN = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1950-01-01", "gender": "F"}


@pytest.fixture
def ws(tmp_path):
    with hs.open(tmp_path / "study.duckdb") as ws:
        ws.persist({"patients": [ANN] * 3}, name="base")
        yield ws


def test_names_made_by_several_threads_never_collide(ws):
    def make(i):
        return ws.persist({"patients": [ANN]}, context="heart failure clinic").name

    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(make, range(12)))

    assert len(set(names)) == 12
    first = min(names, key=len)
    assert set(names) == {first, *(f"{first}-{n}" for n in range(2, 13))}


def test_copies_and_deletions_of_several_threads_do_not_disturb_each_other(ws):
    base = ws.scenario("base")
    before = base.signature()

    def work(i):
        copy = base.clone(f"copy {i}")
        copy.tag(f"t{i}")
        found = copy.signature()
        if i % 2:
            copy.delete(confirm=True)
        return found

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work, range(8))) == {before}

    assert {b.name for b in ws.scenarios()} == {"base", *(f"copy {i}" for i in range(0, 8, 2))}
    assert base.signature() == before


def test_a_reader_sees_a_scenario_before_or_after_but_never_half(ws):
    c, stop, seen = ws.scenario("base"), Event(), set()

    def read():
        while not stop.is_set():
            rows = c.query(
                "SELECT (SELECT count(*) FROM patients), (SELECT count(*) FROM persons)"
            ).rows
            seen.add(rows[0])

    with ThreadPoolExecutor(2) as pool:
        reading = [pool.submit(read) for _ in range(2)]
        for _ in range(4):
            ws.persist({"patients": [ANN] * 500}, name="base")
        stop.set()
        for one in reading:
            one.result()

    assert seen <= {(3 + 500 * i, 3 + 500 * i) for i in range(5)}
    assert c.counts["patients"] == 2003
