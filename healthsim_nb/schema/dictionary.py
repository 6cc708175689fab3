"""The data dictionary: what every column of every canonical table means."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from healthsim_nb.schema import OWNERSHIP, tables
from healthsim_nb.schema.ddl import PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

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


@dataclass(frozen=True, repr=False)
class Dictionary:
    """The meaning of some columns, to read or to go through."""

    entries: tuple[Entry, ...]

    def __iter__(self) -> Iterator[Entry]:
        """Go through the columns."""
        return iter(self.entries)

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self.entries)

    def df(self) -> pd.DataFrame:
        """Return the columns as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.entries)

    def __repr__(self) -> str:
        """Return a line for each column of one table, or for each of several tables."""
        names = list(dict.fromkeys(entry.table for entry in self.entries))
        if len(names) == 1:
            lines = [(e.column, _kind(e), e.about) for e in self.entries]
            return "\n".join([f"{names[0]}: {tables()[names[0]].about}", "", *_aligned(lines)])
        counted = Counter(entry.table for entry in self.entries)
        return "\n".join(_aligned([(n, f"{counted[n]} columns", tables()[n].about) for n in names]))


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
    kind = _kind(entry)
    target = f" → [{entry.references}](#{entry.references})" if entry.references else ""
    return f"| {entry.column} | {kind} | {entry.about.replace('|', '&#124;')}{target} |"


def _kind(entry: Entry) -> str:
    return entry.type if entry.required else f"{entry.type}, may be null"


def _aligned(lines: list[tuple[str, str, str]]) -> list[str]:
    first, second = (max((len(line[i]) for line in lines), default=0) for i in (0, 1))
    return [f"{a:<{first}}  {b:<{second}}  {c}" for a, b, c in lines]


if __name__ == "__main__":
    sys.stdout.write(markdown())
