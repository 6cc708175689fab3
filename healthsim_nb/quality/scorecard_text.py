"""The scorecard as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.quality.scorecard import JUDGED, WITHIN, areas

if TYPE_CHECKING:
    from healthsim_nb.quality.scorecard import Row, Scorecard

WIDE = 62


def text(card: Scorecard) -> str:
    """Return the whole scorecard, a line a metric."""
    lines = [headline(card), ""]
    for area, rows in areas(card.rows):
        lines += [f"{area:{WIDE}}  {'US':>9} {'scenario':>10} {'±':>7}  {'n':>9}  verdict"]
        lines += [_line(row) for row in rows]
        lines.append("")
    return "\n".join([*lines, *notes(card)])


def headline(card: Scorecard) -> str:
    """Return the one line that says how it stands."""
    judged = card.judged
    if not judged:
        return f"{card.name}: nothing could be measured."
    good = sum(row.verdict == WITHIN for row in judged)
    return (
        f"{card.name}: {good} of {len(judged)} measures within tolerance of the United States "
        f"({100 * good / len(judged):.0f} %)."
    )


def notes(card: Scorecard) -> list[str]:
    """Return what a reader must know to read it right."""
    found = ["±: sampling error of the scenario's figure, 95 %."]
    left = [row for row in card.rows if row.verdict not in JUDGED]
    if left:
        found.append(f"{len(left)} measures do not count: too few people, or no such records.")
    if not card.everybody:
        found.append(
            "The figures are of the whole US population; this scenario was made of others, "
            "so differences are to be expected."
        )
    return found


def shown(value: float | None, like: float) -> str:
    """Return a figure with as many decimals as its US figure deserves."""
    if value is None:
        return "–"
    size = abs(like)
    places = 0 if size >= 400 else 1 if size >= 8 else 2
    return f"{value:,.{places}f}"


def _line(row: Row) -> str:
    t = row.target
    what = f"  {t.metric}, {t.population}"
    if t.unit != "%":
        what += f" ({t.unit})"
    figures = f"{shown(t.us, t.us):>9} {shown(row.scenario, t.us):>10}"
    error = shown(row.sampling_error, t.us)
    said = f"{row.verdict}{f' ({row.reason})' if row.reason else ''}"
    return f"{what[:WIDE]:{WIDE}}  {figures} {error:>7}  {row.n:>9,}  {said}"
