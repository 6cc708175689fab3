"""What the Tab key offers behind %hs."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter


def offers(shell, line):
    """Return what is offered at the end of a line."""
    with provisionalcompleter():
        return [found.text for found in shell.Completer.completions(line, len(line))]


def test_the_matcher_leaves_with_the_extension(shell):
    shell.run_line_magic("reload_ext", "healthsim_nb")
    names = [getattr(m, "matcher_identifier", "") for m in shell.Completer.custom_matchers]

    assert names.count("healthsim_sql") == 1


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%hs st", ["status"]),
        ("%hs generate heart", ["heart-failure"]),
        ("%hs generate hypertension --mo", ["--months"]),
        ("%hs use te", ["texas"]),
        ("%hs summary ", ["texas"]),
        ("%hs query --scenario t", ["texas"]),
        ("%hs query SELECT count(*) FROM vital", ["vital_signs"]),
        ("%hs export par", ["parquet"]),
        ("%hs dictionary vital", ["vital_signs"]),
        ("%hs help gen", ["generate"]),
        ("%sql SELECT count(*) FROM vital", ["vital_signs"]),
        ("%sql SELECT birth_d", ["birth_date"]),
        ("%hs query SELECT p.birth_d", ["p.birth_date"]),
        ("%hs query SELECT * FROM patients WHERE gen", ["gender"]),
        ("%hs table vit", ["vital_signs"]),
        ("%hs specification te", ["texas"]),
        ("%%sql\nSELECT gender\nFROM pati", ["patients"]),
        ("%%hs query\nSELECT gender FROM patients WHERE race = 'x' AND birth_", ["birth_date"]),
        ("%%hs query texas\nSELECT gender FROM patients WHERE id > $min_", ["$min_age"]),
    ],
)
def test_names_are_completed(texas, line, offered):
    texas.user_ns["min_age"] = 40
    assert set(offered) <= set(offers(texas, line))


def test_nothing_is_opened_to_complete_a_name(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    offers(shell, "%hs use ")

    assert list(tmp_path.iterdir()) == []
