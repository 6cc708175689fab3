"""The data dictionary: what every column of every canonical table means."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import groupby

from healthsim_nb.schema import OWNERSHIP, tables
from healthsim_nb.schema.ddl import PROVENANCE

HEADINGS = {
    "core": "Core",
    "clinical": "Clinical (PatientSim)",
    "coverage": "Coverage (MemberSim)",
    "pharmacy": "Pharmacy (RxMemberSim)",
    "trials": "Trials (TrialSim)",
    "population": "Population (PopulationSim)",
    "network": "Network (NetworkSim)",
    "state": "State of the workspace",
}
INTRODUCTION = f"""\
# Data dictionary

Made from the declarations in `healthsim_nb/schema/tables`; do not edit, but run
`python -m healthsim_nb.schema.dictionary > docs/data-dictionary.md`.

Every row of a scenario table begins with `{OWNERSHIP[0]}` (whose it is) and `{OWNERSHIP[1]}`
(which run made it). The tables are in schema `hs`; the views of the same names show the scenario
in use. Schema `provenance` has a view of each that adds what its run says of a row:
{", ".join(f"`{name}`" for name in PROVENANCE)}.
Columns marked *open* may change in rows that exist when more months are simulated.
"""


@dataclass(frozen=True)
class Entry:
    """One column."""

    table: str
    column: str
    type: str
    required: bool
    references: str | None
    about: str


def entries() -> list[Entry]:
    """Return every column of every canonical table, in the order of declaration."""
    return [
        Entry(table.name, c.name, c.type, c.required, c.references, c.about)
        for table in tables().values()
        for c in table.columns
    ]


def markdown() -> str:
    """Return the data dictionary as a page."""
    parts = [INTRODUCTION, _contents()]
    for domain, group in groupby(tables().values(), key=lambda table: table.domain):
        parts.append(f"## {HEADINGS[domain]}\n")
        parts += [_section(table.name) for table in group]
    return "\n".join(parts)


def _contents() -> str:
    lines = [
        f"* {HEADINGS[domain]}: " + " · ".join(f"[{t.name}](#{t.name})" for t in group)
        for domain, group in groupby(tables().values(), key=lambda table: table.domain)
    ]
    return "\n".join(lines) + "\n"


def _section(name: str) -> str:
    lines = [
        f"### {name}\n",
        f"{tables()[name].about}\n",
        "| column | type | meaning |",
        "|---|---|---|",
    ]
    lines += [_row(entry) for entry in entries() if entry.table == name]
    return "\n".join(lines) + "\n"


def _row(entry: Entry) -> str:
    kind = entry.type if entry.required else f"{entry.type}, may be null"
    target = f" → [{entry.references}](#{entry.references})" if entry.references else ""
    return f"| {entry.column} | {kind} | {entry.about.replace('|', '&#124;')}{target} |"


if __name__ == "__main__":
    sys.stdout.write(markdown())
