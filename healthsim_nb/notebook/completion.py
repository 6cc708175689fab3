"""Completion behind ``%hs`` and ``%sql``: words, options, and names of what exists."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, context_matcher

import healthsim_nb as hs
from healthsim_nb.words import NOTEBOOK, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.completer import CompletionContext, SimpleMatcherResult

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
    "specification",
    "signature",
)
"""Words that scenarios follow."""
OF_SQL = ("query", "draft", "write", "grid", "rule")
"""Words that SQL follows."""
MATCHER = "healthsim_sql"
SQL_CELLS = ("%%sql", "%%hs query", "%%hs rule", "%%hs draft", "%%hs write")
_OF_NAMES = string.ascii_letters + string.digits + "_.$"
OF_TABLES = ("dictionary", "samples", "table")
"""Words that tables follow."""


def complete(session: Session, event: Any) -> list[str]:
    """Return what may stand where the user types."""
    line, typing = str(event.line), str(event.symbol)
    if line.lstrip("%").startswith("sql"):
        return in_sql(session, line, typing)
    said = line.removesuffix(typing).split()[1:]
    if said and said[0] in OF_SQL and not typing.startswith("-") and not said[-1].startswith("--"):
        return in_sql(session, line, typing)
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


def in_sql(session: Session, sql: str, typing: str) -> list[str]:
    """Return what may stand where the user types in SQL; nothing is opened for it."""
    if not session.opened:
        return []
    if typing.startswith("$"):
        return _starting(typing, [f"${name}" for name in session.variables()])
    before, dot, name = typing.rpartition(".")
    return [f"{before}{dot}{found}" for found in _starting(name, _of_sql(session, sql))]


def _of_sql(session: Session, sql: str) -> list[str]:
    """Return tables, and the columns of those that the SQL names, or else of all."""
    entries = session.workspace.dictionary().entries
    said = set(sql.replace(",", " ").split()) & {entry.table for entry in entries}
    columns = (entry.column for entry in entries if not said or entry.table in said)
    return list(dict.fromkeys([*session.workspace.tables(), *columns]))


def matcher(session: Session) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """Return what completes inside of ``%%hs query``, ``%%hs rule`` and ``%%sql`` cells."""

    @context_matcher(identifier=MATCHER)
    def match(context: CompletionContext) -> SimpleMatcherResult:
        cell = context.full_text
        inside = context.cursor_line > 0 and cell.startswith(SQL_CELLS)
        typing = context.text_until_cursor[len(context.text_until_cursor.rstrip(_OF_NAMES)) :]
        found = in_sql(session, cell, typing) if inside else []
        shown = [SimpleCompletion(name, type="healthsim") for name in found]
        return {"completions": shown, "matched_fragment": typing, "suppress": bool(found)}

    return match
