"""A real IPython shell for the tests of the notebook."""

from __future__ import annotations

import pytest
from IPython.testing.globalipapp import start_ipython


@pytest.fixture(scope="session")
def ipython():
    """The one shell that a process can have."""
    return start_ipython()


@pytest.fixture
def shell(ipython):
    """The shell with the extension loaded and its names cleaned up afterwards."""
    before = set(ipython.user_ns)
    yield ipython
    for name in set(ipython.user_ns) - before:
        del ipython.user_ns[name]
