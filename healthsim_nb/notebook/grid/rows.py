"""Where a grid's rows come from: all of them, and those that the reader has chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.notebook.grid.view import Column, View, kind_of, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healthsim_nb import Page, Scenario

OWNERS = ("scenario_id", "run_key")
"""Whose a row is says nothing in a grid: all are of one scenario."""


class Rows:
    """The rows of a table or of a SELECT, and a choice of them; each asked once for all its pages.

    Parameters
    ----------
    scenario
        Whose rows.
    what
        A table's name or one SELECT.
    params
        Values by name, for ``$name`` in the SELECT.

    Raises
    ------
    QueryError, UnknownNameError
        If it is not a table, or the query is not allowed.
    """

    def __init__(self, scenario: Scenario, what: str, params: Mapping[str, object]) -> None:
        self._scenario, self.params = scenario, params
        self.view, self._all = _begun(scenario, what, params)
        self._chosen: tuple[str, Page] | None = None

    def page(self, view: View, number: int, size: int) -> Page:
        """Return a page with all columns of what the reader has chosen.

        Raises
        ------
        QueryError, UnknownNameError
            If the choice is not understood, or there cannot be such a page.
        """
        sql = replace(view, shown=()).sql()
        if sql == self.view.sql():
            return self._all.turn(number, size)
        if self._chosen is not None and self._chosen[0] == sql:
            return self._chosen[1].turn(number, size)
        found = self._scenario.query(sql, number, size, params=self.params)
        if self._chosen is not None:
            self._chosen[1].close()
        self._chosen = (sql, found)
        return found

    def first(self, size: int) -> Page:
        """Return the first page of all rows."""
        return self._all.turn(1, size)

    def close(self) -> None:
        """Give back the cursors."""
        self._all.close()
        if self._chosen is not None:
            self._chosen[1].close()


def chosen(view: View, state: Mapping[str, Any]) -> View:
    """Return the view that the reader has chosen."""
    return replace(
        view,
        shown=tuple(state.get("shown") or ()),
        sort=tuple((name, bool(down)) for name, down in state.get("sort") or ()),
        filters=dict(state.get("filters") or {}),
        text=str(state.get("text") or ""),
    )


def unique(names: tuple[str, ...]) -> list[str]:
    """Return names of which none is said twice.

    >>> unique(("id", "id", "n"))
    ['id', 'id (2)', 'n']
    """
    made: list[str] = []
    for name in names:
        number, new = 1, name
        while new in made:
            number += 1
            new = f"{name} ({number})"
        made.append(new)
    return made


def _begun(scenario: Scenario, what: str, params: Mapping[str, object]) -> tuple[View, Page]:
    """Return the view of all rows, and its first row."""
    text = what.strip().rstrip(";").strip()
    if text in scenario.counts:
        return _of_table(scenario, text)
    if len(text.split()) == 1:
        raise UnknownNameError.of("table", text, list(scenario.counts))
    page = scenario.query(text, page_size=1, params=params)
    paths = [f"c{i}" for i in range(len(page.columns))]
    names, kinds = unique(page.columns), map(kind_of, page.types)
    columns = tuple(map(Column, names, kinds, paths))
    return View(f"(\n{text}\n) AS t({', '.join(paths)})", columns, whole=text), page


def _of_table(scenario: Scenario, table: str) -> tuple[View, Page]:
    every = scenario.query(f"SELECT * FROM {table}", page_size=1)  # noqa: S608
    every.close()
    known = zip(every.columns, every.types, strict=True)
    columns = (Column(n, kind_of(kind), quoted(n)) for n, kind in known if n not in OWNERS)
    view = View(table, tuple(columns))
    return view, scenario.query(view.sql(), page_size=1)
