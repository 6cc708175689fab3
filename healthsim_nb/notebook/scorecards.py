"""A scorecard as HTML: how it stands, then each metric with a bar for the US and one for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.notebook import html
from healthsim_nb.quality.scorecard import JUDGED, OUTSIDE, WITHIN, areas
from healthsim_nb.quality.scorecard_text import headline, notes, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healthsim_nb.quality.scorecard import Row, Scorecard

TITLES = {
    "demography": "Who they are",
    "prevalence": "What they have",
    "control": "How well it is known, treated and controlled",
    "biomarkers": "What is measured",
    "utilisation": "What care they use",
    "mortality": "Who dies",
    "money": "What it costs",
    "pharmacy": "What drugs they take, and what these cost",
    "screening": "Who is screened and vaccinated",
}
HEAD = ("", "US", "scenario", "±", "", "people", "")
SIDES = ("", "hs-right", "hs-right", "hs-right", "", "hs-right", "")


def scorecard(card: Scorecard) -> str:
    """Return a scorecard as HTML."""
    said = headline(card).partition(": ")[2]
    parts = [html.heading(f"{card.name}: is it real?", said), html.tiles(_tiles(card))]
    parts += [_area(TITLES[area], rows) for area, rows in areas(card.rows) if rows]
    return html.block(*parts, *(html.note(note) for note in notes(card)))


def _tiles(card: Scorecard) -> list[tuple[str, str]]:
    """Return how many of each area's measures are within tolerance."""
    found = []
    for area, rows in areas(card.rows):
        judged = [row for row in rows if row.verdict in JUDGED]
        good = sum(row.verdict == WITHIN for row in judged)
        if judged:
            found.append((f"{good}/{len(judged)}", area))
    return found


def _area(title: str, rows: Sequence[Row]) -> str:
    judged = [row for row in rows if row.verdict in JUDGED]
    missed = sum(row.verdict == OUTSIDE for row in rows)
    state = f"{len(judged) - missed} of {len(judged)} within" if judged else "not measurable here"
    head = "".join(
        html.tag("th", html.text(name), scope="col", class_=side)
        for name, side in zip(HEAD, SIDES, strict=True)
    )
    body = "".join(map(_row, rows))
    content = f"<thead>{html.tag('tr', head)}</thead><tbody>{body}</tbody>"
    table = html.tag("div", html.tag("table", content, class_="hs-score"), class_="hs-wide")
    summary = html.tag("summary", f"{html.tag('strong', html.text(title))} {html.text(state)}")
    return f'<details class="hs-area"{" open" if missed else ""}>{summary}{table}</details>'


def _row(row: Row) -> str:
    t = row.target
    unit = "" if t.unit == "%" else f", {t.unit}"
    population = html.note(f"{t.population}{unit}")
    name = html.tag("th", html.text(t.metric) + population, scope="row", title=_origin(row))
    figures = (t.us, row.scenario, row.sampling_error)
    cells = [html.tag("td", html.text(_figure(v, row)), class_="hs-right") for v in figures]
    bars = html.tag("td", _bars(row))
    people = html.tag("td", f"{row.n:,}" if row.n else html.NOTHING, class_="hs-right")
    return html.tag("tr", "".join([name, *cells, bars, people, html.tag("td", _verdict(row))]))


def _origin(row: Row) -> str:
    return (
        f"{row.target.source}; {row.target.year}. Tolerance ± {_figure(row.target.tolerance, row)}"
    )


def _figure(value: float | None, row: Row) -> str:
    unit = " %" if row.target.unit == "%" and value is not None else ""
    return f"{shown(value, row.target.us)}{unit}"


def _bars(row: Row) -> str:
    """Return two bars, that of the US above, with the span that chance leaves below."""
    if row.scenario is None:
        return ""
    whole = 1.15 * max(row.target.us, row.scenario) or 1.0
    us, here = (max(0.0, 100 * v / whole) for v in (row.target.us, row.scenario))
    error = 100 * (row.sampling_error or 0) / whole
    low, high = max(0.0, here - error), min(100.0, here + error)
    off = " hs-off" if row.verdict == OUTSIDE else ""
    return (
        '<div class="hs-pair">'
        f'<div class="hs-us" style="width:{us:.1f}%"></div>'
        f'<div class="hs-it{off}" style="width:{here:.1f}%"></div>'
        f'<div class="hs-span" style="left:{low:.1f}%;width:{high - low:.1f}%"></div></div>'
    )


def _verdict(row: Row) -> str:
    mark = {WITHIN: "✓ ", OUTSIDE: "✗ "}.get(row.verdict, "")
    kind = {WITHIN: "", OUTSIDE: "hs-off"}.get(row.verdict, "hs-note")
    reason = html.tag("span", html.text(f" {row.reason}"), class_="hs-note") if row.reason else ""
    return html.tag("span", html.text(f"{mark}{row.verdict}"), class_=kind) + reason
