"""HTML for the library of scenarios: the list that one looks at, and what a merge did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.notebook import html
from healthsim_nb.notebook.html import Count

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("name", "patients", "rows", "", "made", "tags")
WHAT = ("kept", "added", "skipped", "replaced", "renamed", "shared")
MEANT = {
    "kept": "rows of the first that stayed",
    "added": "rows that came as they are",
    "skipped": "rows left out: their place was taken",
    "replaced": "rows that gave way to later ones",
    "renamed": "rows that got new ids",
    "shared": "rows that both had alike",
}


def scenario_table(found: Sequence[Any], used: str | None = None) -> str:
    """Return scenarios as an HTML table: the largest has the longest bar, the one in use a mark."""
    most = max((brief.rows for brief in found), default=0) or 1
    head = "".join(
        html.tag("th", html.text(c), scope="col", class_="hs-right" if c in NUMBERS else "")
        for c in COLUMNS
    )
    body = "".join(_row(brief, brief.rows / most, brief.name == used) for brief in found)
    content = f"<thead>{html.tag('tr', head)}</thead><tbody>{body}</tbody>"
    return html.tag("div", html.tag("table", content, class_="hs-library"), class_="hs-wide")


NUMBERS = ("patients", "rows")


def _row(brief: Any, share: float, used: bool) -> str:
    source = brief.request or brief.description or brief.template or ""
    name = html.tag("strong", html.text(brief.name)) + (
        html.tag("span", "in use", class_="hs-chip hs-used") if used else ""
    )
    about = html.tag("div", html.text(source), class_="hs-note") if source else ""
    long = f'<div class="hs-bar"><div style="width:{max(1, round(100 * share))}%"></div></div>'
    cells = (
        html.tag("td", name + about, class_="hs-name"),
        html.tag("td", html.text(Count(brief.patients)), class_="hs-right"),
        html.tag("td", html.text(Count(brief.rows)), class_="hs-right"),
        html.tag("td", long),
        html.tag("td", html.text(f"{brief.created_at:%Y-%m-%d %H:%M}"), class_="hs-when"),
        html.tag("td", html.chips(brief.tags)),
    )
    return html.tag("tr", "".join(cells))


def merged(shown: Any) -> str:
    """Return what a merge did as HTML: figures first, then table by table."""
    names = " and ".join(shown.sources)
    did = [what for what in WHAT if shown.total(what)]
    tiles = [(f"{shown.total(what):,}", MEANT[what]) for what in did]
    rows = [
        (table, *(Count(getattr(counts, what)) for what in did))
        for table, counts in shown.tables.items()
    ]
    new = ", ".join(f"{n:,} {column}" for column, n in shown.renumbered.items())
    parts = [
        html.heading(f"Merged {names}", f"on conflict: {shown.rule}"),
        html.tiles([(f"{shown.lives:,}", "households in more than one"), *tiles]),
        html.fold("Table by table", html.table(("table", *did), rows)),
        html.note(f"New numbers, so that each stands for one row: {new}") if new else "",
    ]
    return html.block(*parts)
