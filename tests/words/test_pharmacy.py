"""The words of the pharmacy counter, in the terminal."""

from __future__ import annotations

import pytest

from healthsim_nb.cli import main


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def say(*words):
        main(list(words))
        told = capsys.readouterr()
        return told.out + told.err

    return say


def test_a_review_is_asked_without_a_workspace(said, tmp_path):
    told = said(
        *"review simvastatin --beside clarithromycin --beside amlodipine".split(),
        *"--age 70 --daily-mg 80 --condition hypertension".split(),
    )
    assert "3 alerts, refused until answered" in told
    assert "DD  contraindicated  clarithromycin: rhabdomyolysis; hold statin" in told
    assert "HD  moderate" in told
    assert list(tmp_path.iterdir()) == []


def test_a_formulary_is_looked_up_and_all_are_listed(said):
    assert "apixaban 5 MG Oral Tablet [Eliquis]: tier 2 (preferred brand), $36" in said(
        *"formulary meridian-choice --drug Eliquis".split()
    )
    assert said("formulary", "saver").startswith("Saver formulary with a health savings account")
    assert "part-d-basic" in said("formulary")


def test_what_is_said_wrong_is_told(said):
    assert "'old' is no number" in said("review", "aspirin", "--age", "old")
    assert "Did you mean 'saver'" in said("formulary", "savr")
