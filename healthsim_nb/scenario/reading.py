"""The rows of a scenario, as pages, frames and Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from healthsim_nb.scenario.handle import Handle
from healthsim_nb.store.eligibility import eligibility_query
from healthsim_nb.store.pages import PAGE_SIZE
from healthsim_nb.store.query import query
from healthsim_nb.store.samples import samples
from healthsim_nb.store.selects import select
from healthsim_nb.store.summary import summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import duckdb
    import pandas as pd
    import pyarrow as pa

    from healthsim_nb.scenario import Scenario
    from healthsim_nb.store.pages import Page
    from healthsim_nb.store.samples import Sample
    from healthsim_nb.store.summary import Summary


class Reading(Handle):
    """The rows of a scenario, as pages, frames and Arrow."""

    def summary(self, samples: int = 3, *, fresh: bool = False) -> Summary:
        """Return counts, statistics and some rows of each table.

        Parameters
        ----------
        samples
            Rows of each table that are shown; 0 for none.
        fresh
            Statistics of more than five million rows are kept until rows come or go. True: they are
            worked out again, as after an UPDATE of your own.
        """
        with self._workspace.cursor() as cursor:
            return summary(cursor, self.id, samples=samples, fresh=fresh)

    def query(
        self,
        sql: str,
        page: int = 1,
        page_size: int = PAGE_SIZE,
        *,
        params: Mapping[str, object] | None = None,
    ) -> Page:
        """Return a page of what a SELECT finds in this scenario, and nothing else.

        Parameters
        ----------
        sql
            One SELECT on the tables by their plain names.
        page, page_size
            Which page, from 1, and how many rows it has.
        params
            Values by name, for ``$name`` in the SELECT: numbers, text, days, moments, lists of
            them. They are bound, never pasted into the text.

        Raises
        ------
        QueryError
            If the query is not allowed, or fails.
        """
        cursor, given = self._workspace.cursor(), params or {}
        return query(cursor, self.id, sql, given=given, page=page, page_size=page_size)

    def eligibility(self, who: int | str, on: date | str) -> Page:
        """Return the plans that somebody has on a day, the one that pays first first.

        Parameters
        ----------
        who
            A member's or patient's id, a member number, or a medical record number.
        on
            The day. No row: not covered.

        Raises
        ------
        SpecificationError
            If neither is understood.
        """
        return self.query(eligibility_query(who, on))

    def samples(self, table: str, n: int = 3, *, strategy: str = "diverse") -> list[Sample]:
        """Return some rows of a table, each as a dictionary.

        Parameters
        ----------
        strategy
            ``diverse``: as unlike each other as can be found; ``random``; ``recent``.
        """
        with self._workspace.cursor() as cursor:
            return samples(cursor, self.id, table, n, strategy=strategy)

    def df(self, table: str, *, provenance: bool = False) -> pd.DataFrame:
        """Return the rows of a table as a DataFrame, by id.

        Parameters
        ----------
        provenance
            True: each row says where it is from, too.
        """
        sql = select(self.id, table, provenance=provenance)
        with self._workspace.cursor() as cursor:
            found: pd.DataFrame = cursor.sql(sql).df()
        return found

    def arrow(self, table: str, *, provenance: bool = False) -> pa.Table:
        """Return the rows of a table as an Arrow table, by id."""
        sql = select(self.id, table, provenance=provenance)
        with self._workspace.cursor() as cursor:
            return cursor.sql(sql).to_arrow_table()

    def relation(self, table: str, *, provenance: bool = False) -> duckdb.DuckDBPyRelation:
        """Return the rows of a table as a DuckDB relation, which reads them when it is asked."""
        sql = select(self.id, table, provenance=provenance, ordered=False)
        return self._workspace.cursor(cast("Scenario", self)).sql(sql)
