"""A summary in words, within a number of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.store.tokens import at_most

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from healthsim_nb.store.samples import Sample
    from healthsim_nb.store.statistics import Figures
    from healthsim_nb.store.summary import Summary

WITHOUT_SAMPLES = 500
SAMPLES = 2700
"""Tokens at most."""
TABLES = 12
"""Tables whose rows are counted by name; the others together."""
WIDEST = 32
"""Characters of a sampled value."""


def text(summary: Summary) -> str:
    """Return the summary as text; what does not fit is left out from the end."""
    lines: list[str] = []
    for line in filter(None, (make(summary) for make in LINES)):
        if at_most("\n".join([*lines, line])) <= WITHOUT_SAMPLES:
            lines.append(line)
    return "\n".join([*lines, *_samples(summary.samples)])


def _title(summary: Summary) -> str:
    tags = _short(f"[{', '.join(summary.tags[:5])}]", 80) if summary.tags else ""
    return f"{_short(summary.name, 60)} {tags}".rstrip()


def _origin(summary: Summary) -> str:
    said, settings = [], summary.settings
    if summary.template:
        said.append(f"template {summary.template}")
    if summary.request:
        said.append(f"request “{_short(summary.request, 160)}”")
    if "seed" in settings:
        said.append(f"seed {settings['seed']}")
    if summary.start and summary.until:
        said.append(f"{summary.start} to {summary.until}")
    mix = settings.get("mix") or {}
    if mix:
        said.append("mix " + ", ".join(f"{k} {_percent(v)}" for k, v in list(mix.items())[:6]))
    return "; ".join(said)


def _chosen(summary: Summary) -> str:
    return _short(summary.chosen, 320)


def _rows(summary: Summary) -> str:
    counts = summary.counts
    if not counts:
        return "rows: none"
    shown = dict(list(counts.items())[:TABLES])
    said = [f"{table} {rows:,}" for table, rows in shown.items()]
    others = sum(counts.values()) - sum(shown.values())
    if others:
        said.append(f"{len(counts) - len(shown)} more tables {others:,}")
    return f"rows: {', '.join(said)}"


def _people(summary: Summary) -> str:
    p = summary.statistics.get("patients")
    if not p:
        return ""
    said = [f"{_percent(p['female'])} female"]
    if p["age_mean"] is not None:
        bands = (("0-17", "0_17"), ("18-44", "18_44"), ("45-64", "45_64"), ("65+", "65_on"))
        ages = ", ".join(f"{band} {_percent(p[f'age_{key}'])}" for band, key in bands)
        said.append(f"age at start {p['age_mean']:.1f} ({p['age_min']} to {p['age_max']}: {ages})")
    said.append(f"{p['deaths']:,} died")
    return f"patients: {', '.join(said)}"


def _diagnoses(summary: Summary) -> str:
    return _list(
        summary, "diagnoses", lambda d: f"{d['code']} {_short(d['description'], 32)}{_share(d)}"
    )


def _medications(summary: Summary) -> str:
    return _list(summary, "medications", lambda m: f"{_short(m['name'], 32)}{_share(m)}")


def _encounters(summary: Summary) -> str:
    rows = summary.statistics.get("encounters", [])
    if not rows:
        return ""
    if rows[0]["per_patient_year"] is None:
        return "encounters: " + ", ".join(f"{r['class_code']} {r['count']:,}" for r in rows[:6])
    rates = ", ".join(f"{r['class_code']} {r['per_patient_year']:.2f}" for r in rows[:6])
    return f"encounters a patient-year: {rates}"


def _labs(summary: Summary) -> str:
    return _list(summary, "labs", _lab, "latest results, means")


def _lab(row: Figures) -> str:
    said = f"{_short(row['test_name'], 28)} {_figure(row['mean'])} {row['unit'] or ''}".rstrip()
    if row["below_7"] is not None:
        said += f" ({_percent(row['below_7'])} below 7, {_percent(row['above_9'])} above 9)"
    return said


def _vitals(summary: Summary) -> str:
    v = summary.statistics.get("vitals")
    if not v or v["systolic"] is None:
        return ""
    controlled = f"{_percent(v['below_140_90'])} below 140/90"
    said = f"latest pressure: mean {v['systolic']:.0f}/{v['diastolic']:.0f} ({controlled})"
    return said + (f"; BMI {v['bmi']:.1f}" if v["bmi"] is not None else "")


def _claims(summary: Summary) -> str:
    c = summary.statistics.get("claims")
    return f"claims: paid {c['paid'] or 0:,.0f}, {_percent(c['denied'])} denied" if c else ""


def _pharmacy(summary: Summary) -> str:
    c = summary.statistics.get("pharmacy_claims")
    return f"pharmacy: paid {c['paid'] or 0:,.0f}, {_percent(c['rejected'])} rejected" if c else ""


def _description(summary: Summary) -> str:
    return _short(summary.description or "", 240)


LINES = (
    _title,
    _origin,
    _chosen,
    _rows,
    _people,
    _diagnoses,
    _encounters,
    _labs,
    _vitals,
    _medications,
    _claims,
    _pharmacy,
    _description,
)


def _samples(samples: Mapping[str, list[Sample]]) -> Iterable[str]:
    """Return a block of lines for each table, within its part of the tokens."""
    left = SAMPLES
    for done, (table, rows) in enumerate(samples.items()):
        block = _block(table, rows, left // (len(samples) - done))
        left -= at_most(block) + 1
        yield block


def _block(table: str, rows: list[Sample], most: int) -> str:
    """Return a table's rows, column after column until the tokens are used up."""
    lines = [f"{table}:", *("" for _ in rows)]
    for column in _telling(rows):
        cells = [column, *(_cell(row[column]) for row in rows)]
        wider = [
            f"{line}|{cell}" if line else cell for line, cell in zip(lines, cells, strict=True)
        ]
        wider[0] = f"{lines[0]}{'|' if lines[0][-1] != ':' else ' '}{column}"
        if at_most("\n".join(wider)) > most:
            break
        lines = wider
    return "\n".join(lines)


def _telling(rows: list[Sample]) -> list[str]:
    """Return the columns that hold something: the id, what is said, whom it refers to."""
    filled = (
        [name for name in rows[0] if any(row[name] is not None for row in rows)] if rows else []
    )
    return sorted(filled, key=lambda name: name != "id" and 1 + name.endswith("_id"))


def _list(
    summary: Summary, name: str, say: Callable[[Figures], str], title: str | None = None
) -> str:
    rows = summary.statistics.get(name, [])
    return f"{title or name}: {'; '.join(map(say, rows))}" if rows else ""


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever a row holds
    if isinstance(value, float):
        return _figure(value)
    return "" if value is None else _short(str(value), WIDEST)


def _share(row: Figures) -> str:
    return "" if row["share"] is None else f" {_percent(row['share'])}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _figure(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _short(text: str, most: int) -> str:
    flat = " ".join(str(text).split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
