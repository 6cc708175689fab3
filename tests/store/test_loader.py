"""Loading: all or nothing, in few large inserts, every row once."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref

import duckdb
import pyarrow as pa
import pytest

from healthsim_nb.store import loader, runs, scenarios
from healthsim_nb.store.database import open_database
from healthsim_nb.store.loader import load


@pytest.fixture
def owner(database, now):
    draft = scenarios.Draft("{}", 100, words=("study",))
    return scenarios.create(database, draft, runs.Origin(), now=now)


def found(database, sql, scenario=None):
    with database.cursor(scenario) as cursor:
        return cursor.execute(sql).fetchall()


def test_every_row_arrives_with_its_owner_and_columns_by_name(database, owner, rows):
    batch = rows("encounters", [3, 1, 2])
    turned = batch.select(batch.schema.names[::-1])

    with database.transaction() as cursor:
        counts = load(cursor, owner, [{"encounters": turned}])

    assert counts == {"encounters": 3}
    with database.cursor() as cursor:
        stored = cursor.sql("SELECT * FROM hs.encounters ORDER BY id").to_arrow_table()
    assert set(stored["scenario_id"].to_pylist()) == {owner.scenario_id}
    assert set(stored["run_key"].to_pylist()) == {owner.run_key}
    expected = pa.Table.from_batches([batch]).sort_by("id")
    for name in batch.schema.names:
        assert stored[name].to_pylist() == expected[name].to_pylist(), name


def test_providers_and_facilities_are_kept_once_the_first_of_each(database, owner, rows):
    first, second = rows("providers", [5, 2]), rows("providers", [2, 7, 7, 5])
    place = second.schema.get_field_index("city")
    second = second.set_column(place, "city", pa.array(["elsewhere"] * 4))

    with database.transaction() as cursor:
        counts = load(cursor, owner, [{"providers": first}, {"providers": second}])

    assert counts == {"providers": 3}
    stored = dict(found(database, "SELECT id, city FROM hs.providers"))
    assert sorted(stored) == [2, 5, 7]
    assert [i for i, city in stored.items() if city == "elsewhere"] == [7]


def test_many_small_batches_become_one_insert_a_table(database, owner, blocks, monkeypatch):
    inserts = spy(monkeypatch)

    with database.transaction() as cursor:
        load(cursor, owner, blocks(300, 10))

    assert sorted(inserts) == [
        ("encounters", 900),
        ("facilities", 5),
        ("lab_results", 1500),
        ("patients", 300),
        ("persons", 300),
        ("providers", 13),
    ]


def test_an_insert_waits_for_enough_rows_unless_memory_runs_short(
    database, owner, blocks, monkeypatch
):
    inserts = spy(monkeypatch)
    monkeypatch.setattr(loader, "INSERT_ROWS", 400)

    with database.transaction() as cursor:
        load(cursor, owner, blocks(300, 10))
        assert [n for t, n in inserts if t == "lab_results"] == [400, 400, 400, 300]
        inserts.clear()
        monkeypatch.setattr(loader, "INSERT_ROWS", 10**9)
        monkeypatch.setattr(loader, "BUFFER_BYTES", 100_000)
        counts = load(cursor, owner, blocks(300, 10))

    assert len(inserts) > 10
    assert {t: sum(n for name, n in inserts if name == t) for t in counts} == counts


def spy(monkeypatch):
    inserts, insert = [], loader._insert

    def watched(cursor, owner, table, arriving):
        inserts.append((table, arriving.num_rows))
        insert(cursor, owner, table, arriving)

    monkeypatch.setattr(loader, "_insert", watched)
    return inserts


def test_inserts_have_whole_row_groups_of_one_batch_each(database, owner, rows, monkeypatch):
    monkeypatch.setattr(loader, "ROW_GROUP", 100)
    monkeypatch.setattr(loader, "INSERT_ROWS", 250)
    arrived = []

    def put(cursor, owner, table, arriving):
        arrived.append([batch["id"].to_pylist() for batch in arriving.to_batches()])

    with database.transaction() as cursor:
        load(
            cursor,
            owner,
            [{"encounters": rows("encounters", range(at, at + 90))} for at in range(0, 720, 90)],
            put=put,
        )

    assert [[len(batch) for batch in insert] for insert in arrived] == [
        [100, 100],
        [100, 100],
        [100, 100, 100],
        [20],
    ]
    assert [i for insert in arrived for batch in insert for i in batch] == list(range(720))


def test_rows_that_are_inserted_are_not_kept_in_memory_until_the_commit(
    database, owner, rows, monkeypatch
):
    tables, insert = [], loader._insert

    def watched(cursor, owner, table, arriving):
        tables.append(weakref.ref(arriving))
        insert(cursor, owner, table, arriving)

    monkeypatch.setattr(loader, "_insert", watched)
    with database.transaction() as cursor:
        load(cursor, owner, [{"patients": rows("patients", range(1000))}])
        gc.collect()

        assert [reference() for reference in tables] == [None]


def test_blocks_may_keep_texts_in_different_ways(database, owner, rows):
    first = rows("patients", [1, 2])
    place = first.schema.get_field_index("city")
    second = rows("patients", [3]).set_column(place, "city", pa.array(["plain"]))

    with database.transaction() as cursor:
        load(cursor, owner, [{"patients": first}, {"patients": second}])

    assert found(database, "SELECT city FROM patients WHERE id = 3") == [("plain",)]


def test_columns_that_are_missing_or_unknown_are_named(database, owner, rows):
    batch = rows("patients", [1])
    batch = batch.rename_columns([n if n != "city" else "town" for n in batch.schema.names])

    with (
        pytest.raises(ValueError, match=r"patients: .* missing or not declared: city, town"),
        database.transaction() as cursor,
    ):
        load(cursor, owner, [{"patients": batch}])


def test_progress_tells_the_patients_so_far(database, owner, blocks):
    told = []

    with database.transaction() as cursor:
        load(cursor, owner, blocks(25, 10), told.append)

    assert told == [10, 20, 25]


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()], ids=["bug", "ctrl-c"])
def test_a_failure_in_the_middle_leaves_the_rows_as_they_were(
    database, save, owner, blocks, monkeypatch, error
):
    monkeypatch.setattr(loader, "INSERT_ROWS", 100)
    save(database, blocks(30, 10), "before")

    def failing():
        yield from blocks(200, 20)
        raise error

    with pytest.raises(type(error)), database.transaction() as cursor:
        load(cursor, owner, failing())

    assert found(database, "SELECT count(*), count(DISTINCT scenario_id) FROM patients") == [
        (30, 1)
    ]
    assert found(database, "SELECT count(*) FROM lab_results") == [(150,)]


def test_a_failing_insert_is_the_error_that_is_raised(database, owner, rows):
    batch = rows("patients", [1])
    place = batch.schema.get_field_index("mrn")
    batch = batch.set_column(place, "mrn", pa.array([None], pa.string()))

    with (
        pytest.raises(
            duckdb.ConstraintException, match=r"NOT NULL constraint failed: patients\.mrn"
        ),
        database.transaction() as cursor,
    ):
        load(cursor, owner, [{"patients": batch}])

    assert found(database, "SELECT count(*) FROM patients") == [(0,)]


def test_a_cancelled_load_does_not_wait_for_a_long_insert(database, owner, monkeypatch, rows):
    started = threading.Event()

    def endless(cursor, owner, table, arriving):
        started.set()
        cursor.execute("SELECT count(*) FROM range(1000000000000) a, range(1000) b").fetchall()

    def cancelled():
        yield {"patients": rows("patients", [1])}
        assert started.wait(10)
        raise KeyboardInterrupt

    monkeypatch.setattr(loader, "_insert", endless)
    monkeypatch.setattr(loader, "INSERT_ROWS", 1)
    with pytest.raises(KeyboardInterrupt), database.transaction() as cursor:
        load(cursor, owner, cancelled())

    assert found(database, "SELECT count(*) FROM patients") == [(0,)]


def test_others_see_nothing_of_a_scenario_until_it_is_whole(database, owner, blocks, now):
    with database.transaction() as cursor:
        counts = load(cursor, owner, blocks(20, 10))
        assert found(database, "SELECT count(*) FROM patients") == [(0,)]
        scenarios.finish(cursor, owner, counts, now=now)

    assert found(database, "SELECT count(*) FROM patients") == [(20,)]
    assert found(database, "SELECT status, row_count FROM scenarios") == [("ready", 218)]
    assert found(database, "SELECT status, row_count, finished_at FROM runs") == [
        ("finished", 218, now)
    ]


def test_two_scenarios_can_be_loaded_at_the_same_time(database, save, blocks):
    errors = []

    def work(name):
        try:
            save(database, blocks(500, 50), name)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"study {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not errors
    assert found(
        database, "SELECT scenario_id, count(*) FROM lab_results GROUP BY 1 ORDER BY 1"
    ) == [(n, 2500) for n in range(1, 5)]


DIE = """
import os, sys
sys.path.insert(0, sys.argv[2])
import conftest as shared
from healthsim_nb.store import loader, runs, scenarios
from healthsim_nb.store.database import open_database
database = open_database(sys.argv[1], now=shared.NOW)
shared._save(database, shared._blocks(40, 10), "whole")
if sys.argv[3] == "after the commit":
    os._exit(3)
loader.INSERT_ROWS = 100
owner = scenarios.create(
    database, scenarios.Draft("{}", 1, name="half"), runs.Origin(), now=shared.NOW
)
def dying():
    yield from shared._blocks(5000, 500)
    os._exit(3)
with database.transaction() as cursor:
    loader.load(cursor, owner, dying())
"""


@pytest.mark.parametrize("moment", ["after the commit", "in the middle"])
def test_a_program_that_dies_keeps_what_is_whole_and_nothing_else(tmp_path, now, moment):
    path, here = tmp_path / "study.duckdb", os.path.dirname(__file__)  # noqa: PTH120
    done = subprocess.run([sys.executable, "-c", DIE, path, here, moment], check=False)
    assert done.returncode == 3

    database = open_database(path, now=now)

    assert found(database, "SELECT name, status FROM scenarios") == [("whole", "ready")]
    assert found(database, "SELECT count(*) FROM patients") == [(40,)]
    assert found(database, "SELECT count(*) FROM lab_results") == [(200,)]
    database.close()
