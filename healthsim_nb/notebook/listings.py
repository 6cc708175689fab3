"""What ``%hs`` shows that has no object of its own: lists, help, where things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.notebook import html
from healthsim_nb.notebook.libraries import scenario_table
from healthsim_nb.notebook.shown import Shown, sentence
from healthsim_nb.store.plain import near
from healthsim_nb.store.plain import table as plain_table
from healthsim_nb.words import NOTEBOOK, Word, help_on, help_text, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from healthsim_nb import Scenario, Workspace
    from healthsim_nb.words.doing import Done

NONE_YET = "There is no scenario yet: make one with %hs generate."
MEMORY = ":memory:"
COLUMNS = ("name", "patients", "rows", "template", "made", "tags")
MORE = "%hs help generate tells all that can be said with a word."
KEEP = "-o name behind any of them keeps its result: rows of a query as a DataFrame."
CELL = "%%hs query takes its SQL, %%hs generate its request, from the cell. %sql asks, too."


def scenarios(found: Sequence[Any], *, all_of_them: bool, used: str | None = None) -> Shown:
    """Show scenarios; ``used`` is the name of the one in use."""
    if not found:
        return sentence(NONE_YET if all_of_them else "There is no such scenario.", found)
    return Shown(found, plain_table(COLUMNS, _rows(found)), scenario_table(found, used))


def _rows(found: Sequence[Any]) -> list[tuple[object, ...]]:
    return [
        (
            brief.name,
            html.Count(brief.patients),
            html.Count(brief.rows),
            brief.template,
            f"{brief.created_at:%Y-%m-%d %H:%M}",
            ", ".join(brief.tags),
        )
        for brief in found
    ]


def runs(found: Sequence[Any]) -> Shown:
    """Show runs."""
    if not found:
        return sentence("There is no run yet: %hs generate makes one.", found)
    rows = [
        tuple(html.Count(v) if isinstance(v, int) else v for v in brief.row()) for brief in found
    ]
    waiting = [brief.run_id for brief in found if brief.status == "interrupted"]
    more = html.note_of(html.code(f"%hs resume {waiting[0]}"), " goes on") if waiting else ""
    columns = found[0].COLUMNS
    text = plain_table(columns, rows, whole=("run",))
    return Shown(found, text, html.table(columns, rows) + more)


def templates(known: Mapping[str, str]) -> Shown:
    """Show the templates."""
    wide = max(map(len, known))
    text = "\n".join(f"{name:<{wide}}  {about}" for name, about in known.items())
    return Shown(
        known, text, html.table(("template", "who they are"), list(known.items()), prose=True)
    )


def status(workspace: Workspace | None, used: Scenario | None) -> Shown:
    """Show what is open and in use."""
    if workspace is None:
        text = "No workspace is open: %hs open, or any other word, opens one."
        return Shown(None, text, html.note(text))
    where = near(workspace.name) if workspace.name != MEMORY else MEMORY
    said = [("workspace", where), ("scenario in use", used.name if used else None)]
    text = "\n".join(f"{name}: {value or 'none'}" for name, value in said)
    return Shown(workspace, text, html.pairs(said))


def help_for(word: Word | None) -> Shown:
    """Show the words, or one of them."""
    if word is not None:
        text = help_on(word, "%hs")
        return Shown(text, text, html.tag("pre", html.text(text)))
    text = help_text(NOTEBOOK, "%hs")
    rows = [(w.name, w.about, f"%hs {w.example}") for w in words(NOTEBOOK).values()]
    more = html.note(MORE) + html.note(KEEP) + html.note(CELL)
    return Shown(
        text, text, html.table(("word", "it will", "for example"), rows, prose=True) + more
    )


def done(act: Done) -> Any:
    """Show what a word has done: rows, what has a face of its own, or a sentence."""
    if isinstance(act.value, list) and act.value:
        rows = [list(row.values()) for row in act.value]
        return Shown(act.value, act.text, html.table(list(act.value[0]), rows))
    shows_itself = act.whole or hasattr(act.value, "to_text")
    return act.value if shows_itself else sentence(act.text, act.value)


def written(folder: str | None, paths: Sequence[Path]) -> Shown:
    """Show what was exported."""
    return sentence(f"{len(paths)} files in {folder or near(paths[0].parent)}", paths)
