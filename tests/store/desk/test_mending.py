"""A workspace that lacks something loads with defaults, and says what it did."""

from __future__ import annotations

import warnings

import pytest

import healthsim_nb as hs

LOST = {
    "DROP TABLE hs.widget_state": "table widget_state",
    "DROP TABLE hs.notes": "table notes",
    "DROP TABLE hs.authorizations": "table authorizations",
    "ALTER TABLE hs.runs DROP COLUMN row_count": "column runs.row_count",
    "ALTER TABLE hs.patients DROP COLUMN email": "column patients.email",
    "DROP VIEW main.patients": "view main.patients",
    "DROP VIEW provenance.claims": "view provenance.claims",
    "DROP SEQUENCE hs.scenarios_seq": "sequence scenarios_seq",
}


@pytest.fixture
def file(tmp_path):
    with hs.open(tmp_path / "study.duckdb") as ws:
        ws.generate("hypertension", n=2, months=1, name="two")
    return tmp_path / "study.duckdb"


def lose(file, *statements):
    with hs.open(file) as ws, ws.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize(("statement", "told"), LOST.items())
def test_what_is_lacking_is_made_again_and_told(file, statement, told):
    lose(file, statement)

    with pytest.warns(UserWarning, match=f"lacked {told}: made again, with defaults"):
        ws = hs.open(file)
    with ws:
        assert ws.scenario("two").counts["patients"] == 2
        assert ws.generate("hypertension", n=1, months=1, name="one").counts["patients"] == 1
        ws.note("works")
        assert ws.contents.counts["scenario"] == 2


def test_a_whole_workspace_opens_without_a_word(file):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        hs.open(file).close()

    assert told == []


def test_all_that_is_lacking_is_told_in_one_sentence(file):
    lose(file, *LOST)

    with pytest.warns(UserWarning, match=r"lacked (\w+ \S+ ){5}and 3 more: made") as told:
        hs.open(file).close()
    assert len(told) == 1


def test_a_workspace_that_is_only_read_says_what_helps(file):
    lose(file, "DROP TABLE hs.notes")

    with pytest.warns(UserWarning, match=r"lacks table notes: open it once without read_only"):
        ws = hs.open(file, read_only=True)
    with ws:
        assert ws.scenario("two").counts["patients"] == 2
