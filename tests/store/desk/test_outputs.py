"""What is written from a workspace is filed: numbered, dated, listed."""

from __future__ import annotations

import shutil
from datetime import datetime

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import ExportError, QueryError, SpecificationError, UnknownNameError
from healthsim_nb.workspace import Workspace

NOON = datetime.fromisoformat("2026-01-15 12:00")
ANN = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1950-01-01", "gender": "F"}
WHO = "SELECT id, family_name FROM patients"


@pytest.fixture
def ws(tmp_path, monkeypatch):
    monkeypatch.setattr(Workspace, "_now", staticmethod(lambda: NOON))
    with hs.open(tmp_path / "study.duckdb") as ws:
        ws.persist({"patients": [ANN]}, name="clinic")
        yield ws


@pytest.fixture
def clinic(ws):
    return ws.scenario("clinic")


def test_artefacts_are_numbered_and_drafts_are_dated(ws, clinic, tmp_path):
    clinic.export("csv", tmp_path / "out", tables=["patients"])
    clinic.save(WHO, tmp_path / "who.parquet")
    clinic.draft(WHO)
    clinic.draft(WHO, format="json")
    clinic.share(tmp_path / "clinic.hsz")

    found = ws.outputs()

    assert [(o.number, o.kind, o.format, o.what, o.files) for o in found] == [
        (3, "artefact", "hsz", "the scenario", 1),
        (None, "draft", "json", WHO, 1),
        (None, "draft", "csv", WHO, 1),
        (2, "artefact", "parquet", WHO, 1),
        (1, "artefact", "csv", "patients", 1),
    ]
    drafts = tmp_path / "study.duckdb.outputs" / "drafts"
    assert found[2].path == drafts / "20260115-120000-clinic.csv"
    assert all(o.there and o.scenario == "clinic" and o.created_at == NOON for o in found)
    assert found[0].bytes == (tmp_path / "clinic.hsz").stat().st_size
    assert len(ws.outputs("draft")) == 2
    assert len(ws.outputs(scenario="other")) == 0
    with pytest.raises(UnknownNameError, match=r"'drafts'\. Did you mean 'draft'"):
        ws.outputs("drafts")


def test_what_is_given_no_place_gets_a_numbered_folder(ws, clinic, tmp_path):
    clinic.export("csv", tmp_path / "out", tables=["patients"])
    (first,) = clinic.export("csv", tables=["patients"])
    (second,) = clinic.export("csv", tables=["patients"])

    assert first == tmp_path / "study.duckdb.outputs" / "002-clinic-csv" / "patients.csv"
    assert second.parent.name == "003-clinic-csv"
    assert ws.outputs().artefact(3).path == second.parent
    with pytest.raises(SpecificationError, match=r"no artefact 9\. There are: 1, 2, 3\."):
        ws.outputs().artefact(9)


def test_two_drafts_of_one_second_are_two_files(clinic):
    first, second = clinic.draft(WHO), clinic.draft(WHO)

    assert (first.name, second.name) == (
        "20260115-120000-clinic.csv",
        "20260115-120000-clinic-2.csv",
    )


def test_what_could_not_be_written_leaves_nothing(ws, clinic, tmp_path):
    with pytest.raises(UnknownNameError):
        clinic.export("csv", tables=["patient"])
    with pytest.raises(QueryError):
        clinic.draft("DELETE FROM patients")
    with pytest.raises(UnknownNameError, match="'doc'"):
        clinic.draft(WHO, format="doc")

    assert len(ws.outputs()) == 0
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["study.duckdb"] or not list(
        tmp_path.rglob("*.csv")
    )


def test_outputs_outlive_their_scenario_and_say_when_a_file_is_gone(ws, clinic, tmp_path):
    clinic.export("csv", tmp_path / "out", tables=["patients"])
    clinic.delete(confirm=True)
    (kept,) = ws.outputs()
    assert (kept.scenario, kept.there) == ("clinic", True)

    shutil.rmtree(tmp_path / "out")

    assert not kept.there
    assert "gone since" in repr(ws.outputs())


def test_outputs_beside_the_workspace_are_found_where_it_is_moved_to(ws, clinic, tmp_path):
    clinic.export("csv", tables=["patients"])
    ws.close()
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("study.duckdb", "study.duckdb.outputs"):
        shutil.move(tmp_path / name, moved / name)

    with hs.open(moved / "study.duckdb") as ws:
        assert ws.outputs()[0].there


def test_a_workspace_in_memory_says_that_a_place_is_needed(tmp_path):
    with hs.open(":memory:") as ws:
        c = ws.persist({"patients": [ANN]}, name="clinic")
        with pytest.raises(SpecificationError, match="in memory has no folder for outputs"):
            c.export("csv")
        with pytest.raises(SpecificationError, match="in memory has no folder for outputs"):
            c.draft(WHO)
        c.export("csv", tmp_path, tables=["patients"])
        assert [o.number for o in ws.outputs()] == [1]


def test_a_place_where_nothing_can_be_written_is_told(ws, clinic, tmp_path):
    (tmp_path / "study.duckdb.outputs").write_text("in the way")

    with pytest.raises(ExportError, match="cannot be made"):
        clinic.export("csv")
    with pytest.raises(ExportError, match="cannot be made"):
        clinic.draft(WHO)


def test_a_workspace_that_is_only_read_writes_and_files_nothing(ws, clinic, tmp_path):
    ws.close()
    with hs.open(tmp_path / "study.duckdb", read_only=True) as ws:
        made = ws.scenario("clinic").export("csv", tmp_path / "out", tables=["patients"])

        assert made[0].exists()
        assert len(ws.outputs()) == 0


def test_an_empty_list_is_a_sentence(ws):
    assert repr(ws.outputs()) == "Nothing has been written from here yet."
