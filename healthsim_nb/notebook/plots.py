"""Distributions as pictures: matplotlib draws them, the page's own colours fill them in.

The picture is SVG whose colours are variables of the page, so that it needs no network and is
readable in light and dark.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from healthsim_nb.notebook import html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from healthsim_nb.store.distribution import Distribution, Group

# Colours that nothing else has: each is replaced by a variable of the page.
TEXT, SOFT, FAINT = "#010101", "#020202", "#030303"
SERIES = tuple(f"#0400{n:02x}" for n in range(8))
SHOWN = {TEXT: "var(--hs-text)", SOFT: "var(--hs-soft)", FAINT: "var(--hs-faint)"}
SHOWN |= {colour: f"var(--hs-series{n})" for n, colour in enumerate(SERIES)}
WIDTH, HEIGHT, ROW, BELOW = 7.2, 2.9, 0.27, 0.95
"""Inches."""
TOGETHER, FEWEST = 2, 10
"""Groups that share a picture of a number; more have one each, below each other. Patients of a
group without whom a picture of it would say nothing."""
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "healthsim",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": TEXT,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": FAINT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
}


def distribution(shown: Distribution) -> str:
    """Return a distribution as HTML: the picture, and its numbers as a table."""
    unit = f"{shown.unit} · " if shown.unit else ""
    by = f" by {shown.by}" if shown.by else ""
    rows = [
        (name, *(html.Count(group.counts[i]) for group in shown.groups))
        for i, name in enumerate(shown.bars)
    ]
    table = html.table((shown.unit or "value", *(g.name for g in shown.groups)), rows)
    return html.block(
        html.heading(f"{shown.title}{by}", f"{unit}{shown.n:,} values"),
        html.tag("div", picture(shown), class_="hs-wide"),
        _told(shown),
        html.fold("The same as numbers", table),
    )


def picture(shown: Distribution) -> str:
    """Return the picture as SVG."""
    from matplotlib import rc_context

    found = figure(shown)
    text = io.StringIO()
    with rc_context(STYLE):
        found.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    drawn = text.getvalue()[text.getvalue().index("<svg") :]
    drawn = re.sub(r"(?s)<metadata>.*?</metadata>", "", drawn)
    for colour, variable in SHOWN.items():
        drawn = drawn.replace(colour, variable)
    drawn = re.sub(r"font-family: [^;]*;", "font-family: inherit;", drawn)
    label = html.text(
        f"{shown.title}: {'; '.join(f'{g.name}: {shown.told(g)}' for g in shown.groups)}"
    )
    return drawn.replace("<svg ", f'<svg class="hs-plot" role="img" aria-label="{label}" ', 1)


def figure(shown: Distribution) -> Figure:
    """Return the picture as a figure of matplotlib."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    words, groups = not shown.edges, _drawn(shown)
    rows = len(groups) if not words and len(groups) > TOGETHER else 1
    high = max(HEIGHT * 0.5, 0.5 + ROW * len(shown.labels)) if words else HEIGHT
    with rc_context(STYLE):
        high = high if rows == 1 else 0.4 + BELOW * rows
        found = Figure(figsize=(WIDTH, high), layout="constrained")
        axes = found.subplots(rows, 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        if words:
            _words(axes[0], shown)
        elif rows > 1:
            for one, group, colour in zip(axes, groups, SERIES, strict=False):
                _numbers(one, shown, [group], [colour])
                one.set_ylabel(group.name, rotation=0, ha="right", va="center", color=TEXT)
        else:
            _numbers(axes[0], shown, groups, SERIES)
        if shown.by and rows == 1:
            axes[0].legend(frameon=False, fontsize=8.5)
        found.draw_without_rendering()
    return found


def _drawn(shown: Distribution) -> list[Group]:
    """Return the groups that are large enough for a picture."""
    return [group for group in shown.groups if group.n >= FEWEST or not shown.by]


def _numbers(
    axes: Axes, shown: Distribution, groups: Sequence[Group], colours: Sequence[str]
) -> None:
    """Draw bars of one group, or the outlines of several; as shares if there are several."""
    edges, alone = list(shown.edges), len(groups) == 1
    for group, colour in zip(groups, colours, strict=False):
        parts = [100 * c / group.n for c in group.counts] if shown.by else list(group.counts)
        style: Any = {"fill": True, "alpha": 0.85} if alone else {"linewidth": 1.6}
        axes.stairs(parts, edges, color=colour, label=group.name, **style)
        if alone and group.quartiles:
            axes.axvline(group.quartiles[1], color=TEXT, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_ylabel("% of the group" if shown.by else "")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.tick_params(length=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")


def _words(axes: Axes, shown: Distribution) -> None:
    """Draw a row for each word; groups side by side as shares of each."""
    many = len(shown.groups) or 1
    places = list(range(len(shown.labels)))[::-1]
    for n, (group, colour) in enumerate(zip(shown.groups, SERIES, strict=False)):
        thick = 0.72 / many
        values = [100 * c / (group.n or 1) if shown.by else c for c in group.counts]
        at = [place + 0.36 - thick * (n + 0.5) for place in places]
        axes.barh(at, values, height=thick * 0.92, color=colour, label=group.name)
    axes.set_yticks(places, shown.labels)
    axes.set_xlabel("% of the group" if shown.by else "")
    axes.grid(axis="x", color=FAINT, linewidth=0.8)
    axes.tick_params(length=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")


def _told(shown: Distribution) -> str:
    """Return the groups in words, and what lies outside the picture."""
    rows: list[tuple[Any, ...]] = [_row(group) for group in shown.groups if group.quartiles]
    head = (shown.by or "", "values", "mean", "median", "middle half")
    said = html.table(head, rows) if rows else ""
    below, above = shown.outside
    ends = [f"{below:,} below are in the first bar"] if below else []
    ends += [f"{above:,} above are in the last bar"] if above else []
    ends += [f"{shown.missing:,} without a value"] if shown.missing else []
    small = [g.name for g in shown.groups if g not in _drawn(shown)] if shown.edges else []
    ends += [f"too few for a picture: {', '.join(small)}"] if small else []
    return said + (html.note(" · ".join(ends)) if ends else "")


def _row(group: Group) -> tuple[Any, ...]:
    assert group.quartiles is not None
    assert group.mean is not None
    low, middle, high = (f"{value:,.4g}" for value in group.quartiles)
    return (group.name, html.Count(group.n), f"{group.mean:,.4g}", middle, f"{low} to {high}")
