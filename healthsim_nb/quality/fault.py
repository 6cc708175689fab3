"""What is wrong with a file itself, before any rule: columns, types, values that are missing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One kind of fault at one place."""

    kind: str
    """Such as ``unknown-column``, ``missing-value``, ``wrong-type``, ``broken-row``."""
    table: str
    column: str | None
    told: str
    """What is wrong, as a sentence."""
    count: int = 1
    """How often."""
    rows: tuple[int, ...] = ()
    """The first rows that have it, counted from 1 without the header."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self), "rows": list(self.rows)}

    def __str__(self) -> str:
        """Return it as a line."""
        place = f"{self.table}.{self.column}" if self.column else self.table
        more = ", …" if self.count > len(self.rows) else ""
        rows = f" (row {', '.join(map(str, self.rows))}{more})" if self.rows else ""
        return f"fault    {place}: {self.told}{rows}"
