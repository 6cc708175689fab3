"""The page of all rules, ``docs/rules.md``: run as a program, this module prints it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from healthsim_nb.quality.declared import AREA
from healthsim_nb.quality.rules import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from healthsim_nb.quality.rule import Rule

TITLES = {
    "identifiers": "Numbers that stand for people and organisations",
    "people": "Who people are; age and sex against what is recorded",
    "visits": "Visits and stays",
    "records": "What is written down at a visit",
    "vitals": "Vital signs",
    "laboratory": "Laboratory results",
    "drugs": "Drugs",
    "codes": "Codes",
    "coverage": "Plans, members, authorizations",
    "claims": "Medical claims",
    "pharmacy": "Prescriptions and fills",
    "trials": "Clinical trials, networks, areas",
}
HEAD = """# Rules

`c.validate()`, `%hs validate` and `healthsim validate` check {written} rules that are written in
`references/rules`, and {declared} more that the declaration of the tables implies. An *error*
cannot be; a *warning* is odd, and may be right. A rule about a table without rows does not apply.
`ws.switch_rule(id, on=False)` switches one off; `ws.add_rule(…)` adds one of your own.

This page is made by `python -m healthsim_nb.quality.document > docs/rules.md`.
"""
IMPLIED = """
## What the declaration of the tables implies

For each table: no id occurs twice (`TABLE-unique`), texts that every row needs are not blank
(`TABLE-filled`), each id of another table leads to a row of it (`TABLE-refers-COLUMN`), and that
row is about the same patient (`TABLE-THING-of-the-patient`).

| table | rules |
|---|---|
"""


def text() -> str:
    """Return the whole page."""
    known = list(rules().values())
    written = [rule for rule in known if rule.area != AREA]
    head = HEAD.format(written=len(written), declared=len(known) - len(written))
    areas = {rule.area: None for rule in written}
    ordered = sorted(areas, key=lambda area: (*TITLES, area).index(area))
    parts = [_area(area, [r for r in written if r.area == area]) for area in ordered]
    return "".join([head, *parts, IMPLIED, *_implied(known)])


def _area(area: str, found: Iterable[Rule]) -> str:
    lines = "".join(_line(rule) for rule in found)
    table = (
        "| rule | | table | what it protects | source | confidence |\n|---|---|---|---|---|---|\n"
    )
    return f"\n## {TITLES.get(area, area.title())} (`{area}`)\n\n{table}{lines}"


def _line(rule: Rule) -> str:
    protects = rule.protects
    if rule.may_fail:
        protects += f" *May fail elsewhere:* {rule.may_fail}"
    cells = (f"`{rule.id}`", rule.severity, rule.table, protects, rule.source, rule.confidence)
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def _implied(known: Iterable[Rule]) -> Iterator[str]:
    tables: dict[str, list[str]] = {}
    for rule in known:
        if rule.area == AREA:
            tables.setdefault(rule.table, []).append(f"`{rule.id}`")
    for table, ids in tables.items():
        yield f"| {table} | {', '.join(ids)} |\n"


if __name__ == "__main__":
    sys.stdout.write(text())
