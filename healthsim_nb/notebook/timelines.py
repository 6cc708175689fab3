"""A timeline as a picture: bars for what lasts, marks for what happens, curves of measurements.

It is SVG in the colours of the page, so that it needs no network and suits light and dark.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from healthsim_nb.notebook import html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healthsim_nb.chart.timeline import Entry, Timeline

LEFT, WIDTH, ROW, CURVE = 250, 1000, 19, 46
"""Pixels: where time begins, where it ends, how high a row and a curve are."""
MOST_ROWS = 16
LETTERS = 35
"""Letters of a name that there is room for."""
BAND = 0.4
"""How much of the reference interval is seen, in terms of how far the values leave it."""
LANES = (
    ("office-visit", "Office"),
    ("preventive-visit", "Check-up"),
    ("telehealth", "Video"),
    ("emergency", "Emergency"),
    ("observation", "Observation"),
    ("inpatient", "Hospital"),
    ("home-health", "At home"),
)


@dataclass
class Canvas:
    """A picture in progress: pieces, and how far down they go."""

    begins: date
    ends: date
    until: date
    """Where what is not over ends."""
    y: float = 20
    pieces: list[str] = field(default_factory=list)

    def x(self, day: date) -> float:
        """Return where a day is, held within the picture."""
        days = max(1, (self.ends - self.begins).days)
        share = min(1.0, max(0.0, (day - self.begins).days / days))
        return round(LEFT + share * (WIDTH - LEFT - 10), 1)

    def label(self, name: str, *, strong: bool = False, height: float = ROW) -> None:
        """Write a row's name."""
        short = name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
        kind = "hs-lane" if strong else "hs-name"
        self.pieces.append(
            f'<text class="{kind}" x="0" y="{self.y + height / 2 + 4:g}">{html.text(short)}'
            f"<title>{html.text(name)}</title></text>"
        )

    def bar(self, first: date, last: date, kind: str, title: str) -> None:
        """Draw what lasts."""
        start, end = self.x(first), self.x(last)
        self.pieces.append(
            f'<rect class="{kind}" x="{start:g}" y="{self.y + 5:g}" rx="2" '
            f'width="{max(3, end - start):g}" height="{ROW - 10}">'
            f"<title>{html.text(title)}</title></rect>"
        )

    def mark(self, day: date, kind: str, title: str) -> None:
        """Draw what happens."""
        self.pieces.append(
            f'<circle class="{kind}" cx="{self.x(day):g}" cy="{self.y + ROW / 2:g}" r="4">'
            f"<title>{html.text(title)}</title></circle>"
        )


def timeline(shown: Timeline) -> str:
    """Return a timeline as HTML."""
    died = [e.begins for e in shown.of("death")]
    canvas = Canvas(shown.begins, shown.ends, min([shown.ends, *died]))
    bars(canvas, "Conditions", shown.of("condition"), "hs-condition")
    bars(canvas, "Drugs", shown.of("drug"), "hs-drug")
    visits(canvas, shown.of("encounter"))
    marks(canvas, "Procedures", shown.of("procedure"))
    marks(canvas, "Vaccines", shown.of("vaccine"))
    curves(canvas, shown.measured())
    picture = frame(canvas, shown)
    span = f"{shown.begins} to {shown.ends}"
    known = "; ".join(f"{e.what} ({e.why})" for e in shown.of("allergy"))
    allergies = html.note(f"Allergies: {known or 'none on record'}")
    rows = [
        (e.begins, e.ends, e.kind, e.what, e.why) for e in shown if e.kind not in ("result", "sign")
    ]
    table = html.table(("from", "to", "kind", "what", "why"), rows, prose=True)
    return html.block(
        html.heading(shown.title, span),
        allergies,
        html.tag("div", picture, class_="hs-wide"),
        html.fold("All of it, as a list", table),
    )


def bars(canvas: Canvas, name: str, entries: Sequence[Entry], kind: str) -> None:
    """Draw a bar a row, those first that are seen longest."""
    seen = [e for e in entries if (e.ends or canvas.ends) >= canvas.begins]
    rows: dict[str, list[Entry]] = {}
    for e in seen:
        rows.setdefault(e.what, []).append(e)
    heading(canvas, name, len(rows))
    order = sorted(rows, key=lambda w: (-_days(canvas, rows[w]), w))
    for what in sorted(order[:MOST_ROWS], key=lambda w: (rows[w][0].begins, w)):
        canvas.label(what)
        for e in rows[what]:
            until = f"to {e.ends}" if e.ends else "not over"
            canvas.bar(e.begins, e.ends or canvas.until, kind, f"{e.begins} {until}: {e.why}")
        canvas.y += ROW


def visits(canvas: Canvas, entries: Sequence[Entry]) -> None:
    """Draw the encounters, a row for each kind."""
    heading(canvas, "Encounters", len(entries))
    for kind, name in LANES:
        mine = [e for e in entries if e.what == kind]
        if not mine:
            continue
        canvas.label(f"{name} ({len(mine)})")
        for e in mine:
            title = f"{e.begins}: {e.why}"
            urgent = (
                "hs-urgent" if kind in ("emergency", "observation", "inpatient") else "hs-visit"
            )
            if e.ends and e.ends > e.begins:
                canvas.bar(e.begins, e.ends, urgent, title)
            else:
                canvas.mark(e.begins, urgent, title)
        canvas.y += ROW


