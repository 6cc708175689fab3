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


class Count(int):
    """A number of things: shown as 12,345, which an id is not."""

    def __str__(self) -> str:
        return f"{int(self):,}"


def text(value: Cell) -> str:
    """Return a value for a reader, escaped."""
    return NOTHING if value is None else escape(str(value))


def tag(name: str, content: str, **attributes: str) -> str:
    """Return one element around content that is HTML already; ``class_`` is its class."""
    said = "".join(f' {key.rstrip("_")}="{escape(v)}"' for key, v in attributes.items() if v)
    return f"<{name}{said}>{content}</{name}>"


def heading(title: str, small: str = "") -> str:
    """Return a title with something smaller beside it."""
    beside = tag("span", text(small), class_="hs-note") if small else ""
    return tag("div", f"{tag('strong', text(title))} {beside}", class_="hs-title")


def note(sentence: str) -> str:
    """Return small print."""
    return note_of(text(sentence))


def note_of(*parts: str) -> str:
    """Return small print of parts that are HTML already."""
    return tag("div", "".join(parts), class_="hs-note")


def line(*parts: str) -> str:
    """Return parts side by side."""
    return tag("div", "".join(parts), class_="hs-line")


def section(title: str, content: str) -> str:
    """Return content under a small title."""
    return tag("div", tag("div", text(title), class_="hs-section") + content)


def columns(*parts: str) -> str:
    """Return parts in as many columns as there is room for."""
    return tag("div", "".join(parts), class_="hs-columns")


def fold(title: str, content: str) -> str:
    """Return content that opens under its title."""
    return tag("details", tag("summary", text(title)) + content)


def chips(names: Iterable[str]) -> str:
    """Return tags."""
    shown = " ".join(tag("span", text(name), class_="hs-chip") for name in names)
    return tag("div", shown) if shown else ""


def tiles(figures: Iterable[tuple[str, str]]) -> str:
    """Return the figures that are read first: (value, name)."""
    shown = (
        tag("div", f"{tag('strong', text(value))} {tag('span', text(name), class_='hs-note')}")
        for value, name in figures
    )
    return tag("div", "".join(shown), class_="hs-tiles")


def bars(shares: Iterable[tuple[str, float | None]]) -> str:
    """Return names with their shares, and a bar as long as the share."""
    rows = "".join(_bar_row(name, share or 0) for name, share in shares)
    return tag("table", f"<tbody>{rows}</tbody>", class_="hs-bars")


def funnel(share: float) -> str:
    """Return a bar in the middle, as long as the share: under each other they make a funnel."""
    return f'<div class="hs-step"><div style="width:{100 * share:.1f}%"></div></div>'


def _bar_row(name: str, share: float) -> str:
    shown = f'<div class="hs-bar"><div style="width:{100 * share:.0f}%"></div></div>'
    value = tag("td", f"{100 * share:.0f} %", class_="hs-right")
    return tag("tr", tag("th", text(name), scope="row") + tag("td", shown) + value)


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, prose: bool = False) -> str:
    """Return a table; columns that hold only numbers stand to the right.

    Parameters
    ----------
    prose
        True: long text goes over several lines.
    """
    listed = [list(row) for row in rows]
    sides = [
        "hs-right" if _numeric([row[i] for row in listed]) else "" for i in range(len(columns))
    ]
    names = zip(columns, sides, strict=True)
    head = "".join(tag("th", text(name), scope="col", class_=side) for name, side in names)
    body = "".join(tag("tr", "".join(map(_cell, row, sides))) for row in listed)
    content = f"<thead>{tag('tr', head)}</thead><tbody>{body}</tbody>"
    return tag("div", tag("table", content, class_="hs-prose" if prose else ""), class_="hs-wide")


def pairs(said: Iterable[tuple[str, Cell]]) -> str:
    """Return names with their values, one under the other."""
    rows = "".join(tag("tr", tag("th", text(k), scope="row") + _cell(v, "")) for k, v in said)
    return tag("table", f"<tbody>{rows}</tbody>", class_="hs-pairs")


def code(source: str) -> str:
    """Return what can be copied into a cell."""
    return tag("code", text(source))


def bar(done: int, whole: int, label: str) -> str:
    """Return a progress bar with words beside it; it only moves as long as nothing is done."""
    value = f' value="{int(done)}"' if done else ""
    shown = f'<progress max="{int(whole)}"{value}></progress> {text(label)}'
    return tag("div", shown, class_="hs-progress", role="status")


def _cell(value: Cell, side: str) -> str:
    return tag("td", text(value), class_=side)


def _numeric(values: list[Cell]) -> bool:
    some = [v for v in values if v is not None]
    return bool(some) and all(
        isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in some
    )
