"""What a merge did, table by table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields


@dataclass
class Counts:
    """Rows of one table in a merge."""

    kept: int = 0
    """Rows of earlier scenarios that stayed."""
    added: int = 0
    """Rows of later ones that came with their own ids."""
    skipped: int = 0
    """Rows of later ones that were left out: their place was taken."""
    replaced: int = 0
    """Rows of earlier ones that gave way."""
    renamed: int = 0
    """Rows of later ones that got new ids."""
    shared: int = 0
    """Rows of later ones that equal one that was there: one of them is kept."""


@dataclass
class Merged:
    """What a merge did."""

    rule: str
    """skip, overwrite or rename."""
    sources: list[str]
    lives: int = 0
    """Households that several scenarios had under the same ids."""
    tables: dict[str, Counts] = field(default_factory=dict)
    renumbered: dict[str, int] = field(default_factory=dict)
    """New numbers that people see, such as of ``patients.mrn``."""

    def total(self, what: str) -> int:
        """Return the rows of all tables that were ``kept``, ``added``, ``skipped`` and so on."""
        return sum(getattr(counts, what) for counts in self.tables.values())

    def of(self, table: str) -> Counts:
        """Return the counts of a table, to add to."""
        return self.tables.setdefault(table, Counts())

    def to_dict(self) -> dict[str, object]:
        """Return all of it as JSON knows it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, said: dict[str, object]) -> Merged:
        """Return what `to_dict` has written."""
        tables = said["tables"]
        assert isinstance(tables, dict)
        return cls(**{**said, "tables": {k: Counts(**v) for k, v in tables.items()}})  # type: ignore[arg-type]

    def to_text(self) -> str:
        """Return it as a sentence, and a line for each table in which something gave way."""
        said = [f"{self.total(f.name):,} {f.name}" for f in fields(Counts) if self.total(f.name)]
        names = " and ".join(self.sources)
        lines = [f"Merged {names}, on conflict {self.rule}: rows {', '.join(said) or 'none'}."]
        lines.append(f"Households in more than one of them: {self.lives:,}.")
        for table, counts in self.tables.items():
            parts = [f"{getattr(counts, f.name):,} {f.name}" for f in fields(Counts)
                     if getattr(counts, f.name)]  # fmt: skip
            lines.append(f"  {table}: {', '.join(parts)}")
        if self.renumbered:
            lines.append(
                "New numbers: " + ", ".join(f"{n:,} {c}" for c, n in self.renumbered.items())
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Return it as text."""
        return self.to_text()
