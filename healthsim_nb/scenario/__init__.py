"""The handle of a scenario: its rows as pages, frames, Arrow, files, and what is known about it."""

from __future__ import annotations

from healthsim_nb.scenario.changing import Changing
from healthsim_nb.scenario.filing import Filing
from healthsim_nb.scenario.studying import Studying

__all__ = ["Scenario"]


class Scenario(Studying, Filing, Changing):
    """A population that the workspace keeps. Made by ``ws.generate()`` or ``ws.scenario()``."""
