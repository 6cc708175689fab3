"""Notes of the user's own stay with what they are about."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import SpecificationError, UnknownNameError

ANN = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1950-01-01", "gender": "F"}


@pytest.fixture
def ws():
    with hs.open(":memory:") as ws:
        ws.persist({"patients": [{**ANN, "id": i} for i in (1, 2)]}, name="clinic")
        yield ws


@pytest.fixture
def clinic(ws):
    return ws.scenario("clinic")


def told(notes):
    return [(note.about, note.text) for note in notes]


def test_a_note_is_on_the_workspace_a_scenario_a_patient_or_a_run(ws, clinic):
    run = ws.runs()[0].run_id
    ws.note(" all of it ")
    clinic.note("for the class")
    clinic.note("ask about her A1c", patient_id=2)
    ws.note("took long", run=run)

    assert told(ws.notes()) == [
        (f"run {run}", "took long"),
        ("patient 2 of clinic", "ask about her A1c"),
        ("scenario clinic", "for the class"),
        ("the workspace", "all of it"),
    ]
    assert [n.text for n in ws.notes(patient_id=2)] == ["ask about her A1c"]
    assert [n.text for n in ws.notes(run=run)] == ["took long"]
    assert len(ws.notes(scenario="clinic")) == 3


def test_a_note_can_be_changed_and_removed(ws, clinic):
    first, second = clinic.note("one"), clinic.note("two")

    assert ws.change_note(first.id, "one more").text == "one more"
    assert ws.remove_note(second.id).text == "two"
    assert [n.text for n in ws.notes()] == ["one more"]
    with pytest.raises(SpecificationError, match=r"no note 2\. There are: 1\."):
        ws.remove_note(second.id)


def test_a_note_about_nothing_or_of_nothing_is_refused(ws, clinic):
    with pytest.raises(SpecificationError, match="this one is empty"):
        clinic.note("  \n")
    with pytest.raises(UnknownNameError, match="'clinic' has no patient 7"):
        clinic.note("who", patient_id=7)
    with pytest.raises(SpecificationError, match="of which scenario patient 1 is"):
        ws.note("who", patient_id=1)
    with pytest.raises(UnknownNameError, match="No run named 'x'"):
        ws.note("which", run="x")
    assert len(ws.notes()) == 0


def test_notes_go_with_their_scenario_and_only_with_it(ws, clinic):
    ws.note("mine")
    clinic.note("its", patient_id=1)
    ws.note("its run's", run=ws.runs()[0].run_id)

    clinic.delete(confirm=True)

    assert [n.text for n in ws.notes()] == ["mine"]


def test_a_clone_has_the_notes_each_on_the_same(ws, clinic):
    clinic.note("all")
    clinic.note("one", patient_id=1)
    ws.note("run", run=ws.runs()[0].run_id)
    twin = clinic.clone("twin")

    run = ws.runs()[0].run_id
    expected = [(f"run {run}", "run"), ("patient 1 of twin", "one"), ("scenario twin", "all")]
    assert told(ws.notes(scenario=twin)) == expected


def test_a_merged_scenario_tells_of_whom_a_note_on_a_patient_was(ws, clinic):
    clinic.note("one", patient_id=1)
    twin = clinic.clone("twin")

    made = ws.merge([clinic, twin], name="both", on_conflict="rename")

    assert told(ws.notes(scenario=made)) == [
        ("scenario both", "Patient 1 of twin: one"),
        ("scenario both", "Patient 1 of clinic: one"),
    ]


def test_a_shared_scenario_brings_its_notes(ws, clinic, tmp_path):
    clinic.note("all")
    clinic.note("one", patient_id=1)
    clinic.share(tmp_path / "clinic.hsz")

    made = ws.receive(tmp_path / "clinic.hsz", name="theirs")

    assert sorted(told(ws.notes(scenario=made))) == [
        ("patient 1 of theirs", "one"),
        ("scenario theirs", "all"),
    ]


def test_notes_are_shown_as_a_table_and_whole(ws, clinic):
    assert repr(ws.notes()) == "There is no note here yet."
    clinic.note("long " * 20)

    assert repr(ws.notes()).splitlines()[0].split() == ["no.", "written", "about", "note"]
    assert ws.notes().to_text() == f"Note 1 on scenario clinic:\n{('long ' * 20).strip()}"
