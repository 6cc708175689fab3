"""A table in the notebook: paged, sorted, filtered and exported by DuckDB; one page travels."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

import healthsim_nb as hs
from healthsim_nb.errors import HealthsimError, QueryError, UnknownNameError
from healthsim_nb.notebook import cards, html
from healthsim_nb.notebook.grid.restored import FIELDS, restored
from healthsim_nb.notebook.grid.rows import Rows, chosen
from healthsim_nb.notebook.remembering import Memory
from healthsim_nb.notebook.timelines import timeline
from healthsim_nb.notebook.widgets import script, sheet
from healthsim_nb.notebook.widgets.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from healthsim_nb import Page, Scenario
    from healthsim_nb.notebook.widgets.worker import Job

HERE = Path(__file__).parent
PAGE_SIZES = (10, 20, 50, 100, 500)
STATIC_ROWS = 10
"""Rows that a reader sees where no kernel answers."""
LARGEST_DOWNLOAD = 50_000_000
"""Bytes that travel to the browser; what is larger stays in a file beside the notebook."""
FILES = ("csv", "parquet")
FAR = 1000
"""Rows from the first one that are near without being made ready."""
Message = tuple[dict[str, Any], list[bytes]]


class Grid(anywidget.AnyWidget):
    """A table of a scenario, or of what a SELECT finds in it.

    Rows are looked for beside the notebook's main thread. What the reader wants next ends what it
    takes the place of, and a button ends what lasts.

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
    params
        Values by name, for ``$name`` in the SELECT.

    Raises
    ------
    QueryError, UnknownNameError
        If it is not a table, or the query is not allowed.
    """

    _esm = script(HERE / "grid.js")
    _css = sheet(HERE / "grid.css")
    label = traitlets.Unicode().tag(sync=True)
    columns: traitlets.List = traitlets.List().tag(sync=True)
    page_sizes = traitlets.List(list(PAGE_SIZES)).tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    """What the reader has chosen: page, page_size, sort, filters, text, shown."""
    _memory: Memory | None = None
    _worker: Worker

    def __init__(
        self,
        scenario: Scenario,
        what: str = "patients",
        page_size: int = 20,
        *,
        name: str | None = None,
        params: Mapping[str, object] | None = None,
    ) -> None:
        self._scenario = scenario
        worker = Worker(self._failed)
        try:
            found = worker.do(lambda: Rows(scenario, what, params or {}))
        except BaseException:
            worker.close()
            raise
        self._worker, self._found, self.view = worker, found, found.view
        widget = name or f"grid of {scenario.name}: {' '.join(what.split())}"
        self._memory = memory = Memory(scenario._workspace, widget)
        state = worker.do(lambda: self._begun(memory.recall(), page_size))
        super().__init__(
            label=f"{what if what in scenario.counts else 'query'} of {scenario.name}",
            columns=[{"name": c.name, "kind": c.kind} for c in self.view.columns],
            state=state,
        )
        self.on_msg(self._received)

    def _begun(self, kept: dict[str, Any], page_size: int) -> dict[str, Any]:
        """Return the state in which the reader left it, if that can still be shown."""
        state = restored(self.view, kept, page_size)
        try:
            page = self._turn(state)
        except HealthsimError:
            state = {"page": 1, "page_size": page_size}
            self._turn(state)
            return state
        return state if page.rows else {**state, "page": 1}

    def answer(self, asked: dict[str, Any]) -> Iterator[Message]:
        """Yield what a message of the browser is answered with, each with its buffers."""
        kinds = {"page": self._rows, "detail": self._detail, "file": self._file, "life": self._life}
        kinds["prepare"] = self._prepare
        try:
            yield from kinds[asked["kind"]](asked)
        except HealthsimError as problem:
            yield {"kind": "problem", "text": str(problem), "asked": asked.get("number")}, []

    def _received(self, _: Any, asked: dict[str, Any], __: Any) -> None:
        kind = asked["kind"]
        if kind == "stop":
            self._worker.end()
            self.send({"kind": "stopped"})
            return
        if kind == "page" and not far(asked["state"]):
            self._worker.end("prepare")

        def work(job: Job) -> None:
            for content, buffers in self.answer(asked):
                if job.dropped:
                    return
                self.send(content, buffers=buffers)
            if kind == "page":
                self._received(_, {**asked, "kind": "prepare"}, __)

        self._worker.ask(kind, work)

    def _failed(self, error: BaseException) -> None:
        """Tell the browser that nothing comes any more, whatever went wrong."""
        self.send({"kind": "problem", "text": f"{type(error).__name__}: {error}"})

    def _rows(self, asked: dict[str, Any]) -> Iterator[Message]:
        state, number = asked["state"], asked.get("number")
        page = self._turn(state)
        self.state = state
        if self._memory is not None:
            self._memory.keep({name: state[name] for name in FIELDS if name in state})
        names = list(state.get("shown") or (column.name for column in self.view.columns))
        places = [self.view.place(name) for name in names]
        rows = [[shown(row[place]) for place in places] for row in page.rows]
        told = {"columns": names, "rows": rows, "page": page.page, "more": page.has_more}
        yield {"kind": "rows", "asked": number, **told}, []
        # The rows are on their way while these are counted.
        yield {"kind": "total", "asked": number, "total": page.total}, []

    def _prepare(self, asked: dict[str, Any]) -> Iterator[Message]:
        """Make jumps ready, so that none waits for it."""
        self._turn(asked["state"]).prepare()
        yield {"kind": "ready", "asked": asked.get("number")}, []

    def _turn(self, state: Mapping[str, Any]) -> Page:
        view = chosen(self.view, state)
        return self._found.page(view, int(state["page"]), int(state["page_size"]))

    def _detail(self, asked: dict[str, Any]) -> Iterator[Message]:
        """Answer with all columns of one row of the page."""
        place = int(asked["row"])
        page = self._turn(asked["state"])
        if place >= len(page.rows):
            at = (page.page - 1) * page.page_size + place + 1
            raise QueryError(f"Row {at:,} is not there any more.")
        names = [column.name for column in self.view.columns]
        fields = list(zip(names, map(shown, page.rows[place]), strict=True))
        yield {"kind": "detail", "row": place, "fields": fields, "patient": self._whose(fields)}, []

    def _whose(self, fields: list[tuple[str, str | None]]) -> str | None:
        """Return the patient that a row is, or is about; as text, for JavaScript rounds ids."""
        said = dict(fields)
        value = said.get("id" if self.view.source == "patients" else "patient_id")
        return value if value is not None and value.isdecimal() else None

    def _life(self, asked: dict[str, Any]) -> Iterator[Message]:
        """Answer with a patient's timeline as HTML: our own, in which all data is escaped."""
        found = self._scenario.timeline(int(asked["patient"]))
        yield {"kind": "life", "patient": asked["patient"], "html": timeline(found)}, []

    def _file(self, asked: dict[str, Any]) -> Iterator[Message]:
        """Answer with a file of all rows, or where it lies if it is too large to travel."""
        kind, sql = str(asked["format"]), chosen(self.view, asked["state"]).sql()
        if kind not in FILES:
            raise UnknownNameError.of("file format", kind, FILES)
        name = f"{self.label.replace(' of ', '-')}.{kind}"
        params = self._found.params
        with tempfile.TemporaryDirectory() as folder:
            path = self._scenario._written(sql, Path(folder, name), params)
            if path.stat().st_size <= LARGEST_DOWNLOAD:
                yield {"kind": "file", "name": name}, [path.read_bytes()]
                return
        of = self._scenario
        path = of._written(sql, Path(name), params) if params else of.save(sql, Path(name))
        yield {"kind": "said", "text": f"Too large to download: written to {path.resolve()}"}, []

    def close(self) -> None:
        """End what it does, and give back its cursors."""
        if self._memory is not None:
            self._memory.flush()
        if hasattr(self, "_found"):
            self._worker.close()
            self._found.close()
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the widget, and where no kernel answers its first rows."""
        made = super()._repr_mimebundle_(**options)
        data, metadata = made if isinstance(made, tuple) else (made or {}, {})
        return {**data, **self._worker.do(self._still)}, metadata

    def _still(self) -> dict[str, str]:
        first = self._found.first(STATIC_ROWS)
        body = html.block(html.heading(self.label), cards.page(first, turned=False))
        return {"text/plain": f"{self.label}\n{first!r}", "text/html": body}

    def __repr__(self) -> str:
        """Return what it is of."""
        return f"Grid of {self.label}"


def far(state: Mapping[str, Any]) -> bool:
    """Return whether a page is one of those that are waited for until jumps are ready."""
    return int(state["page"]) * int(state["page_size"]) > FAR


def shown(value: object) -> str | None:
    """Return a value as the browser shows it; nothing for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, tuple, dict)):
        return nested(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def nested(value: object) -> str:
    """Return a list or a struct as DuckDB writes it, which is what a filter is compared with.

    >>> nested([1, None, {"a": True, "b": "x"}])
    "[1, NULL, {'a': true, 'b': x}]"
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{k}': {nested(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(nested, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "NULL" if value is None else str(value)


def grid(
    scenario: Scenario,
    what: str = "patients",
    page_size: int = 20,
    *,
    name: str | None = None,
    params: Mapping[str, object] | None = None,
) -> Grid:
    """Return a `Grid`."""
    if not isinstance(scenario, hs.Scenario):
        raise QueryError("A grid is of a scenario: grid(ws.scenario('diabetes'), 'patients').")
    return Grid(scenario, what, page_size, name=name, params=params)
