"""What was done in a workspace is on record, can be read, filtered, seen as code and repeated."""

from __future__ import annotations

from datetime import date, datetime

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import RequestError, SpecificationError, UnknownNameError
from healthsim_nb.operations.noting import started_by
from healthsim_nb.workspace import Workspace

NOON = datetime.fromisoformat("2026-01-15 12:00")
ROWS = {"facilities": [{"id": 1, "name": "Hill Clinic", "facility_type": "clinic", "npi": "1"}]}


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """It is always the same moment."""
    monkeypatch.setattr(Workspace, "_now", staticmethod(lambda: NOON))


@pytest.fixture
def ws():
    with hs.open(":memory:") as ws:
        yield ws


@pytest.fixture
def c(ws):
    return ws.generate("hypertension", n=5, months=2, seed=3, name="five", tags=["a"])


def test_everything_that_is_done_leaves_one_entry_newest_first(ws, c, tmp_path):
    c.extend(1)
    c.add(n=2)
    twin = c.clone("twin")
    ws.merge([c, twin], name="both")
    ws.persist(ROWS, name="mine", references="report")
    c.export("csv", tmp_path / "out", tables=["patients"])
    twin.delete(confirm=True)

    found = ws.history()

    kinds = ["delete", "export", "persist", "merge", "clone", "add", "extend", "generate"]
    assert [entry.kind for entry in found] == kinds
    assert [entry.id for entry in found] == list(range(8, 0, -1))
    assert {entry.status for entry in found} == {"done"}
    assert {entry.began_at for entry in found} == {NOON}
    assert all(entry.seconds > 0 for entry in found)


def test_an_entry_tells_inputs_result_and_rows(ws, c):
    rows = c.brief.rows
    c.extend(1)
    extended, made = ws.history()

    assert made.inputs == {
        "what": "hypertension", "n": 5, "seed": 3, "months": 2, "name": "five", "tags": ["a"]
    }  # fmt: skip
    assert (made.scenario, made.rows) == ("five", rows)
    assert made.result == {"patients": 5, "rows": rows}
    assert (extended.inputs, extended.scenario) == ({"of": "five", "months": 1}, "five")
    assert extended.rows == c.brief.rows - rows


def test_an_entry_is_code_that_does_the_same(ws, c, tmp_path):
    c.export("csv", tmp_path, tables=["patients"])
    ws.persist(ROWS, name="mine", references="report")
    persisted, exported, made = ws.history()

    assert made.code == (
        "ws.generate('hypertension', n=5, seed=3, months=2, name='five', tags=['a'])"
    )
    assert exported.code == (
        f"ws.scenario('five').export('csv', folder={str(tmp_path)!r}, tables=['patients'])"
    )
    assert persisted.code == "ws.persist({'facilities': ...}, name='mine', references='report')"
    with hs.open(":memory:") as other:
        assert eval(made.code, {"ws": other}).signature() == c.signature()  # noqa: S307


def test_an_entry_can_be_repeated_under_a_name_that_is_free(ws, c, tmp_path):
    again = ws.history()[0].again()
    c.export("csv", tmp_path, tables=["patients"])
    (tmp_path / "patients.csv").unlink()

    assert again.name != "five"
    assert again.signature() == c.signature()
    assert ws.history("export")[0].again() == [tmp_path / "patients.csv"]
    assert [entry.kind for entry in ws.history()] == ["export", "export", "generate", "generate"]


def test_rows_of_the_users_own_are_not_kept_and_it_says_so(ws):
    ws.persist(ROWS, name="mine", references="report")

    with pytest.raises(SpecificationError, match=r"Entry 1 \(persist\) cannot be repeated: data"):
        ws.history()[0].again()


def test_what_fails_or_is_stopped_is_on_record(ws):
    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(RequestError):
        ws.generate("nonsense and more of it")
    with pytest.raises(KeyboardInterrupt):
        ws.generate("hypertension", n=2, months=1, progress=stop)

    stopped, failed = ws.history()
    assert (failed.status, stopped.status) == ("failed", "stopped")
    assert failed.result["said"].startswith("Not understood")
    assert "was not saved" in stopped.result["said"]
    assert stopped.rows is None


def test_it_can_be_filtered(ws, c):
    c.extend(1)
    with started_by("widget"):
        ws.generate("hypertension", n=1, months=1, name="other")

    def numbers(*kind, **words):
        return [entry.id for entry in ws.history(*kind, **words)]

    assert numbers("generate") == [3, 1]
    assert numbers(scenario="five") == [2, 1]
    assert numbers(started_by="widget") == [3]
    assert numbers(started_by="python") == [2, 1]
    assert numbers(status="failed") == []
    assert numbers(since=date(2026, 1, 15), until=date(2026, 1, 15)) == [3, 2, 1]
    assert numbers(since=date(2026, 1, 16)) == numbers(until=date(2026, 1, 14)) == []


