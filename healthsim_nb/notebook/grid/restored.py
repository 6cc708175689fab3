"""What a reader had chosen in a grid, as far as the grid still has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healthsim_nb.notebook.grid.view import View

FIELDS = ("page", "page_size", "sort", "filters", "text", "shown")
LARGEST_PAGE = 10_000


def restored(view: View, kept: Mapping[str, Any], page_size: int) -> dict[str, Any]:
    """Return the state a grid begins with: what was kept, or the default of what cannot be.

    Parameters
    ----------
    view
        What the grid is of: columns that it has no more are left out.
    kept
        By field, as it was kept.
    page_size
        The rows a page, if none were chosen.
    """
    known = {column.name for column in view.columns}
    state: dict[str, Any] = {
        "page": _whole(kept.get("page"), 1),
        "page_size": min(_whole(kept.get("page_size"), page_size), LARGEST_PAGE),
    }
    sort = [[part[0], bool(part[1])] for part in _pairs(kept.get("sort")) if part[0] in known]
    filters = kept.get("filters")
    said = filters if isinstance(filters, dict) else {}
    state |= {"sort": sort} if sort else {}
    found = {name: str(word) for name, word in said.items() if name in known and word}
    state |= {"filters": found} if found else {}
    state |= {"text": kept["text"]} if isinstance(kept.get("text"), str) else {}
    shown = [name for name in _list(kept.get("shown")) if name in known]
    return state | ({"shown": shown} if shown else {})


def _whole(value: Any, default: int) -> int:
    return (
        value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _pairs(value: object) -> list[list[Any]]:
    return [part for part in _list(value) if isinstance(part, list) and len(part) == 2]
