"""What a format reads: tables by name, each a SELECT on a cursor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from healthsim_nb.errors import ExportError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import duckdb


@dataclass(frozen=True)
class Source:
    """Tables to export."""

    cursor: duckdb.DuckDBPyConnection
    selects: Mapping[str, str]
    """Name of a table to the SELECT that gives its rows, in the order in which they are written."""
    tell: Callable[[int, int], None] | None = None
    """Called before each table, with how many are written and how many there are."""

    def written(self, tables: int) -> None:
        """Say how many tables are written."""
        if self.tell:
            self.tell(tables, len(self.selects))

    def only(self, tables: Sequence[str] | None) -> Source:
        """Return the source with these tables, in the order of the source; with all if None.

        Raises
        ------
        UnknownNameError
            If one of them does not exist.
        ExportError
            If there are none.
        """
        if tables is None:
            return self
        for table in tables:
            if table not in self.selects:
                raise UnknownNameError.of("table", table, self.selects)
        if not tables:
            raise ExportError("No tables were named, so there is nothing to export.")
        wanted = {name: sql for name, sql in self.selects.items() if name in tables}
        return replace(self, selects=wanted)
