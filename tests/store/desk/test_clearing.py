"""Reset leaves an empty workspace that works, delete leaves nothing; others are not touched."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import SpecificationError, UnknownNameError, WorkspaceError
from healthsim_nb.schema import tables

WHAT = {"n": 3, "months": 2, "name": "three", "checkpoint_interval": 1}


@pytest.fixture
def folder(tmp_path):
    """A folder with a workspace that has something of everything, and another one."""
    with hs.open(tmp_path / "study.duckdb.bak.duckdb") as other:
        other.generate("hypertension", **WHAT)
    (tmp_path / "study.duckdb.schema-1.bak").write_text("as it was")
    (tmp_path / "notes.txt").write_text("mine")
    return tmp_path


@pytest.fixture
def ws(folder):
    with hs.open(folder / "study.duckdb") as ws:
        c = ws.generate("hypertension", **WHAT)
        c.export("csv", folder / "elsewhere", tables=["patients"])
        c.draft("SELECT * FROM patients")
        c.note("mine")
        ws.switch_rule(ws.rules()[0].id, on=False)
        ws.keep_widget_inputs("a.ipynb", "grid", {"page": 2})
        with ws.cursor() as cursor:
            cursor.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
            cursor.execute("CREATE TABLE child (id INTEGER REFERENCES parent (id))")
            cursor.execute("CREATE VIEW seen AS SELECT * FROM child")
            cursor.execute("CREATE MACRO twice(x) AS 2 * x")
            cursor.execute("CREATE SCHEMA mine")
            cursor.execute("CREATE TABLE mine.own (id INTEGER)")
        yield ws


def rows(ws):
    """Return the tables that have rows, and every object that a new workspace has not."""
    with ws.cursor() as cursor:
        filled = [
            name
            for name in tables()
            if cursor.execute(f"SELECT count(*) FROM hs.{name}").fetchall() != [(0,)]
        ]
        names = cursor.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables ORDER BY ALL"
        ).fetchall()
    return filled, names


def test_nothing_is_cleared_by_a_slip(ws):
    with pytest.raises(SpecificationError, match=r"1 scenario, 1 run, 1 note, .*reset\(confirm=T"):
        ws.reset()
    with pytest.raises(SpecificationError, match=r"cannot be undone: say \.delete\(confirm=True\)"):
        ws.delete(confirm="yes")

    assert ws.scenario("three").counts["patients"] == 3


def test_reset_leaves_an_empty_workspace_that_works(ws, folder):
    before = ws.scenario("three")
    ws.reset(confirm=True)

    with hs.open(":memory:") as new:
        assert rows(ws) == rows(new)
    assert sorted(path.name for path in folder.glob("study.duckdb*")) == [
        "study.duckdb",
        "study.duckdb.bak.duckdb",
        "study.duckdb.bak.duckdb.runs",
        "study.duckdb.schema-1.bak",
    ]
    assert (folder / "elsewhere" / "patients.csv").exists()
    made = ws.generate("hypertension", **WHAT)
    assert made.counts["patients"] == 3
    assert made.id != before.id
    with pytest.raises(UnknownNameError):
        _ = before.brief


def test_a_workspace_that_was_reset_is_so_when_it_is_opened_again(ws, folder):
    ws.reset(confirm=True)
    ws.close()

    with hs.open(folder / "study.duckdb") as again:
        assert again.scenarios() == []
        assert str(again.contents).endswith("study.duckdb (empty)")


def test_a_reset_that_fails_changes_nothing(ws, monkeypatch):
    import duckdb

    def fail(*_, **__):
        raise duckdb.IOException("no room")

    with monkeypatch.context() as patch:
        patch.setattr("healthsim_nb.store.migrations.fill", fail)
        with pytest.raises(WorkspaceError, match=r"was not reset, .*no room"):
            ws.reset(confirm=True)

    assert ws.scenario("three").counts["patients"] == 3
    assert len(ws.notes()) == 1
    assert ws.outputs("draft")[0].there


def test_delete_removes_all_of_its_files_and_no_others(ws, folder):
    gone = ws.delete(confirm=True)

    assert ws.closed
    assert {path.name for path in gone} == {
        "study.duckdb",
        "study.duckdb.outputs",
        "study.duckdb.runs",
        "study.duckdb.schema-1.bak",
    }
    assert sorted(path.name for path in folder.iterdir()) == [
        "elsewhere",
        "notes.txt",
        "study.duckdb.bak.duckdb",
        "study.duckdb.bak.duckdb.runs",
    ]
    with hs.open(folder / "study.duckdb.bak.duckdb") as other:
        assert other.scenario("three").counts["patients"] == 3
        assert other.runs()[0].checkpoints == (1, 2)
    with hs.open(folder / "study.duckdb") as new:
        assert new.scenarios() == []


def test_what_is_in_memory_or_only_read_is_not_deleted(folder, ws):
    ws.close()
    with hs.open(folder / "study.duckdb", read_only=True) as ws:
        for clear in (ws.reset, ws.delete):
            with pytest.raises(WorkspaceError, match="open read-only"):
                clear(confirm=True)
    with hs.open(":memory:") as ws:
        with pytest.raises(WorkspaceError, match="in memory has no files"):
            ws.delete(confirm=True)
        ws.generate("hypertension", n=1, months=1)
        ws.reset(confirm=True)
        assert ws.scenarios() == []


def test_contents_are_told_in_words(ws):
    told = str(ws.contents)

    assert "1 scenario, 1 run, 1 note, 2 outputs, 1 rule, 3 history entries" in told
    assert "and of your own child, own, parent, seen, twice" in told
