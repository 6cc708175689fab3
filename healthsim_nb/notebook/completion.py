"""Completion behind ``%hs`` and ``%sql``: words, options, and names of what exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import healthsim_nb as hs
from healthsim_nb.words import NOTEBOOK, words

if TYPE_CHECKING:
    from healthsim_nb.notebook.session import Session

OF_SCENARIOS = (
    "use",
    "summary",
    "validate",
    "extend",
    "add",
    "load",
    "delete",
    "merge",
    "scorecard",
    "savings",
)
"""Words that scenarios follow."""
OF_TABLES = ("query", "dictionary", "samples")
"""Words that tables follow."""


def complete(session: Session, event: Any) -> list[str]:
    """Return what may stand where the user types."""
    line, typing = str(event.line), str(event.symbol)
    if line.lstrip("%").startswith("sql"):
        return _starting(typing, session.workspace.tables() if session.opened else [])
    said = line.removesuffix(typing).split()[1:]
    options = _options(said[0]) if said and typing.startswith("-") else []
    known = options or (_names(session, said) if said else list(words(NOTEBOOK)))
    return _starting(typing, known)


def _starting(typing: str, known: list[str]) -> list[str]:
    return [name for name in known if name.startswith(typing)]


def _options(name: str) -> list[str]:
    word = words(NOTEBOOK).get(name)
    return [option.name for option in word.options if option.dashed] if word else []


def _names(session: Session, said: list[str]) -> list[str]:
    """Return the names that may follow a word, or the option at its end."""
    if said[0] == "generate":
        return list(hs.templates())
    if said == ["export"]:
        return hs.formats()
    if said in (["resume"], ["forget"]):
        return [run.run_id for run in session.workspace.runs()] if session.opened else []
    if said == ["rules"]:
        return session.workspace.rules().ids if session.opened else []
    if said[0] == "help":
        return list(words(NOTEBOOK))
    if said[-1] == "--on-conflict":
        return ["skip", "overwrite", "rename"]
    if said[-1] == "--strategy":
        return ["diverse", "random", "recent"]
    if said[-1] == "--scenario" or said[0] in OF_SCENARIOS:
        return [brief.name for brief in session.workspace.scenarios()] if session.opened else []
    if said == ["untag"] and session.opened:
        return sorted({tag for brief in session.workspace.scenarios() for tag in brief.tags})
    tables = (said[0] in OF_TABLES or said[-1] == "--table") and session.opened
    return session.workspace.tables() if tables else []
