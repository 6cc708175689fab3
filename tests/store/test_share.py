"""A scenario travels in one file; a file that is not what it says never touches the workspace."""

from __future__ import annotations

import json
import zipfile
from hashlib import blake2b

import duckdb
import pytest

import healthsim_nb as hs
from healthsim_nb.errors import ExportError, ShareError, SpecificationError
from healthsim_nb.store.migrations import known
from healthsim_nb.store.migrations.difference import shape
from healthsim_nb.store.sharing.manifest import SEAL


@pytest.fixture(scope="module")
def sender():
    with hs.open(":memory:") as ws:
        c = ws.generate("diabetes-management", n=20, seed=3, months=3, name="mine", tags=["a", "b"])
        ann = {"given_name": 'Zoë "Ann"\n', "family_name": "", "birth_date": "1950-03-01"}
        ws.persist({"patients": [{**ann, "gender": "F"}]}, name="mine")
        yield c


@pytest.fixture(scope="module")
def shared(sender, tmp_path_factory):
    return sender.share(tmp_path_factory.mktemp("shared") / "mine.hsz")


@pytest.fixture
def ws():
    with hs.open(":memory:") as ws:
        ws.persist({"facilities": [{"npi": "1", "name": "x", "facility_type": "clinic"}]}, name="x")
        yield ws


def test_a_scenario_arrives_as_it_was(sender, shared, ws):
    c = ws.receive(shared)

    assert c.name == "mine"
    assert c.tags == ("a", "b")
    assert c.counts == sender.counts
    assert c.signature() == sender.signature()
    assert c.specification == sender.specification
    assert c.brief.patients == sender.brief.patients == 21
    columns = ["source_type", "template", "seed"]
    there, here = (
        x.df("patients", provenance=True).groupby(columns, dropna=False).size() for x in (sender, c)
    )
    assert list(there) == list(here) == [20, 1]
    c.extend(months=1)
    sender_again = sender.clone("again")
    sender_again.extend(months=1)
    assert c.signature() == sender_again.signature()
    sender_again.delete(confirm=True)


def test_it_can_be_called_something_else_where_its_name_is_taken(shared, ws):
    ws.receive(shared)

    with pytest.raises(SpecificationError, match="A scenario named 'mine' exists already: choose"):
        ws.receive(shared)
    assert ws.receive(shared, name="theirs").name == "theirs"


def refused(ws, path):
    """Return why a file is refused, and see that nothing has changed."""
    before = state(ws)
    with pytest.raises(ShareError) as caught:
        ws.receive(path)
    assert state(ws) == before
    return str(caught.value)


def state(ws):
    with ws.cursor() as cursor:
        return (
            [brief.name for brief in ws.scenarios()],
            cursor.execute("SELECT count(*) FROM hs.runs").fetchall(),
            cursor.execute("SELECT count(*) FROM hs.patients").fetchall(),
            cursor.execute("SELECT count(*) FROM hs.scenarios").fetchall(),
        )


@pytest.mark.parametrize("part", [0.0, 0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999, 1.0])
def test_a_changed_byte_is_noticed_wherever_it_is(shared, ws, tmp_path, part):
    content = bytearray(shared.read_bytes())
    content[min(int(part * len(content)), len(content) - 1)] ^= 1
    path = tmp_path / "changed.hsz"
    path.write_bytes(content)

    assert refused(ws, path) in (
        f"{path} is not as it was written: it was changed or cut on its way. Have it sent again.",
        f"{path} is no shared scenario: c.share() writes one.",
    )


