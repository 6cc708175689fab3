"""A settlement of shared savings as plain text, and the cells that every display shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healthsim_nb.quality.shared_savings import SharedSavings

COLUMNS = (
    "organization", "members", "risk", "benchmark", "actual", "savings", "rate", "quality",
    "earned", "why",
)  # fmt: skip
SHOWN = 15
"""Organizations that a display shows."""


def headline(found: SharedSavings) -> str:
    """Return one sentence about the year."""
    own = sum(a.provider_id is not None for a in found.attribution)
    earned = sum(s.earned for s in found.settlements)
    return (
        f"{found.market} {found.year}: {own:,} of {len(found.attribution):,} members are somebody's"
        f" patients; {len(found.settlements):,} organizations earn {earned:,.0f} dollars"
    )


def terms_of(found: SharedSavings) -> str:
    """Return what was agreed on, and what a benchmark is."""
    t = found.terms
    return (
        f"Benchmark: {found.unit_cost:,.2f} dollars for a member-year at risk 1, times the members'"
        f" risk. Minimum savings {t.minimum_savings_rate:.1%}, quality gate {t.quality_gate:.0%},"
        f" shared {t.shared_rate:.0%}, losses {t.loss_rate:.0%}, cap {t.cap:.0%} of the benchmark."
    )


def cells(found: SharedSavings) -> list[list[str]]:
    """Return the first organizations as text."""
    return [
        [
            s.organization,
            f"{s.members:,}",
            f"{s.risk_score:.3f}",
            f"{s.benchmark:,.0f}",
            f"{s.actual:,.0f}",
            f"{s.savings:,.0f}",
            f"{s.savings_rate:.1%}",
            "" if s.quality is None else f"{s.quality:.0%}",
            f"{s.earned:,.0f}",
            s.reason,
        ]
        for s in found.settlements[:SHOWN]
    ]


def more(found: SharedSavings) -> str:
    """Return how many are not shown; empty: all are."""
    hidden = len(found.settlements) - SHOWN
    return f"… and {hidden:,} more: .df() has all." if hidden > 0 else ""


def text(found: SharedSavings) -> str:
    """Return all as plain text."""
    rows = [list(COLUMNS), *cells(found)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    last = len(COLUMNS) - 1
    lines = [
        "  ".join(
            cell.ljust(width) if i in (0, last) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    rest = [more(found)] if more(found) else []
    return "\n".join([headline(found), "", *lines, *rest, "", terms_of(found)])
