"""Opening: one instance a process and file, clear refusals, nothing left by a program that died."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading

import duckdb
import pytest

from healthsim_nb.errors import (
    SpecificationError,
    WorkspaceDamagedError,
    WorkspaceError,
    WorkspaceLockedError,
    WorkspaceTooNewError,
)
from healthsim_nb.store import runs, scenarios
from healthsim_nb.store.database import open_database
from healthsim_nb.store.refusals import refusal

HOLD = """
import sys, duckdb
held = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read-only")
print("held", flush=True)
sys.stdin.read()
"""
TRY = """
import sys, duckdb
try:
    duckdb.connect(sys.argv[1])
    print("opened")
except duckdb.IOException:
    print("locked")
"""


@pytest.fixture
def held(tmp_path, now):
    """Hold the file study.duckdb in another process, in one mode or the other."""
    path, others = tmp_path / "study.duckdb", []
    open_database(path, now=now).close()

    def hold(mode):
        other = subprocess.Popen(
            [sys.executable, "-c", HOLD, path, mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        others.append(other)
        assert other.stdout.readline() == "held\n"
        return path, other.pid

    yield hold
    for other in others:
        other.communicate(timeout=30)


def elsewhere(path):
    """Return whether another process can open the file now."""
    done = subprocess.run(
        [sys.executable, "-c", TRY, path], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def rows(database, sql):
    with database.cursor() as cursor:
        return cursor.execute(sql).fetchall()


def test_a_file_is_made_and_opened_again_with_what_it_holds(tmp_path, now, save):
    path = tmp_path / "study.duckdb"
    first = open_database(path, now=now)
    save(first, [], "kept")
    first.close()

    again = open_database(str(path), now=now)

    assert rows(again, "SELECT name FROM scenarios") == [("kept",)]
    again.close()


def test_two_handles_in_one_process_share_the_file(tmp_path, now, save):
    path = tmp_path / "study.duckdb"
    first, second = open_database(path, now=now), open_database(path, now=now)
    save(first, [], "one")

    assert second is first
    first.close()
    assert rows(second, "SELECT name FROM scenarios") == [("one",)]
    second.close()
    assert second.closed
    assert elsewhere(path) == "opened"


def test_memory_is_not_shared(now):
    first, second = open_database(":memory:", now=now), open_database(":memory:", now=now)

    assert first is not second
    first.close()
    second.close()


def test_many_threads_open_the_same_instance(tmp_path, now):
    path, found = tmp_path / "study.duckdb", []
    threads = [
        threading.Thread(target=lambda: found.append(open_database(path, now=now)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    for database in found:
        database.close()
    assert found[0].closed


def test_a_forgotten_cursor_does_not_keep_the_file_locked(tmp_path, now):
    path = tmp_path / "study.duckdb"
    database = open_database(path, now=now)
    forgotten = database.cursor()
    forgotten.execute("SELECT * FROM range(1000000)")

    database.close()

    assert elsewhere(path) == "opened"


def test_a_closed_workspace_says_so(database):
    database.close()
    database.close()

    with pytest.raises(
        WorkspaceError, match=r"study\.duckdb is closed: open it again with hs\.open"
    ):
        database.cursor()


def test_each_cursor_has_the_scenario_it_was_made_for(database, save, blocks):
    first = save(database, blocks(3, 3), "three")
    save(database, blocks(5, 5), "five")

    with database.cursor(first.scenario_id) as bound, database.cursor() as free:
        assert bound.execute("SELECT count(*) FROM patients").fetchall() == [(3,)]
        assert free.execute("SELECT count(*) FROM patients").fetchall() == [(8,)]


def test_a_transaction_that_fails_leaves_nothing(database):
    def fail():
        with database.transaction() as cursor:
            cursor.execute("INSERT INTO hs.scenario_tags VALUES (1, 'pilot', now()::TIMESTAMP)")
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert rows(database, "SELECT * FROM scenario_tags") == []


def test_a_transaction_that_fails_by_a_statement_says_what_failed(database):
    with pytest.raises(duckdb.CatalogException), database.transaction() as cursor:
        cursor.execute("INSERT INTO hs.nonsense VALUES (1)")


def test_another_process_that_holds_the_file_is_named_with_three_remedies(held, now):
    path, pid = held("read-write")

    with pytest.raises(WorkspaceLockedError) as caught:
        open_database(path, now=now)

    said = str(caught.value)
    assert said.startswith(f"{path} is open in another program (process {pid}: ")
    assert said.endswith(
        "probably another notebook. Do one of: close it there with ws.close() or by stopping its "
        "kernel; work on a copy of the file; open it both read-only."
    )
    assert "\n" not in said


def test_a_file_that_is_only_read_elsewhere_can_be_read_here_and_the_message_says_so(held, now):
    path, _ = held("read-only")

    with pytest.raises(WorkspaceLockedError, match=r"here too: hs\.open\(path, read_only=True\)"):
        open_database(path, now=now)
    reader = open_database(path, now=now, read_only=True)
    assert rows(reader, "SELECT * FROM scenarios") == []
    reader.close()


def test_opening_and_using_never_gives_the_lock_away(tmp_path, now):
    path = tmp_path / "study.duckdb"
    database, again = open_database(path, now=now), open_database(path, now=now)
    again.close()

    assert elsewhere(path) == "locked"
    database.close()


def test_a_file_open_in_this_process_by_duckdb_itself_is_shared(tmp_path, now):
    path = tmp_path / "study.duckdb"
    with duckdb.connect(path) as own:
        database = open_database(path, now=now)
        assert own.execute("SELECT count(*) FROM hs.scenarios").fetchall() == [(0,)]
        assert elsewhere(path) == "locked"
        database.close()


def test_a_file_open_in_this_process_in_another_way_says_so(tmp_path, now):
    path = tmp_path / "study.duckdb"
    open_database(path, now=now).close()
    with (
        duckdb.connect(path, read_only=True),
        pytest.raises(
            WorkspaceLockedError, match="is open in this program already, in another way"
        ),
    ):
        open_database(path, now=now)


def test_read_only_refuses_changes_with_a_sentence(tmp_path, now):
    path = tmp_path / "study.duckdb"
    open_database(path, now=now).close()
    reader = open_database(path, now=now, read_only=True)

    with pytest.raises(WorkspaceError, match="is open read-only: it cannot be changed"):
        scenarios.create(reader, scenarios.Draft("{}", 1, name="x"), runs.Origin(), now=now)
    with pytest.raises(WorkspaceError, match="is open read-only in this program: close it first"):
        open_database(path, now=now)
    reader.close()


def test_read_only_needs_a_file(tmp_path, now):
    with pytest.raises(WorkspaceError, match=r"does not exist, so it cannot be opened read-only\."):
        open_database(tmp_path / "none.duckdb", now=now, read_only=True)
    with pytest.raises(WorkspaceError, match="in memory begins empty, so it cannot be read-only"):
        open_database(":memory:", now=now, read_only=True)


def test_what_is_not_a_database_is_refused_and_left_as_it_is(tmp_path, now):
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 1000)
    before = path.read_bytes()

    with pytest.raises(WorkspaceDamagedError) as caught:
        open_database(path, now=now)

    assert str(caught.value) == (
        f"{path} is not a DuckDB database: open another file, or begin one under a new name."
    )
    assert path.read_bytes() == before


def test_an_sqlite_file_is_refused_and_nothing_is_fetched(tmp_path, now):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (a)")
    other.close()

    with pytest.raises(WorkspaceDamagedError, match="is not a DuckDB database"):
        open_database(path, now=now)


@pytest.mark.parametrize("part", ["short", "middle"])
def test_a_damaged_file_is_refused_with_duckdbs_own_words(tmp_path, now, save, blocks, part):
    path = tmp_path / "study.duckdb"
    database = open_database(path, now=now)
    save(database, blocks(500, 500))
    database.close()
    whole = path.read_bytes()
    path.write_bytes(
        whole[:5000] if part == "short" else whole[:4096] + bytes(8192) + whole[12288:]
    )

    with pytest.raises(WorkspaceDamagedError) as caught:
        open_database(path, now=now)

    said = str(caught.value)
    assert said.startswith(f"{path} is a damaged database: take a copy from before, or begin a new")
    assert "DuckDB says: " in said
    assert "\n" not in said


def test_a_folder_a_missing_folder_and_a_silly_limit_are_said(tmp_path, now):
    with pytest.raises(WorkspaceError, match=r"is a folder: name a file in it, such as .*study\.d"):
        open_database(tmp_path, now=now)
    with pytest.raises(WorkspaceError, match=r"cannot be made: there is no folder .*nowhere\."):
        open_database(tmp_path / "nowhere" / "x.duckdb", now=now)
    with pytest.raises(SpecificationError, match=r"such as '4GB' or '500MB'; got 'lots'\."):
        open_database(tmp_path / "x.duckdb", now=now, memory_limit="lots")
    assert elsewhere(tmp_path / "x.duckdb") == "opened"


def test_a_file_that_the_system_refuses_is_said_in_the_systems_words(tmp_path):
    said = duckdb.IOException('IO Error: Cannot open file "/x/study.duckdb": Permission denied')

    error = refusal(tmp_path / "study.duckdb", said)

    assert type(error) is WorkspaceError
    assert str(error).endswith("study.duckdb cannot be opened: permission denied.")


def test_a_file_that_was_removed_while_it_was_open_is_not_opened_again(tmp_path, now):
    path = tmp_path / "study.duckdb"
    database = open_database(path, now=now)
    path.unlink()

    with pytest.raises(WorkspaceError, match="was removed while it was open here: close it before"):
        open_database(path, now=now)
    database.close()
    open_database(path, now=now).close()


def test_a_file_of_a_later_duckdb_is_refused_with_the_way_to_upgrade(tmp_path):
    said = duckdb.IOException(
        "IO Error: Trying to read a database file with version number 69, but we can only read "
        "versions between 64 and 68.\nThe database file was created with a newer version of DuckDB."
    )

    error = refusal(tmp_path / "study.duckdb", said)

    assert isinstance(error, WorkspaceTooNewError)
    assert str(error).endswith(
        "was written by a later version of DuckDB (storage 69, this one reads up to 68): "
        'upgrade it with pip install --upgrade "duckdb<3".'
    )


def test_the_memory_limit_holds_and_a_load_gives_the_order_of_rows_back(tmp_path, now):
    database = open_database(tmp_path / "x.duckdb", now=now, memory_limit="300MB")

    def setting(name):
        return rows(database, f"SELECT current_setting('{name}')")[0][0]

    assert setting("memory_limit") == "286.1 MiB"
    with database.loading(), database.loading():
        assert setting("preserve_insertion_order") is False
    assert setting("preserve_insertion_order") is True
    database.close()


def test_what_a_program_that_died_was_building_is_removed(tmp_path, now, save, blocks):
    path = tmp_path / "study.duckdb"
    database = open_database(path, now=now)
    save(database, blocks(10, 10), "ready")
    owner = scenarios.create(
        database, scenarios.Draft("{}", 5, name="half", tags=("x",)), runs.Origin(), now=now
    )
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO hs.patients SELECT * REPLACE (? AS scenario_id) FROM hs.patients",
            [owner.scenario_id],
        )
    database.close()

    database = open_database(path, now=now)

    assert rows(database, "SELECT name FROM scenarios") == [("ready",)]
    assert rows(database, "SELECT count(*) FROM patients") == [(10,)]
    assert rows(database, "SELECT count(*) FROM runs") == [(1,)]
    assert rows(database, "SELECT count(*) FROM scenario_tags") == [(0,)]
    database.close()
