"""What a declared table is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a canonical table."""

    name: str
    type: str
    """A DuckDB type: BIGINT, INTEGER, TEXT, DATE, TIMESTAMP, BOOLEAN, DOUBLE, DECIMAL(p,s) …"""
    about: str
    required: bool = True
    references: str | None = None
    """The table whose ``id`` it holds."""


@dataclass(frozen=True)
class Table:
    """One canonical table; every row of a scenario table carries scenario_id and run_key."""

    name: str
    domain: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)

    @property
    def scenario(self) -> bool:
        """Whether its rows belong to a scenario (the tables of domain ``state`` do not)."""
        return self.domain != "state"

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(c for c in self.columns if c.name == name)
