"""Pages of a result: some rows at a time, in an order that stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from healthsim_nb.errors import QueryError

if TYPE_CHECKING:
    import pandas as pd

PAGE_SIZE = 20
LARGEST = 10_000
Row = tuple[Any, ...]


class Rows(Protocol):
    """All rows of a query, kept where they are; a page asks for its part."""

    columns: tuple[str, ...]
    types: tuple[str, ...]

    def part(self, start: int, count: int) -> list[Row]:
        """Return up to ``count`` rows from position ``start`` (0 is the first)."""
        ...

    def total(self) -> int:
        """Return the number of rows, counted once."""
        ...

    def prepare(self) -> None:
        """Do now what a jump to any page needs."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


@dataclass(frozen=True)
class Page:
    """Some rows of a query, and the way to the others.

    Values are Python's: ``Decimal`` for money, ``date`` and ``datetime``, ``None`` for null.
    """

    columns: tuple[str, ...]
    rows: list[Row]
    page: int
    """Number of this page, from 1."""
    page_size: int
    has_more: bool
    source: Rows = field(repr=False, compare=False)

    @property
    def types(self) -> tuple[str, ...]:
        """What DuckDB calls the types of the columns, as ``BIGINT`` and ``DECIMAL(12,2)``."""
        return self.source.types

    @property
    def total(self) -> int:
        """Rows on all pages. Counted when first asked for, once for all pages of a query."""
        return self.source.total()

    @property
    def pages(self) -> int:
        """Pages in all; 1 if there are no rows."""
        return max(1, -(-self.total // self.page_size))

    def turn(self, page: int, page_size: int | None = None) -> Page:
        """Return another page of the same query.

        Raises
        ------
        QueryError
            If ``page`` or ``page_size`` cannot be; a page beyond the last has no rows.
        """
        return turn(self.source, page, self.page_size if page_size is None else page_size)

    def next(self) -> Page:
        """Return the following page.

        Raises
        ------
        QueryError
            If this is the last one.
        """
        if not self.has_more:
            raise QueryError(f"Page {self.page} is the last: there are {self.total:,} rows in all.")
        return self.turn(self.page + 1)

    def previous(self) -> Page:
        """Return the page before this.

        Raises
        ------
        QueryError
            If this is the first one.
        """
        if self.page == 1:
            raise QueryError("Page 1 is the first: there is none before it.")
        return self.turn(self.page - 1)

    def prepare(self) -> None:
        """Do now, once for all pages, what the first jump to a page far away would wait for.

        Rows in the order of their id are counted by stretches of it, rows in another order are
        sorted. Only widgets that page through millions of rows need it.
        """
        self.source.prepare()

    def df(self) -> pd.DataFrame:
        """Return the rows of this page as a DataFrame."""
        import pandas as pd

        return pd.DataFrame.from_records(self.rows, columns=list(self.columns))

    def close(self) -> None:
        """Give back the cursor of the query; the page stays, without its neighbours."""
        self.source.close()

    def __repr__(self) -> str:
        """Return a plain table of the rows and a line that says where they are."""
        from healthsim_nb.store.plain import table

        first = (self.page - 1) * self.page_size + 1
        shown = f"rows {first:,} to {first + len(self.rows) - 1:,}" if self.rows else "no rows"
        where = f"page {self.page} of {self.pages:,}: {shown} of {self.total:,}"
        return f"{table(self.columns, self.rows)}\n{where}"


def turn(source: Rows, page: int, page_size: int) -> Page:
    """Return one page of a result.

    Raises
    ------
    QueryError
        If ``page`` or ``page_size`` cannot be.
    """
    checked(page, page_size)
    rows = source.part((page - 1) * page_size, page_size + 1)
    return Page(source.columns, rows[:page_size], page, page_size, len(rows) > page_size, source)


def checked(page: int, page_size: int) -> None:
    """Refuse numbers that cannot be."""
    if not _whole(page) or page < 1:
        raise QueryError(f"page is a whole number from 1, not {page!r}.")
    if not _whole(page_size) or not 1 <= page_size <= LARGEST:
        raise QueryError(f"page_size is a whole number from 1 to {LARGEST:,}, not {page_size!r}.")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