def test_a_deleted_scenario_stays_in_the_history(ws, c):
    c.delete(confirm=True)

    assert [entry.scenario for entry in ws.history()] == ["five", "five"]


def test_a_workspace_that_is_only_read_keeps_none_and_works(tmp_path):
    with hs.open(tmp_path / "study.duckdb") as ws:
        ws.generate("hypertension", n=1, months=1, name="one")
    with hs.open(tmp_path / "study.duckdb", read_only=True) as ws:
        ws.scenario("one").export("csv", tmp_path / "out", tables=["patients"])

        assert [entry.kind for entry in ws.history()] == ["generate"]


def test_it_is_shown_as_a_table_and_an_empty_one_as_a_sentence(ws):
    assert repr(ws.history()) == "Nothing has been done here yet."
    ws.generate("hypertension", n=1, months=1, name="one")

    head, _, line = repr(ws.history()).splitlines()
    assert head.split() == "no. began what scenario status rows took by result".split()
    assert "one" in line
    assert "python" in line


def test_an_entry_that_does_not_exist_names_those_that_do(ws, c):
    with pytest.raises(SpecificationError, match=r"no entry 7. There are: from 1 to 1"):
        ws.history().entry(7)


def test_every_kind_of_entry_can_be_repeated_and_is_code_that_runs(tmp_path):
    (tmp_path / "facilities.csv").write_text("id,npi,name,facility_type\n1,1,Hill Clinic,clinic\n")
    with hs.open(tmp_path / "study.duckdb") as ws:
        c = ws.generate("hypertension", n=4, months=2, seed=3, name="a", checkpoint_interval=1)
        c.extend(1)
        c.add(n=2)
        c.clone("b")
        ws.merge(["a", "b"], name="both", on_conflict="rename")
        ws.persist(str(tmp_path / "facilities.csv"), name="mine", references="report")
        c.export("csv", tables=["patients"])
        c.save("SELECT id FROM patients", tmp_path / "who.csv")
        c.draft("SELECT id FROM patients", format="json")
        c.validate(severity="error")
        c.share(tmp_path / "a.hsz")
        ws.receive(tmp_path / "a.hsz", name="theirs")
        done = {entry.kind: entry for entry in ws.history()}

        repeated = {kind: entry.again() for kind, entry in done.items()}
        ran = {kind: entry.code for kind, entry in done.items()}
        again = {entry.kind for entry in ws.history()[: len(done)]}

        assert again == set(done) == {
            *("generate", "extend", "add", "clone", "merge", "persist", "export", "save", "draft"),
            *("validate", "share", "receive"),
        }  # fmt: skip
        assert (c.specification.months, c.specification.n) == (4, 8)
        assert repeated["validate"].outcomes[0].rule.severity == "error"
        assert ran["validate"] == "ws.scenario('a').validate(severity='error')"
        assert repeated["export"][0].parent.name == "006-a-csv"
        assert repeated["draft"].suffix == ".json"
        assert repeated["persist"].name != "mine"
        assert repeated["receive"].signature() == ws.scenario("theirs").signature()
        for kind in ("export", "save", "validate"):
            eval(ran[kind], {"ws": ws})  # noqa: S307


def test_an_entry_is_repeated_on_its_scenario_and_on_no_other(ws, c):
    c.extend(1)
    c.clone("five two")
    c.delete(confirm=True)
    deleted, cloned, extended, _ = ws.history()

    for entry in (cloned, extended):
        with pytest.raises(UnknownNameError, match="No scenario named 'five'"):
            entry.again()
    with pytest.raises(SpecificationError, match=r"Entry 4 \(delete\) is not repeated"):
        deleted.again()
    assert [brief.name for brief in ws.scenarios()] == ["five two"]


def test_a_resumed_run_can_be_repeated(tmp_path):
    def stop(done):
        raise KeyboardInterrupt

    with hs.open(tmp_path / "study.duckdb") as ws:
        with pytest.raises(KeyboardInterrupt):
            ws.generate("hypertension", n=3, months=2, checkpoint_interval=1, progress=stop)
        made = ws.resume(ws.runs()[0].run_id)

        assert ws.history("resume")[0].again().signature() == made.signature()
