"""A real IPython shell, and a workspace with one small scenario."""

from __future__ import annotations

import pytest
from IPython.testing.globalipapp import start_ipython

import healthsim_nb as hs

REQUEST = "60 Medicare members with diabetes, 65 to 85, in Texas, for 6 months"


@pytest.fixture(scope="session")
def ipython():
    """The one shell that a process can have."""
    return start_ipython()


@pytest.fixture
def shell(ipython):
    """The shell with the extension loaded; its names are cleaned up afterwards."""
    before = set(ipython.user_ns)
    ipython.run_line_magic("reload_ext", "healthsim_nb")
    yield ipython
    ipython.run_line_magic("unload_ext", "healthsim_nb")
    for name in set(ipython.user_ns) - before:
        del ipython.user_ns[name]


@pytest.fixture(scope="session")
def made():
    """A workspace in memory with the scenario 'texas'; nobody changes it."""
    with hs.open(":memory:") as workspace:
        workspace.generate(REQUEST, seed=7, name="texas", tags=["class"])
        yield workspace


@pytest.fixture
def texas(shell, made):
    """The shell of a notebook whose variable ``ws`` holds that workspace."""
    shell.user_ns["ws"] = made
    return shell


@pytest.fixture
def told(capsys):
    """What was written to the error stream since the last call."""
    return lambda: capsys.readouterr().err.strip()
