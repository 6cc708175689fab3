from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from healthsim_nb import reference
from healthsim_nb.templates.library import Library, load

MINI = Path(__file__).parent / "mini"


@pytest.fixture(scope="session")
def mini() -> Library:
    """A small library with made-up numbers, so that tests do not hang on the shipped one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "root", lambda: MINI)
        return load()


@pytest.fixture
def house(tmp_path, monkeypatch) -> Path:
    """A copy of the small library to break, which `load` reads as if it were shipped."""
    folder = tmp_path / "references"
    shutil.copytree(MINI, folder)
    monkeypatch.setattr(reference, "root", lambda: folder)
    return folder