def test_a_file_that_was_cut_or_grew_is_noticed(shared, ws, tmp_path):
    content = shared.read_bytes()
    path = tmp_path / "cut.hsz"
    for wrong in (content[:-1], content[: len(content) // 2], content + b"x"):
        path.write_bytes(wrong)
        assert "is not as it was written" in refused(ws, path)


def repacked(shared, path, change=None, *, more=(), fold=False):
    """Write a file again as a forger would: changed, and sealed anew."""
    kind = zipfile.ZIP_DEFLATED if fold else zipfile.ZIP_STORED
    with zipfile.ZipFile(shared) as source, zipfile.ZipFile(path, "w", kind) as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "manifest.json" and change:
                said = json.loads(text)
                change(said)
                text = json.dumps(said).encode()
            target.writestr(name, text)
        for name, text in more:
            target.writestr(name, text)
        target.comment = SEAL + b"0" * 32
    content = path.read_bytes()[:-32]
    path.write_bytes(content + blake2b(content, digest_size=16).hexdigest().encode())
    return path


@pytest.mark.parametrize("name", ["../../evil.py", "/etc/passwd", "sub/patients.parquet", "x.py"])
def test_a_path_that_climbs_out_is_not_opened(shared, ws, tmp_path, name):
    path = repacked(shared, tmp_path / "a.hsz", more=[(name, b"x")])

    assert refused(ws, path) == (
        f"{path} holds a file that is none of a scenario's: {name!r}. It was not opened."
    )


def test_a_bomb_is_not_opened(shared, ws, tmp_path):
    path = repacked(shared, tmp_path / "a.hsz", fold=True)

    assert "folded up: it was not opened." in refused(ws, path)


def with_table(shared, path, sql, **said):
    """Write a file whose table of patients is another."""
    file = path.with_suffix(".parquet")
    with duckdb.connect() as con:
        con.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    content = file.read_bytes()
    rows = said.pop("rows", 1)

    def change(manifest):
        digest = blake2b(content, digest_size=16).hexdigest()
        table = {"rows": rows, "bytes": len(content), "hash": digest}
        manifest["tables"] = {"patients": table}

    with zipfile.ZipFile(shared) as source, zipfile.ZipFile(path.with_suffix(".z"), "w") as target:
        target.writestr("manifest.json", source.read("manifest.json"))
        target.writestr("patients.parquet", content)
    return repacked(path.with_suffix(".z"), path, change)


def test_a_table_that_unfolds_beyond_measure_is_not_opened(shared, ws, tmp_path):
    sql = "SELECT 0 AS run_place, 1 AS id FROM range(20000000)"

    path = with_table(shared, tmp_path / "a.hsz", sql, rows=20_000_000)

    assert "patients would unfold to far more than its size" in refused(ws, path)


WRONG = {
    "SELECT 1 AS x": "patients does not say which run its rows are of",
    "SELECT 0 AS run_place, 1 AS id": "holds rows that no scenario can have",
    "SELECT 9 AS run_place, 1 AS id": "holds rows that no scenario can have",
    "SELECT 0 AS run_place, 1 AS id FROM range(2)": "has 2 rows, its manifest says 1",
}


@pytest.mark.parametrize("sql", WRONG)
def test_a_table_of_other_rows_is_refused(shared, ws, tmp_path, sql):
    assert WRONG[sql] in refused(ws, with_table(shared, tmp_path / "a.hsz", sql))


def later(said):
    said["version"] = 2
    said["colour"] = "blue"


CHANGES = {
    "later layout": (later, "was written by a later version of healthsim_nb: pip install"),
    "later schema": (lambda m: m.update(schema_version=99), "was written by a later version"),
    "other rows": (lambda m: m.update(signature="0" * 32), "holds other rows than its manifest"),
    "a table too many": (
        lambda m: m["tables"].update(secrets=m["tables"]["patients"]),
        "does not hold each table of its manifest once",
    ),
    "a hostile table": (
        lambda m: m["tables"].update({"x; DROP TABLE y": m["tables"]["patients"]}),
        "has a manifest that is wrong: tables.x; DROP TABLE y",
    ),
    "nonsense": (lambda m: m.update(patients="many"), "has a manifest that is wrong: patients: "),
    "another format": (lambda m: m.update(format="zip"), "has a manifest that is wrong: format: "),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_manifest_that_cannot_be_is_refused(shared, ws, tmp_path, what):
    change, said = CHANGES[what]

    assert said in refused(ws, repacked(shared, tmp_path / "a.hsz", change))


def test_what_is_no_shared_file_is_refused(ws, tmp_path):
    text, folder = tmp_path / "notes.txt", tmp_path
    text.write_text("nothing here")

    assert refused(ws, text) == f"{text} is no shared scenario: c.share() writes one."
    assert refused(ws, folder) == f"{folder} is a folder: name a file that c.share() has written."
    assert "does not exist: name a file" in refused(ws, tmp_path / "nowhere.hsz")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a", "b")
    assert "is not as it was written" in refused(ws, tmp_path / "other.zip")


def test_what_cannot_be_written_is_said(sender, tmp_path):
    with pytest.raises(ExportError, match="is a folder: name a file in it"):
        sender.share(tmp_path)
    with pytest.raises(ExportError, match="there is no folder"):
        sender.share(tmp_path / "no" / "x.hsz")


def test_a_workspace_is_not_overwritten_by_what_it_shares(tmp_path):
    path = tmp_path / "study.duckdb"
    with hs.open(path) as ws:
        c = ws.persist({"plans": []}, name="empty")
        with pytest.raises(ExportError, match="is the workspace itself: share into another file"):
            c.share(path)


def test_a_file_of_an_earlier_schema_is_brought_up_to_date(shared, ws, tmp_path, now):
    """Schema 1 with a required column that later may be missing: the rows are the same."""
    with zipfile.ZipFile(shared) as source:
        source.extract("patients.parquet", tmp_path)
    with duckdb.connect() as con:
        con.execute(known()[0].sql)
        columns = ", ".join(list(shape(con)["patients"])[2:])
    sql = (
        f"SELECT run_place, {columns} FROM '{tmp_path / 'patients.parquet'}' "
        "WHERE ssn IS NOT NULL AND id < 10**17"
    )
    file = with_table(shared, tmp_path / "b.hsz", sql, rows=20)
    old = repacked(file, tmp_path / "c.hsz", lambda m: m.update(schema_version=1))
    assert known()[-1].version > 1

    c = ws.receive(old)

    assert c.counts["patients"] == 20
    assert c.query("SELECT min(length(mrn)) FROM patients").rows == [(8,)]
