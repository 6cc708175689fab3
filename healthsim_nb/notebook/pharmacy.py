"""Formularies and reviews of drugs as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.notebook import html

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healthsim_nb.pharmacy.card import FormularyCard, Listed, Lookup
    from healthsim_nb.pharmacy.comparison import Comparison
    from healthsim_nb.pharmacy.review import Review

ALERTS = ("code", "finding", "severity", "about", "what may happen", "what to do")
TIERS = ("tier", "name", "products", "retail 30", "retail 90", "mail 90", "specialty")
DRUGS = ("drug", "tier", "member pays", "price", "authorize", "first", "limit")


def review(shown: Review) -> str:
    """Return a review as HTML."""
    beside = f"beside {', '.join(shown.active)}" if shown.active else ""
    head = html.heading(shown.drug, beside)
    verdict = html.note(shown.verdict)
    if shown.ok:
        return html.block(head, verdict)
    rows = [(a.reason, a.name, a.severity, a.beside, a.text, a.advice) for a in shown.alerts]
    return html.block(head, verdict, html.table(ALERTS, rows, prose=True))


def formulary(shown: FormularyCard) -> str:
    """Return a formulary as HTML: its facts, its tiers, its drugs to open."""
    facts = shown.facts
    head = html.heading(str(facts.pop("name")), str(facts.pop("id")))
    every = html.fold("Every drug", _drugs(shown))
    return html.block(head, html.pairs(facts.items()), html.table(TIERS, shown.tiers), every)


def comparison(shown: Comparison) -> str:
    """Return a comparison of formularies as HTML."""
    head = html.heading("The same fills, other formularies", shown.headline)
    note = html.note("Dollars; prices stay as they are. Copay cards and subsidies are left out.")
    rows = [[html.Count(v) if isinstance(v, int) else v for v in row] for row in shown.cells]
    return html.block(head, html.table(shown.columns, rows), note)


def lookup(shown: Lookup) -> str:
    """Return what a formulary says of a drug as HTML."""
    if not shown.listed:
        return html.block(html.note(shown.to_text()))
    return html.block(html.heading(shown.asked, f"on {shown.formulary}"), _drugs(shown))


def _drugs(listed: Iterable[Listed]) -> str:
    rows = [
        (
            d.name,
            d.tier or "not covered",
            d.cost,
            f"${d.price:,.2f}",
            "yes" if d.prior_authorization else "",
            d.step_therapy,
            d.quantity_limit,
        )
        for d in listed
    ]
    return html.table(DRUGS, rows)
