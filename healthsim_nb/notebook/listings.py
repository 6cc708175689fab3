"""What ``%hs`` shows that has no object of its own: lists, help, where things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.notebook import html
from healthsim_nb.notebook.shown import Shown, listing
from healthsim_nb.words import NOTEBOOK, Word, help_on, help_text, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from healthsim_nb import Scenario, Workspace


def scenarios(found: Sequence[Any]) -> Shown:
    """Show scenarios."""
    rows = [
        (b.name, b.patients, b.rows, b.template, f"{b.created_at:%Y-%m-%d %H:%M}", " ".join(b.tags))
        for b in found
    ]
    columns = ("name", "patients", "rows", "template", "made", "tags")
    return listing("Scenarios", columns, rows, found, "There is no such scenario.")


def templates(known: Mapping[str, str]) -> Shown:
    """Show the templates."""
    rows = list(known.items())
    return listing("Templates", ("id", "about"), rows, known, "There are no templates.")


def status(workspace: Workspace | None, used: Scenario | None) -> Shown:
    """Show what is open and in use."""
    if workspace is None:
        text = "No workspace is open: %hs open, or any other word, opens one."
        return Shown(None, text, html.note(text))
    said = [("workspace", workspace.name), ("scenario in use", used.name if used else None)]
    text = "\n".join(f"{name}: {value or 'none'}" for name, value in said)
    return Shown(workspace, text, html.pairs(said))


def help_for(word: Word | None) -> Shown:
    """Show the words, or one of them."""
    if word is not None:
        text = help_on(word, "%hs")
        return Shown(text, text, html.tag("pre", html.text(text)))
    text = help_text(NOTEBOOK, "%hs")
    rows = [(f"%hs {w.usage}", w.about) for w in words(NOTEBOOK).values()]
    more = html.note(
        "%hs help generate tells more about one word; -o name behind any of them keeps its result.",
        "%%hs query takes its SQL from the cell below; %sql asks the same tables.",
    )
    return Shown(text, text, html.table(("write", "and it will"), rows) + more)
