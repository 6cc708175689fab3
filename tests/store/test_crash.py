"""A program that is killed while it works leaves every scenario whole or absent."""

from __future__ import annotations

import pytest

from .crashes import WORKS, Laboratory

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory):
    laboratory = Laboratory(tmp_path_factory.mktemp("crashes"))
    yield laboratory
    laboratory.close()


@pytest.mark.parametrize(("name", "part"), [(n, 0.2 + 0.08 * i) for i, n in enumerate(WORKS)])
def test_a_killed_program_leaves_all_or_nothing(laboratory, name, part):
    assert laboratory.trial(name, part) in ("whole", "absent")


@pytest.mark.parametrize("name", ["generate", "persist", "clone", "delete"])
def test_a_program_that_is_killed_as_it_ends_leaves_all_or_nothing(laboratory, name):
    assert laboratory.trial(name, 0.93) in ("whole", "absent")
