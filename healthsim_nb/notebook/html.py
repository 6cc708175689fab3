"""Small pieces of HTML. Everything that comes from data goes through ``text``."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cell = object
NOTHING = '<span class="hs-none">–</span>'


@cache
def style() -> str:
    """Return the style sheet, once for each output: an output may be shown alone."""
    sheet = (files(__package__) / "style.css").read_text(encoding="utf-8")
    return f"<style>{' '.join(sheet.split())}</style>"


def block(*parts: str) -> str:
    """Return one output: the style sheet and the parts below it."""
    return f'{style()}<div class="healthsim">{"".join(parts)}</div>'


def text(value: Cell) -> str:
    """Return a value for a reader, escaped."""
    return NOTHING if value is None else escape(str(value))


def count(value: int) -> str:
    """Return a number of things: 12,345."""
    return f"{value:,}"


def tag(name: str, content: str, **attributes: str) -> str:
    """Return one element around content that is HTML already; ``class_`` is its class."""
    said = "".join(f' {key.rstrip("_")}="{escape(v)}"' for key, v in attributes.items() if v)
    return f"<{name}{said}>{content}</{name}>"


def heading(title: str, note: str = "") -> str:
    """Return a title with something smaller beside it."""
    small = tag("span", text(note), class_="hs-note") if note else ""
    return tag("div", f"{tag('strong', text(title))} {small}", class_="hs-title")


def note(*sentences: str) -> str:
    """Return small print."""
    return tag("div", "<br>".join(map(text, sentences)), class_="hs-note")


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], caption: str = "") -> str:
    """Return a table; columns that hold only numbers stand to the right."""
    listed = [list(row) for row in rows]
    right = [_numeric([row[place] for row in listed]) for place in range(len(columns))]
    sides = ["hs-right" if r else "" for r in right]
    head = "".join(
        tag("th", text(c), scope="col", class_=s) for c, s in zip(columns, sides, strict=True)
    )
    body = "".join(tag("tr", "".join(map(_cell, row, sides))) for row in listed)
    named = tag("caption", text(caption)) if caption else ""
    whole = tag("table", f"{named}<thead>{tag('tr', head)}</thead><tbody>{body}</tbody>")
    return tag("div", whole, class_="hs-wide")


def pairs(said: Iterable[tuple[str, Cell]]) -> str:
    """Return names with their values, one under the other."""
    rows = "".join(tag("tr", tag("th", text(k), scope="row") + _cell(v, "")) for k, v in said)
    return tag("table", f"<tbody>{rows}</tbody>", class_="hs-pairs")


def code(source: str) -> str:
    """Return what can be copied into a cell."""
    return tag("code", text(source))


def bar(done: int, whole: int, label: str) -> str:
    """Return a progress bar with words beside it."""
    return tag(
        "div",
        f'<progress max="{int(whole)}" value="{int(done)}"></progress> {text(label)}',
        class_="hs-progress",
        role="status",
    )


def _cell(value: Cell, side: str) -> str:
    return tag("td", text(value), class_=side)


def _numeric(values: list[Cell]) -> bool:
    some = [v for v in values if v is not None]
    return bool(some) and all(
        isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in some
    )
