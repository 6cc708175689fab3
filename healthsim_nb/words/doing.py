"""What the words work on, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from healthsim_nb import Scenario, Workspace

YES = ("y", "yes")
Tell = Any
"""What is called with how much is done, or nothing."""


@dataclass(frozen=True)
class Desk:
    """Where a word works."""

    workspace: Workspace
    find: Callable[[str | None], Scenario]
    """The scenario of a name, else the one in use."""
    ask: Callable[[str], str]
    """Puts a question to the user."""
    names: Mapping[str, Any]
    """The notebook's variables."""
    watch: Callable[[str, Callable[[Tell], Any]], Any] = lambda _, work: work(None)
    """Does what may last long, and shows what it is and how far it has come."""


@dataclass(frozen=True)
class Done:
    """What was done."""

    value: Any
    text: str
    use: Scenario | None = None
    """The scenario that is spoken of from now on."""
    whole: bool = False
    """Whether the value has a face of its own."""


def sure(desk: Desk, question: str, yes: bool) -> bool:
    """Return whether the user is sure, who is asked if need be."""
    return yes or desk.ask(f"{question} [y/N] ").strip().casefold() in YES
