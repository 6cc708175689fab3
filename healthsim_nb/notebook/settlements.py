"""A settlement of shared savings as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.notebook import html
from healthsim_nb.quality.shared_savings_text import COLUMNS, cells, headline, more, terms_of

if TYPE_CHECKING:
    from healthsim_nb.quality.shared_savings import SharedSavings


def savings(found: SharedSavings) -> str:
    """Return a settlement of shared savings as HTML."""
    title = html.heading("Shared savings", headline(found))
    rest = [html.note(more(found))] if more(found) else []
    table = html.table(COLUMNS, cells(found), prose=True)
    return html.block(title, table, *rest, html.note(terms_of(found)))
