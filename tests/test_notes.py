"""Clinical notes say what is in the tables, and nothing else."""

from __future__ import annotations

import re

import pytest

import healthsim_nb as hs

TOKEN = re.compile(r"\d+(?:[-:.]\d+)*")
"""A number, a date or a time of the day, whole."""
TABLES = (
    "patients",
    "encounters",
    "diagnoses",
    "procedures",
    "orders",
    "lab_results",
    "vital_signs",
    "medications",
    "allergies",
    "immunizations",
)


@pytest.fixture(scope="module")
def scenario():
    with hs.open(":memory:") as ws:
        yield ws.generate("general-population", n=300, seed=5, months=18)


def tokens(value: object) -> set[str]:
    """Return the numbers in a value: as text, and without the zeros of a decimal."""
    text = str(value)
    found = {t for part in text.split() for t in TOKEN.findall(part)}
    found |= {t[:5] for t in found if re.fullmatch(r"\d\d:\d\d:\d\d", t)}
    return found | {t.removesuffix(".0") for t in found}


def test_every_number_in_a_note_is_in_the_record(scenario) -> None:
    notes = scenario.notes(limit=1500)
    known: dict[int, set[str]] = {}
    for table in TABLES:
        owner = "id" if table == "patients" else "patient_id"
        frame = scenario.df(table)
        for record in frame.to_dict("records"):
            said = known.setdefault(record[owner], set())
            for name, value in record.items():
                if not name.endswith("id"):
                    said |= tokens(value)

    assert len(notes) == 1500
    for note in notes:
        missing = {t for t in TOKEN.findall(note.text) if t not in known[note.patient_id]}
        assert missing == set(), f"{missing} in\n{note.text}"


def test_results_of_the_visit_are_in_its_note(scenario) -> None:
    rows = scenario.query(
        "SELECT encounter_id, test_name, value_numeric FROM lab_results JOIN encounters e "
        "ON encounter_id = e.id WHERE class_code = 'AMB' AND loinc_code = '2951-2' "
        "ORDER BY encounter_id"
    ).rows

    assert rows
    for encounter, name, value in rows:
        (note,) = scenario.notes(encounter_id=encounter)
        assert f"- {name} {value:g} mmol/L" in note.text


def test_each_kind_of_encounter_has_its_kind_of_note(scenario) -> None:
    kinds = {(n.note_type, n.loinc_code) for n in scenario.notes(limit=100_000)}

    assert kinds == {
        ("progress note", "11506-3"),
        ("emergency department note", "34111-5"),
        ("history and physical note", "34117-2"),
        ("discharge summary", "18842-5"),
    }


def test_notes_vary(scenario) -> None:
    openings = {n.text.split("\n")[3].split(" ")[0] for n in scenario.notes(limit=400)}

    assert len(openings) >= 6


def test_notes_of_one_patient_come_in_order(scenario) -> None:
    patient = scenario.notes(limit=1)[0].patient_id

    notes = scenario.notes(patient_id=patient, limit=50)

    assert {n.patient_id for n in notes} == {patient}
    assert len(notes.df()) == len(notes)
    assert repr(notes).startswith(notes[0].text)


def test_nothing_is_kept_unless_it_is_asked_for(scenario) -> None:
    assert scenario.counts["clinical_notes"] == 0


def test_kept_notes_are_those_that_are_written_on_demand() -> None:
    with hs.open(":memory:") as ws:
        c = ws.generate("general-population", n=64, seed=5, months=6, notes=True)
        kept = c.query("SELECT id, text FROM clinical_notes ORDER BY id", page_size=5000).rows

        assert [(n.id, n.text) for n in c.notes(limit=5000)] == [tuple(row) for row in kept]


def test_more_months_add_notes_and_change_none() -> None:
    with hs.open(":memory:") as ws:
        long = ws.generate("general-population", n=64, seed=5, months=9, notes=True)
        short = ws.generate("general-population", n=64, seed=5, months=6, notes=True)
        short.extend(months=3)

        assert short.df("clinical_notes").equals(long.df("clinical_notes"))


def test_a_file_can_ask_for_notes(tmp_path) -> None:
    path = tmp_path / "noted.yaml"
    path.write_text("n: 20\nmonths: 3\nnotes: true\n", encoding="utf-8")
    with hs.open(":memory:") as ws:
        assert ws.generate(path).counts["clinical_notes"] > 0


def test_no_note_at_all_cannot_be_wanted(scenario) -> None:
    with pytest.raises(hs.HealthsimError, match="limit is 0: at least 1 note"):
        scenario.notes(limit=0)
