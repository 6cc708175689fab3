"""HTML for the results of the workspace: they know only their plain text themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.notebook import html
from healthsim_nb.notebook.shown import Shown

if TYPE_CHECKING:
    from healthsim_nb import Page

EDIT = "As a specification, to change and run"


def understood(request: Any, done: int | None = None) -> Shown:
    """Show how a request was understood; with ``done``, how many patients there are so far."""
    n = request.specification.n
    text = request.to_text()
    last = text.rpartition("\n")[2]
    source = html.tag("pre", html.text(f"%%hs generate\n{request.to_yaml()}"))
    body = [
        html.heading("Understood"),
        html.pairs(request.understood),
        html.note(last),
        html.tag("details", html.tag("summary", EDIT) + source),
    ]
    if done is not None:
        body.append(html.bar(done, n, f"{done:,} of {n:,} patients"))
        text += f"\n{done:,} of {n:,} patients"
    return Shown(request, text, "".join(body))


def page(shown: Page) -> str:
    """Return a page of rows as HTML."""
    first = (shown.page - 1) * shown.page_size + 1
    last = first + len(shown.rows) - 1
    where = f"rows {first:,} to {last:,} of {shown.total:,}" if shown.rows else "no rows"
    more = "%hs next shows more" if shown.has_more else ""
    foot = " · ".join(filter(None, (f"page {shown.page:,} of {shown.pages:,}", where, more)))
    return html.block(html.table(shown.columns, shown.rows), html.note(foot))
