"""A summary as HTML: figures first, then what the people have, then rows to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.notebook import html
from healthsim_nb.notebook.html import Count

if TYPE_CHECKING:
    from healthsim_nb import Summary

Figures = dict[str, Any]
CLASSES = {
    "AMB": "office",
    "EMER": "emergency",
    "HH": "home",
    "IMP": "hospital stay",
    "OBSENC": "observation",
    "VR": "telehealth",
}
"""Classes of encounters in plain words."""


def summary(shown: Summary) -> str:
    """Return a summary as HTML."""
    found = shown.statistics
    samples = "".join(_sample(table, rows) for table, rows in shown.samples.items())
    parts = [
        html.heading(shown.name, " · ".join(_origin(shown))),
        html.note(shown.chosen[:1].upper() + shown.chosen[1:]) if shown.chosen else "",
        html.chips(shown.tags),
        html.tiles(_tiles(shown, found)),
        html.columns(*filter(None, (make(found) for make in PARTS)), _rows(shown)),
        html.fold("Some rows of each table", samples) if samples else "",
    ]
    return html.block(*parts)


def _origin(shown: Summary) -> list[str]:
    span = f"{shown.start} to {shown.until}" if shown.start and shown.until else ""
    seed = f"seed {shown.settings['seed']}" if "seed" in shown.settings else ""
    return [said for said in (shown.request or shown.template or "", span, seed) if said]


def _tiles(shown: Summary, found: Figures) -> list[tuple[str, str]]:
    """Return the few figures that everybody asks for first: (value, name)."""
    people, vitals = found.get("patients"), found.get("vitals")
    tiles = []
    if people:
        tiles += [(f"{people['count']:,}", "patients"), (_percent(people["female"]), "women")]
        if people["age_mean"] is not None:
            tiles.append((f"{people['age_mean']:.1f}", "mean age at start"))
        tiles.append((f"{people['deaths']:,}", "died"))
    if vitals and vitals["systolic"] is not None:
        tiles.append((f"{vitals['systolic']:.0f}/{vitals['diastolic']:.0f}", "mean blood pressure"))
    return [*tiles, (f"{sum(shown.counts.values()):,}", "rows")]


def _diagnoses(found: Figures) -> str:
    rows = found.get("diagnoses", [])
    shares = [(f"{d['code']} {d['description']}", d["share"]) for d in rows]
    return html.section("Most frequent diagnoses", html.bars(shares)) if rows else ""


def _medications(found: Figures) -> str:
    rows = found.get("medications", [])
    shares = [(m["name"], m["share"]) for m in rows]
    return html.section("Most frequent drugs", html.bars(shares)) if rows else ""


def _encounters(found: Figures) -> str:
    rows = [
        (CLASSES.get(e["class_code"], e["class_code"]), Count(e["count"]), _rate(e))
        for e in found.get("encounters", [])
    ]
    head = ("encounters", "number", "a patient-year")
    return html.section("Care", html.table(head, rows)) if rows else ""


def _labs(found: Figures) -> str:
    rows = [
        (row["test_name"], Count(row["patients"]), _figure(row["mean"]), row["unit"])
        for row in found.get("labs", [])
    ]
    head = ("latest result", "patients", "mean", "unit")
    return html.section("Laboratory", html.table(head, rows)) if rows else ""


def _rows(shown: Summary) -> str:
    rows = [(table, Count(number)) for table, number in shown.counts.items()]
    return html.section("Rows", html.table(("table", "rows"), rows))


def _sample(table: str, rows: list[Figures]) -> str:
    if not rows:
        return ""
    return html.section(table, html.table(list(rows[0]), [list(row.values()) for row in rows]))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}".replace("%", " %")


def _rate(row: Figures) -> float | None:
    value = row["per_patient_year"]
    return None if value is None else round(value, 2)


def _figure(value: float | None) -> float | None:
    """Return the value with about three figures."""
    if value is None:
        return None
    return round(value) if abs(value) >= 100 else round(value, 1 if abs(value) >= 10 else 2)


PARTS = (_diagnoses, _medications, _encounters, _labs)
