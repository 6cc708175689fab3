"""What the Tab key offers behind %hs."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter


def offers(shell, line):
    """Return what is offered at the end of a line."""
    with provisionalcompleter():
        return [found.text for found in shell.Completer.completions(line, len(line))]


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
    ],
)
def test_names_are_completed(texas, line, offered):
    assert set(offered) <= set(offers(texas, line))


def test_nothing_is_opened_to_complete_a_name(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    offers(shell, "%hs use ")

    assert list(tmp_path.iterdir()) == []
