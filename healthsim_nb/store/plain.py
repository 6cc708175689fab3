"""Rows as a plain table, the same everywhere: for terminals, logs and code hosts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

WIDEST = 24
"""Characters of a cell; longer ones end in an ellipsis."""
ACROSS = 118
"""Characters of a line; columns that do not fit are named below the table."""


def table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], *, whole: Collection[str] = ()
) -> str:
    """Return the rows under their columns' names.

    Parameters
    ----------
    whole
        Columns whose values are never shortened: what is copied from there must be all there.

    >>> print(table(["id", "name"], [(1, "Ann"), (20, None)]))
    id  name
    --  ----
     1  Ann
    20
    """
    uncut = [name in whole for name in columns]
    cells = [
        [str(v) if all_of_it else _text(v) for v, all_of_it in zip(row, uncut, strict=True)]
        for row in rows
    ]
    widths = [
        max(len(_short(name)), *(len(row[i]) for row in cells)) if cells else len(_short(name))
        for i, name in enumerate(columns)
    ]
    shown = _fitting(widths)
    right = [_numeric([row[i] for row in rows]) for i in range(shown)]
    lines = [
        _line([_short(name) for name in columns[:shown]], widths, right),
        "  ".join("-" * width for width in widths[:shown]),
        *(_line(row[:shown], widths, right) for row in cells),
    ]
    left_out = columns[shown:]
    return "\n".join([*lines, *([f"… and {', '.join(left_out)}"] if left_out else [])])


def near(path: str | Path) -> str:
    """Return a path as one would say it here: from the current folder on, if it is below that."""
    whole = Path(path)
    here = Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def _fitting(widths: list[int]) -> int:
    used, shown = 0, 0
    for width in widths:
        used += width + (2 if shown else 0)
        if used > ACROSS and shown:
            break
        shown += 1
    return shown


def _line(cells: list[str], widths: list[int], right: list[bool]) -> str:
    parts = (
        cell.rjust(width) if flush else cell.ljust(width)
        for cell, width, flush in zip(cells, widths, right, strict=False)
    )
    return "  ".join(parts).rstrip()


def _text(value: object) -> str:
    return "" if value is None else _short(str(value))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= WIDEST else flat[: WIDEST - 1] + "…"


def _numeric(values: list[Any]) -> bool:
    from decimal import Decimal

    present = [v for v in values if v is not None]
    return bool(present) and all(
        isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in present
    )
