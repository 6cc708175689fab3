"""A table in the notebook: paged, sorted, filtered and exported by DuckDB; one page travels."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

import healthsim_nb as hs
from healthsim_nb.errors import HealthsimError, QueryError, UnknownNameError
from healthsim_nb.notebook import cards, html
from healthsim_nb.notebook.grid.restored import FIELDS, restored
from healthsim_nb.notebook.grid.view import Column, View, kind_of, quoted
from healthsim_nb.notebook.remembering import Memory
from healthsim_nb.notebook.timelines import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb import Page, Scenario

HERE = Path(__file__).parent
PAGE_SIZES = (10, 20, 50, 100, 500)
STATIC_ROWS = 10
"""Rows that a reader sees where no kernel answers."""
LARGEST_DOWNLOAD = 50_000_000
"""Bytes that travel to the browser; what is larger stays in a file beside the notebook."""
FILES = ("csv", "parquet")
Message = tuple[dict[str, Any], list[bytes]]


class Grid(anywidget.AnyWidget):
    """A table of a scenario, or of what a SELECT finds in it.

    Parameters
    ----------
    scenario
        Whose rows.
    what
        A table's name or one SELECT; what `Scenario.query` takes.
    page_size
        Rows a page.
    name
        Under which what the reader chooses is kept for this notebook, and restored when it is
        opened again; left out: after what it is of.

    Raises
    ------
    QueryError, UnknownNameError
        If it is not a table, or the query is not allowed.
    """

    _esm = HERE / "grid.js"
    _css = HERE / "grid.css"
    label = traitlets.Unicode().tag(sync=True)
    columns: traitlets.List = traitlets.List().tag(sync=True)
    page_sizes = traitlets.List(list(PAGE_SIZES)).tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    """What the reader has chosen: page, page_size, sort, filters, text, shown."""
    _page: Page | None = None
    _memory: Memory | None = None

    def __init__(
        self,
        scenario: Scenario,
        what: str = "patients",
        page_size: int = 20,
        *,
        name: str | None = None,
    ) -> None:
        self._scenario = scenario
        self.view = view_of(scenario, what)
        self._asked = ""
        widget = name or f"grid of {scenario.name}: {' '.join(what.split())}"
        self._memory = memory = Memory(scenario._workspace, widget)
        super().__init__(
            label=f"{what if what in scenario.counts else 'query'} of {scenario.name}",
            columns=[{"name": c.name, "kind": c.kind} for c in self.view.columns],
            state=self._begun(memory.recall(), page_size),
        )
        self.on_msg(self._received)

    def _begun(self, kept: dict[str, Any], page_size: int) -> dict[str, Any]:
        """Turn to where the reader was, if that can still be shown, and return the state."""
        state = restored(self.view, kept, page_size)
        try:
            page = self._turn(chosen(self.view, state), state["page"], state["page_size"])
        except HealthsimError:
            state = {"page": 1, "page_size": page_size}
            self._turn(self.view, 1, page_size)
            return state
        return state if page.rows else {**state, "page": 1}

    def answer(self, asked: dict[str, Any]) -> Iterator[Message]:
        """Yield what a message of the browser is answered with, each with its buffers."""
        kinds = {"page": self._rows, "detail": self._detail, "file": self._file, "life": self._life}
        try:
            yield from kinds[asked["kind"]](asked)
        except HealthsimError as problem:
            yield {"kind": "problem", "text": str(problem), "asked": asked.get("number")}, []

    def _received(self, _: Any, asked: dict[str, Any], __: Any) -> None:
        for content, buffers in self.answer(asked):
            self.send(content, buffers=buffers)

    def _rows(self, asked: dict[str, Any]) -> Iterator[Message]:
        state = asked["state"]
        page = self._turn(chosen(self.view, state), int(state["page"]), int(state["page_size"]))
        self.state = state
        if self._memory is not None:
            self._memory.keep({name: state[name] for name in FIELDS if name in state})
        rows = [[shown(value) for value in row] for row in page.rows]
        yield (
            {
                "kind": "rows",
                "asked": asked.get("number"),
                "columns": list(page.columns),
                "rows": rows,
                "page": page.page,
                "more": page.has_more,
            },
            [],
        )
        # The rows are on their way while these are counted.
        yield {"kind": "total", "asked": asked.get("number"), "total": page.total}, []

    def _turn(self, view: View, page: int, page_size: int) -> Page:
        sql = view.sql()
        if self._page is None or sql != self._asked:
            if self._page is not None:
                self._page.close()
            self._page = self._scenario.query(sql, page=page, page_size=page_size)
            self._asked = sql
        else:
            self._page = self._page.turn(page, page_size)
        return self._page

    def _detail(self, asked: dict[str, Any]) -> Iterator[Message]:
        """Answer with all columns of one row of the page."""
        state, place = asked["state"], int(asked["row"])
        every = replace(chosen(self.view, state), shown=())
        at = (int(state["page"]) - 1) * int(state["page_size"]) + place + 1
        page = self._scenario.query(every.sql(), page=at, page_size=1)
        page.close()
        if not page.rows:
            raise QueryError(f"Row {at:,} is not there any more.")
        fields = list(zip(page.columns, [shown(value) for value in page.rows[0]], strict=True))
        yield {"kind": "detail", "row": place, "fields": fields, "patient": self._whose(fields)}, []

    def _whose(self, fields: list[tuple[str, str | None]]) -> int | None:
        """Return the patient that a row is, or is about."""
        said = dict(fields)
        name = "id" if self.view.source == "patients" else "patient_id"
        value = said.get(name)
        return int(value) if value is not None and value.isdecimal() else None

    def _life(self, asked: dict[str, Any]) -> Iterator[Message]:
        """Answer with a patient's timeline as HTML: our own, in which all data is escaped."""
        found = self._scenario.timeline(int(asked["patient"]))
        yield {"kind": "life", "patient": int(asked["patient"]), "html": timeline(found)}, []

    def _file(self, asked: dict[str, Any]) -> Iterator[Message]:
        """Answer with a file of all rows, or where it lies if it is too large to travel."""
        kind, sql = str(asked["format"]), chosen(self.view, asked["state"]).sql()
        if kind not in FILES:
            raise UnknownNameError.of("file format", kind, FILES)
        name = f"{self.label.replace(' of ', '-')}.{kind}"
        with tempfile.TemporaryDirectory() as folder:
            path = self._scenario._written(sql, Path(folder, name))
            if path.stat().st_size <= LARGEST_DOWNLOAD:
                yield {"kind": "file", "name": name}, [path.read_bytes()]
                return
        path = self._scenario.save(sql, Path(name))
        yield {"kind": "said", "text": f"Too large to download: written to {path.resolve()}"}, []

    def close(self) -> None:
        """Give back the cursor."""
        if self._memory is not None:
            self._memory.flush()
        if self._page is not None:
            self._page.close()
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the widget, and where no kernel answers its first rows."""
        made = super()._repr_mimebundle_(**options)
        data, metadata = made if isinstance(made, tuple) else (made or {}, {})
        first = self._scenario.query(self.view.sql(), page_size=STATIC_ROWS)
        still = {"text/plain": f"{self.label}\n{first!r}", "text/html": still_of(self.label, first)}
        first.close()
        return {**data, **still}, metadata

    def __repr__(self) -> str:
        """Return what it is of."""
        return f"Grid of {self.label}"


def still_of(label: str, page: Page) -> str:
    """Return the first rows as HTML."""
    return html.block(html.heading(label), cards.page(page))


def view_of(scenario: Scenario, what: str) -> View:
    """Return the view of all rows of a table or of a SELECT."""
    text = what.strip().rstrip(";").strip()
    if text in scenario.counts:
        source, aliases = text, ""
        with_columns = scenario.query(f"SELECT * FROM {text}", page_size=1)  # noqa: S608
        # Whose a row is says nothing here: all are this scenario's.
        names = [n for n in with_columns.columns if n not in ("scenario_id", "run_key")]
        paths = [quoted(name) for name in names]
    elif " " not in text:
        raise UnknownNameError.of("table", text, list(scenario.counts))
    else:
        with_columns = scenario.query(text, page_size=1)
        names = unique(with_columns.columns)
        paths = [f"c{i}" for i in range(len(names))]
        aliases = f" AS t({', '.join(paths)})"
        source = f"(\n{text}\n){aliases}"
    with_columns.close()
    types = ", ".join(f"typeof({path})" for path in paths)
    row = f"SELECT {types} FROM (SELECT 1) AS one LEFT JOIN {source} ON true LIMIT 1"  # noqa: S608
    found = scenario.query(row, page_size=1)
    found.close()
    columns = zip(names, map(kind_of, found.rows[0]), paths, strict=True)
    return View(source, tuple(Column(*column) for column in columns))


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


def chosen(view: View, state: dict[str, Any]) -> View:
    """Return the view that the reader has chosen."""
    return replace(
        view,
        shown=tuple(state.get("shown") or ()),
        sort=tuple((name, bool(down)) for name, down in state.get("sort") or ()),
        filters=dict(state.get("filters") or {}),
        text=str(state.get("text") or ""),
    )


def shown(value: object) -> str | None:
    """Return a value as the browser shows it; nothing for null."""
    if value is None or isinstance(value, str):
        return value
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def grid(
    scenario: Scenario, what: str = "patients", page_size: int = 20, *, name: str | None = None
) -> Grid:
    """Return a `Grid`."""
    if not isinstance(scenario, hs.Scenario):
        raise QueryError("A grid is of a scenario: grid(ws.scenario('diabetes'), 'patients').")
    return Grid(scenario, what, page_size, name=name)