def marks(canvas: Canvas, name: str, entries: Sequence[Entry]) -> None:
    """Draw all of a kind on one row."""
    if not entries:
        return
    canvas.label(f"{name} ({len(entries)})", strong=True)
    for e in entries:
        canvas.mark(e.begins, "hs-mark", f"{e.begins}: {e.what} ({e.why})")
    canvas.y += ROW + 2


def curves(canvas: Canvas, series: dict[str, list[Entry]]) -> None:
    """Draw measurements with their reference interval."""
    heading(canvas, "Measurements", len(series))
    for name, some in series.items():
        unit = some[0].unit or ""
        canvas.label(f"{name}, {unit}" if unit else name, height=CURVE)
        canvas.pieces += curve(canvas, some)
        canvas.y += CURVE


def curve(canvas: Canvas, some: list[Entry]) -> list[str]:
    """Return one curve: the interval as a band, a line, points with their values."""
    values = [e.value for e in some if e.value is not None]
    low, high = some[-1].low, some[-1].high
    least, most = min(values), max(values)
    if high is not None and most > 0.75 * high:
        least = min(least, high - (max(most, high) - high) * BAND)
        most = max(most, high)
    if low is not None and least < low:
        most = max(most, low + (low - least) * BAND)
    margin = (most - least) * 0.12 or abs(most) * 0.1 or 1
    least, most = least - margin, most + margin

    def y(value: float) -> float:
        share = min(1.0, max(0.0, (value - least) / (most - least)))
        return round(canvas.y + CURVE - 6 - share * (CURVE - 12), 1)

    top, bottom = y(high if high is not None else most), y(low if low is not None else least)
    band = (
        f'<rect class="hs-band" x="{LEFT}" y="{top:g}" width="{WIDTH - LEFT - 10}" '
        f'height="{max(0.0, bottom - top):g}"></rect>'
    )
    points = [(canvas.x(e.begins), y(v), e) for e, v in zip(some, values, strict=True)]
    path = " ".join(f"{px:g},{py:g}" for px, py, _ in points)
    line = f'<polyline class="hs-curve" points="{path}"></polyline>'
    dots = [
        f'<circle class="{_dot(e)}" cx="{px:g}" cy="{py:g}" r="2.6">'
        f"<title>{html.text(f'{e.begins}: {e.value:g} {e.unit or str()}')}</title></circle>"
        for px, py, e in points
    ]
    last = f'<text class="hs-tick" x="{WIDTH - 6}" y="{points[-1][1] + 4:g}">{values[-1]:g}</text>'
    return [band, line, *dots, last]


def heading(canvas: Canvas, name: str, many: int) -> None:
    """Write the name of a part, if it has anything."""
    if many:
        canvas.y += 4
        canvas.label(f"{name} ({many})", strong=True)
        canvas.y += ROW


def frame(canvas: Canvas, shown: Timeline) -> str:
    """Return the whole picture with its axis."""
    height = canvas.y + 8
    ticks = "".join(
        f'<line class="hs-axis" x1="{canvas.x(day):g}" x2="{canvas.x(day):g}" y1="16" '
        f'y2="{height:g}"></line>'
        f'<text class="hs-tick" x="{canvas.x(day) + 3:g}" y="12">{name}</text>'
        for day, name in axis(canvas.begins, canvas.ends)
    )
    end = "".join(
        f'<line class="hs-end" x1="{canvas.x(e.begins):g}" x2="{canvas.x(e.begins):g}" y1="16" '
        f'y2="{height:g}"><title>died {e.begins}</title></line>'
        for e in shown.of("death")
    )
    return (
        f'<svg class="hs-timeline" viewBox="0 0 {WIDTH + 40} {height:g}" width="{WIDTH + 40}" '
        f'role="img" aria-label="{html.text(f"Timeline of {shown.title}")}">'
        f"{ticks}{''.join(canvas.pieces)}{end}</svg>"
    )


def axis(begins: date, ends: date) -> list[tuple[date, str]]:
    """Return the days of the axis: years, or quarters where there are few."""
    months = 3 if (ends - begins).days < 4 * 366 else 12
    first = [
        date(year, month, 1)
        for year in range(begins.year, ends.year + 1)
        for month in range(1, 13, months)
    ]
    names = {1: "{:%Y}"} if months == 12 else {1: "{:%Y}", 4: "Apr", 7: "Jul", 10: "Oct"}
    return [(d, names[d.month].format(d)) for d in first if begins <= d <= ends]


def _days(canvas: Canvas, some: Sequence[Entry]) -> int:
    """Return how long it lasts within the picture."""
    return sum(
        (min(e.ends or canvas.ends, canvas.ends) - max(e.begins, canvas.begins)).days for e in some
    )


def _dot(e: Entry) -> str:
    assert e.value is not None
    low = e.low is not None and e.value < e.low
    high = e.high is not None and e.value > e.high
    return "hs-outside" if low or high else "hs-inside"
