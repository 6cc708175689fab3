"""A value with two faces: plain text for code hosts and terminals, and HTML."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import healthsim_nb as hs
from healthsim_nb.notebook import html


@dataclass(frozen=True, repr=False)
class Shown:
    """A value with its two faces."""

    value: Any
    text: str
    body: str
    """HTML, without the frame."""

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return html.block(self.body)


def value_of(shown: Any) -> Any:
    """Return what ``-o`` keeps: of a page all rows of its query, else the value that is shown."""
    if isinstance(shown, hs.Page):
        return replace(shown, rows=shown.source.part(0, shown.total)).df()
    return shown.value if isinstance(shown, Shown) else shown


def sentence(text: str, value: Any = None) -> Shown:
    """Show one sentence about a value."""
    return Shown(value, text, html.text(text))
