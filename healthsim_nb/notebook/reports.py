"""What a check found, and the rules themselves, as HTML: the verdict first, then what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.notebook import html
from healthsim_nb.notebook.html import Count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healthsim_nb.quality import Outcome, Report, Rule

RULES = ("rule", "severity", "table", "state", "confidence", "protects", "source")
FAULTS = ("table", "column", "what is wrong", "times", "rows")
AREAS = ("area", "passed", "failed", "not applicable", "switched off")


def report(shown: Report) -> str:
    """Return a report as HTML."""
    verdict, _, _ = shown.verdict.partition(":")
    parts = [html.heading(shown.name, verdict), html.tiles(_tiles(shown)), _faults(shown)]
    parts += [_outcome(outcome, opened=True) for outcome in shown.errors]
    parts += [_outcome(outcome, opened=False) for outcome in shown.warnings]
    return html.block(*parts, html.fold("Rules by area", html.table(AREAS, _areas(shown))))


def rules(shown: Iterable[Rule]) -> str:
    """Return rules as HTML."""
    rows = [
        (r.id, r.severity, r.table, "on" if r.on else "off", r.confidence, r.protects, r.source)
        for r in shown
    ]
    if not rows:
        return html.block(html.note("There is no such rule."))
    on = sum(row[3] == "on" for row in rows)
    note = html.note_of(html.code("%hs rules ID"), " shows one, with its SQL; --off switches it.")
    head = html.heading(f"{len(rows):,} rules", f"{on:,} switched on")
    return html.block(head, html.table(RULES, rows, prose=True), note)


def rule(shown: Rule) -> str:
    """Return one rule as HTML."""
    state = "" if shown.on else ", switched off"
    head = html.heading(shown.id, f"{shown.severity}, {shown.table}{state}")
    said: list[tuple[str, object]] = [("protects", shown.protects), ("source", shown.source)]
    said += [("confidence", shown.confidence), ("may fail in other data", shown.may_fail)]
    return html.block(head, html.pairs(pair for pair in said if pair[1]), _sql(shown))


def _tiles(shown: Report) -> list[tuple[str, str]]:
    counts = shown.counts
    found = [(len(shown.errors), "errors"), (len(shown.warnings), "warnings")]
    if shown.faults:
        found.insert(0, (sum(fault.count for fault in shown.faults), "faults"))
    found += [(counts[name], name) for name in ("passed", "not applicable", "switched off")]
    return [(f"{number:,}", name) for number, name in found if number or name == "errors"]


def _faults(shown: Report) -> str:
    rows = [
        (f.table, f.column, f.told, Count(f.count), ", ".join(map(str, f.rows)))
        for f in shown.faults
    ]
    return html.section("In the files", html.table(FAULTS, rows, prose=True)) if rows else ""


def _outcome(outcome: Outcome, *, opened: bool) -> str:
    rule = outcome.rule
    count = f"{outcome.found:,} of {outcome.checked:,} rows of {rule.table}"
    title = html.tag("strong", html.text(f"{rule.severity}: {rule.protects}"))
    summary = html.tag("summary", f"{title} {html.text(count)}")
    about = f"{rule.id} · {rule.source} · confidence {rule.confidence:g}"
    why = html.note(f"May fail elsewhere: {rule.may_fail}") if rule.may_fail else ""
    body = _examples(outcome.examples) + html.note(about) + why + _sql(rule)
    return f"<details{' open' if opened else ''}>{summary}{body}</details>"


def _examples(examples: tuple[dict[str, Any], ...]) -> str:
    if not examples:
        return ""
    return html.table(list(examples[0]), [list(example.values()) for example in examples])


def _sql(rule: Rule) -> str:
    source = f"-- wrong where\n{rule.text}" if rule.where else rule.text
    return html.fold("SQL", html.tag("pre", html.text(source)))


def _areas(shown: Report) -> list[tuple[object, ...]]:
    areas: dict[str, dict[str, int]] = {}
    for outcome in shown.outcomes:
        found = areas.setdefault(outcome.rule.area, {})
        found[outcome.status] = found.get(outcome.status, 0) + 1
    return [
        (area, *(Count(found.get(name, 0)) for name in AREAS[1:])) for area, found in areas.items()
    ]
