"""What ``hs.open()`` returns: one DuckDB file, its scenarios, and the way to make more."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import finalize

from healthsim_nb.engine.progress import counted, stepped
from healthsim_nb.errors import SpecificationError, UnknownNameError, WorkspaceError
from healthsim_nb.operations import checkpointing, resuming, validation
from healthsim_nb.operations.composing import merged
from healthsim_nb.operations.costing import Cost, cost
from healthsim_nb.operations.generation import draft, save, understood
from healthsim_nb.operations.growing import grow
from healthsim_nb.operations.keeping import keep
from healthsim_nb.operations.noting import noted, repeated
from healthsim_nb.operations.offering import Choices, choices
from healthsim_nb.operations.preview import Preview, preview
from healthsim_nb.scenario import Scenario
from healthsim_nb.schema import scenario_tables, tables
from healthsim_nb.schema.dictionary import Dictionary, entries
from healthsim_nb.store import history, registry, runs
from healthsim_nb.store.database import Database, open_database
from healthsim_nb.store.desk import clearing, inputs, notes, outputs
from healthsim_nb.store.sharing import receive
from healthsim_nb.templates.assemble import Run
from healthsim_nb.templates.library import load as load_library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from types import TracebackType

    import duckdb

    from healthsim_nb.notebook.browser import Browser
    from healthsim_nb.notebook.builder import Builder
    from healthsim_nb.operations.generation import Wanted
    from healthsim_nb.operations.growing import Growth
    from healthsim_nb.operations.validation import Rules
    from healthsim_nb.quality import Rule
    from healthsim_nb.store.desk.clearing import Contents
    from healthsim_nb.store.desk.notes import Note, Notes
    from healthsim_nb.store.desk.outputs import Outputs
    from healthsim_nb.store.history import History
    from healthsim_nb.store.registry import Brief
    from healthsim_nb.store.runs import RunBrief
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.request.understanding import Understanding

DEFAULT = "healthsim.duckdb"


def open(  # noqa: A001 - hs.open()
    path: str | Path = DEFAULT,
    *,
    read_only: bool = False,
    memory_limit: str | None = None,
    library: str | Path | None = None,
) -> Workspace:
    """Open a workspace, or begin one.

    Parameters
    ----------
    path
        Its DuckDB file; ``":memory:"`` for one that ends with the program.
    read_only
        True: other programs may read the file at the same time, and nothing can be changed.
    memory_limit
        The most memory that DuckDB takes, such as ``"4GB"``; else four fifths of the machine's.
    library
        A folder with conditions, templates and codes of your own, laid out as ``references/`` is.

    Raises
    ------
    WorkspaceError
        If the file cannot be opened: open in another program, damaged, of a later version.
    """
    own = Path(library) if library is not None else None
    database = open_database(
        path, now=Workspace._now(), read_only=read_only, memory_limit=memory_limit
    )
    if database.alone:
        checkpointing.sweep(database)
    return Workspace(database, own)


class Workspace:
    """One DuckDB file with scenarios. Made by ``hs.open()``; a context manager that closes it."""

    def __init__(self, database: Database, library: Path | None = None) -> None:
        self._database = database
        self._own_library = library
        # A workspace that is forgotten, as when its cell is run again, must not keep the file.
        self._forgotten = finalize(self, database.release)
        self._forgotten.atexit = False

    @property
    def name(self) -> str:
        """Where it is."""
        return self._database.name

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return not self._forgotten.alive or self._database.closed

    def understand(
        self,
        what: Wanted,
        *,
        n: int | None = None,
        seed: int | None = None,
        start: date | str | None = None,
        months: int | None = None,
        mix: Mapping[str, float] | None = None,
        notes: bool | None = None,
        coverage: bool | None = None,
    ) -> Understanding:
        """Return how `generate` would understand the same, without making anything."""
        run = Run(n, seed, start, months, mix, notes, coverage)
        return understood(self._library(), what, run)

    def preview(self, what: Wanted, **settings: Any) -> Preview:  # noqa: ANN401 - as generate
        """Return who the first 1,000 people of a scenario would be on its first day.

        They are the very people that `generate` makes; their months are not played.

        Parameters
        ----------
        what, settings
            As for `generate`: n, seed, start, months, mix, notes, coverage.
        """
        library = self._library()
        return preview(understood(library, what, Run(**settings)).specification, library)

    def cost(
        self,
        what: Wanted,
        *,
        progress: Callable[[int], None] | None = None,
        **settings: Any,  # noqa: ANN401 - as generate
    ) -> Cost:
        """Return the rows, seconds and bytes that a scenario would take, as measured here.

        From runs of this workspace where it has any that tell, else from trials of some hundred
        patients in a file of their own, which takes seconds; what they tell is kept.

        Parameters
        ----------
        what, settings
            As for `generate`: n, seed, start, months, mix, notes, coverage.
        progress
            Called now and then; what it raises stops a trial.
        """
        library = self._library()
        spec = understood(library, what, Run(**settings)).specification
        return cost(self._use(), spec, library, clock=self._now, tell=progress)

    def choices(self) -> Choices:
        """Return the templates, conditions, states, races and payers that can be asked for."""
        return choices(self._library())

    @noted
    def generate(  # noqa: PLR0913 - everything optional is named
        self,
        what: Wanted,
        *,
        n: int | None = None,
        seed: int | None = None,
        start: date | str | None = None,
        months: int | None = None,
        mix: Mapping[str, float] | None = None,
        notes: bool | None = None,
        coverage: bool | None = None,
        name: str | None = None,
        description: str | None = None,
        tags: Sequence[str] = (),
        checkpoint_interval: int | None = None,
        workers: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Scenario:
        """Make a population, keep it as a scenario and return that.

        Parameters
        ----------
        what
            A template's id; a request such as ``"200 Medicare members with diabetes, in Texas"``;
            or the path of a YAML file with a template or specification of your own.
        n, seed, start, months, mix
            How many patients; which of the possible populations; the first day; for how many
            months; shares of levels such as ``{"well-controlled": 0.4, …}``, which sum to 1.
            What is left out is as the request or template says, else 100 patients, seed 0, from
            2024-01-01 (the same words make the same data on any day), 24 months.
        notes
            True: clinical notes are written and kept; left out: as the template says, else not.
        coverage
            False: clinical tables only, made about twice as fast; left out: as the template says,
            else health plans, members and claims come with them.
        name
            Left out: up to three words of the request and today's date.
        description, tags
            What helps to find it again.
        checkpoint_interval
            Months after which it saves how far it is, again and again and at the end, in a folder
            beside the file: a run that was stopped or killed goes on from there with `resume`.
            Left out: it saves nothing, and a run that was stopped is gone.
        workers
            Processes that simulate; left out: as many as are worth it.
        progress
            Called now and then with the number of patients made, which has ``.left``, the seconds
            left, and ``.told``, both in words; what it raises stops the work.

        Returns
        -------
        Scenario
            With all its rows saved. If anything fails, nothing is, and the workspace is as before.

        Raises
        ------
        UnknownNameError, RequestError, TemplateError, SpecificationError
            If it cannot be understood, or cannot be.
        WorkspaceError
            If it cannot be saved.
        """
        database, library = self._use(), self._library()
        asked = understood(library, what, Run(n, seed, start, months, mix, notes, coverage))
        begun = draft(asked, what, name=name, description=description, tags=tags)
        spec = asked.specification
        owner = save(
            database,
            begun,
            spec,
            library,
            clock=self._now,
            workers=workers,
            progress=counted(progress, spec.n, "patients found" if spec.having else "patients"),
            checkpoint_interval=checkpoint_interval,
        )
        return Scenario(self, owner.scenario_id, owner.name)

    def builder(self, what: str | None = None, *, name: str = "builder") -> Builder:
        """Return the cohort builder, a form for a notebook; `.scenario` is what it made last.

        Parameters
        ----------
        what
            What it begins with: a template's id, a request or a specification as YAML. Left out:
            as it was left in this notebook.
        name
            Under which what is entered is kept for this notebook.
        """
        from healthsim_nb.notebook.builder import Builder

        return Builder(self, what, name=name)

    def browser(self, *, name: str = "browser") -> Browser:
        """Return the browser of scenarios, history and rules, for a notebook.

        Parameters
        ----------
        name
            Under which what is chosen in it is kept for this notebook.
        """
        from healthsim_nb.notebook.browser import Browser

        return Browser(self, name=name)

    @noted
    def resume(
        self,
        run_id: str,
        turn: int | None = None,
        *,
        recompute: bool = False,
        name: str | None = None,
        workers: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Scenario:
        """Go on with a run that kept checkpoints, and return its scenario.

        The end is that of the run that was never stopped. What goes on is a new run that points
        to the old one. Of a run that had ended, rows that were lost since are made again.

        Parameters
        ----------
        run_id
            As `runs` lists it.
        turn
            The checkpoint from which it goes on; left out: the last there is.
        recompute
            True: make lost or damaged checkpoints again from the seed; else they are an error.
        name
            What to call the scenario of a run that was interrupted; left out: as was asked for.
        workers, progress
            As for `generate`.

        Raises
        ------
        UnknownNameError
            If there is no such run.
        CheckpointLoadError
            If its checkpoints are lost, damaged, or of other data; the message says what helps.
        """
        database, library = self._use(), self._library()
        what = resuming.prepare(
            database, run_id, library, turn=turn, recompute=recompute, name=name
        )
        number, made = resuming.resume(
            database,
            what,
            library,
            clock=self._now,
            workers=workers,
            progress=counted(progress, what.spec.n),
        )
        return Scenario(self, number, made)

    def forget(self, run_id: str) -> None:
        """Remove a run that was interrupted, with its checkpoints: it cannot go on any more.

        Raises
        ------
        UnknownNameError
            If there is no such run.
        RunError
            If it was not interrupted: its rows belong to a scenario.
        """
        resuming.forget(self._use(), run_id)

    def runs(self, *, status: str | None = None) -> list[RunBrief]:
        """Return what made the rows, newest first.

        Parameters
        ----------
        status
            Only those that are ``finished``, ``interrupted``, …
        """
        with self.cursor() as cursor:
            return checkpointing.with_turns(self._use(), runs.briefs(cursor, status=status))

    def history(
        self,
        kind: str | None = None,
        *,
        scenario: str | None = None,
        status: str | None = None,
        started_by: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> History:
        """Return what was done here, newest first; an entry has ``.code`` and ``.again()``.

        Parameters
        ----------
        kind
            Only this: generate, extend, add, export, validate, …
        scenario
            Only what was done with the scenario of that name.
        status
            Only what is ``done``, has ``failed`` or was ``stopped``.
        started_by
            Only what was started by ``python``, ``magic``, ``widget`` or ``command line``.
        since, until
            Only from this day on, up to this day.
        """
        with self.cursor() as cursor:
            return history.read(
                cursor,
                lambda entry: repeated(self, entry),
                kind=kind,
                scenario=scenario,
                status=status,
                started_by=started_by,
                since=since,
                until=until,
            )

    def scenarios(
        self,
        search: str | None = None,
        tag: str | None = None,
        *,
        template: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> list[Brief]:
        """Return the scenarios, newest first.

        Parameters
        ----------
        search
            A text in the name, description, request, template or a tag.
        tag, template
            Only those with this tag, of this template.
        since, until
            Only those made from this day on, up to this day.
        """
        with self.cursor() as cursor:
            return registry.briefs(
                cursor, search=search, tag=tag, template=template, since=since, until=until
            )

    def scenario(self, name: str) -> Scenario:
        """Return the scenario of that name, or the only one near it.

        Raises
        ------
        UnknownNameError
            If there is none, or several: the message lists them.
        """
        with self.cursor() as cursor:
            brief = registry.find(cursor, name)
        return Scenario(self, brief.id, brief.name)

    @noted
    def persist(
        self,
        data: Mapping[str, Any] | str | Path,
        *,
        name: str | None = None,
        context: str | None = None,
        batch_size: int = 50,
        references: str = "check",
        tags: Sequence[str] = (),
        progress: Callable[[int], None] | None = None,
    ) -> Scenario:
        """Keep rows of your own in a scenario and return it: every row of the call, or none.

        Parameters
        ----------
        data
            Rows by table, such as ``{"patients": rows, "encounters": more}``. Rows are a list or
            iterator of dictionaries, dataclasses or pydantic objects, a frame of pandas or polars,
            an Arrow table, batch or reader, or the path of a csv, json, ndjson or parquet file.
            Or the path of a folder that an export has written. Values become the column's type
            where nothing is lost. A missing id is numbered; what follows from a row itself (whether
            a patient died, the person of a patient) may be left out.
        name
            Of a scenario that exists, which gets the rows, or of a new one. Left out: a new one,
            called after the context and the day.
        context
            What the rows are, in a few words; kept as the description.
        batch_size
            Objects of Python that are read and checked at a time; frames and Arrow come whole.
        references
            ``check``: a row that points to a row that is not there is refused. ``report``: it is
            kept, with a warning.
        tags
            What helps to find a new scenario again.
        progress
            Called now and then with the number of rows read; what it raises stops the work.

        Raises
        ------
        RowError
            If a row cannot be kept: the message, ``.table``, ``.row`` and ``.field`` say where.
        UnknownNameError, SpecificationError
            If there is no such table, or a setting cannot be.
        WorkspaceError
            If it cannot be saved.
        """
        owner, kept = keep(
            self._use(),
            data,
            name=name,
            context=context,
            batch_size=batch_size,
            references=references,
            tags=tags,
            clock=self._now,
            tell=counted(progress, None, "rows"),
        )
        if kept.lost:
            warnings.warn("\n".join(kept.lost), stacklevel=2)
        return Scenario(self, owner.scenario_id, owner.name)

    @noted
    def receive(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Scenario:
        """Read a scenario that somebody shared with ``c.share()``, and return it.

        The file is checked before it comes near the workspace; nothing in it is ever run.

        Parameters
        ----------
        path
            The file.
        name
            What to call it here; left out: its own name.
        progress
            Called with the number of tables read; what it raises stops the work.

        Raises
        ------
        ShareError
            If the file was changed, is of a later version, or no shared scenario.
        SpecificationError
            If the name is taken.
        """
        tell = stepped(progress, "tables")
        owner = receive(self._use(), path, name, now=self._now(), tell=tell)
        return Scenario(self, owner.scenario_id, owner.name)

    @noted
    def merge(
        self,
        sources: Sequence[Scenario | str],
        *,
        name: str | None = None,
        on_conflict: str = "skip",
        progress: Callable[[int], None] | None = None,
    ) -> Scenario:
        """Make one scenario of several and return it; ``.merged`` says what was done.

        What has the same id in two scenarios is somebody else in each, so households meet with all
        their records, and no record changes hands. A row that is no part of a life, such as a plan,
        meets alone; one that is equal in both is kept once.

        Parameters
        ----------
        sources
            Two or more scenarios or their names; what is there first is of the first.
        name
            Left out: words of their names and the day.
        on_conflict
            ``skip``: what was there stays, the later household is left out. ``overwrite``: the
            later one takes its place. ``rename``: both stay, the later one gets new ids, numbers
            that people see stay unique, and every reference follows.
        progress
            Called with the number of scenarios that are in; what it raises stops the work.

        Raises
        ------
        UnknownNameError
            If there is no such scenario or rule.
        SpecificationError
            If there are fewer than two, one of them twice, or the name is taken.
        """
        if isinstance(sources, str):
            raise SpecificationError(f"A merge needs a list of scenarios: [{sources!r}, …].")
        found = [self._one(source) for source in sources]
        briefs = [one.brief for one in found]
        tell = stepped(progress, "scenarios")
        owner = merged(self._use(), briefs, name, on_conflict, now=self._now(), tell=tell)
        return Scenario(self, owner.scenario_id, owner.name)

    def rules(self, area: str | None = None, *, severity: str | None = None) -> Rules:
        """Return the rules that `validate` checks, ours and the workspace's own.

        Parameters
        ----------
        area
            Only those of an area, such as ``laboratory``; the workspace's own are in ``yours``.
        severity
            Only ``error`` or only ``warning``.
        """
        with self.cursor() as cursor:
            return validation.listed(cursor, area, severity)

    def rule(self, name: str) -> Rule:
        """Return the rule of that id.

        Raises
        ------
        UnknownNameError
            If there is none: the message names the nearest.
        """
        with self.cursor() as cursor:
            return validation.one(cursor, name)

    def switch_rule(self, name: str, *, on: bool) -> Rule:
        """Switch a rule on or off in this workspace, and return it as it is now."""
        return validation.switch(self._use(), name, on=on, now=self._now())

    def add_rule(
        self,
        name: str,
        sql: str,
        *,
        protects: str,
        severity: str = "error",
        source: str = "this workspace",
        confidence: float = 1.0,
    ) -> Rule:
        """Keep a rule of your own and return it.

        Parameters
        ----------
        name
            Its id: small letters, digits and hyphens.
        sql
            One SELECT on the tables of a scenario that returns the rows that break the rule: their
            ``id``, and what is wrong with them. What a scenario query may do, it may do.
        protects
            What must hold, as a sentence.
        severity
            ``error`` or ``warning``.
        source, confidence
            Who says so, and how sure it is, from 0 to 1.

        Raises
        ------
        QueryError
            If the SQL is not allowed on a scenario, or fails.
        SpecificationError
            If there is such a rule already, or something about it cannot be.
        """
        return validation.add(
            self._use(),
            name,
            sql,
            severity=severity,
            protects=protects,
            source=source,
            confidence=confidence,
            now=self._now(),
        )

    def remove_rule(self, name: str) -> None:
        """Remove a rule of your own."""
        validation.remove(self._use(), name)

    def edit_rule(
        self,
        name: str,
        sql: str | None = None,
        *,
        protects: str | None = None,
        severity: str | None = None,
        source: str | None = None,
        confidence: float | None = None,
    ) -> Rule:
        """Change a rule of your own, and return it as it is now; what is left out stays.

        Raises
        ------
        QueryError
            If the SQL is not allowed on a scenario, or fails.
        SpecificationError
            If the rule is not of this workspace, or something about it cannot be.
        """
        return validation.edit(
            self._use(),
            name,
            now=self._now(),
            sql=sql,
            protects=protects,
            severity=severity,
            source=source,
            confidence=confidence,
        )

    def note(
        self,
        text: str,
        *,
        scenario: Scenario | str | None = None,
        run: str | None = None,
        patient_id: int | None = None,
    ) -> Note:
        """Write a note of your own and return it.

        Parameters
        ----------
        text
            What you want to remember.
        scenario, run, patient_id
            What it is about: a scenario, one of its patients, or a run by its id. Left out: the
            workspace.

        Raises
        ------
        UnknownNameError, SpecificationError
            If there is no such scenario, run or patient, or the note is empty.
        """
        about = None if scenario is None else self._one(scenario).brief
        return notes.write(
            self._use(), text, scenario=about, run=run, patient=patient_id, now=self._now()
        )

    def notes(
        self,
        *,
        scenario: Scenario | str | None = None,
        run: str | None = None,
        patient_id: int | None = None,
    ) -> Notes:
        """Return your own notes, newest first; clinical notes are ``c.notes()``.

        Parameters
        ----------
        scenario, run, patient_id
            Only those on a scenario and its patients, on a run, on a patient.
        """
        number = None if scenario is None else self._one(scenario).id
        with self.cursor() as cursor:
            return notes.read(cursor, scenario=number, run=run, patient=patient_id)

    def change_note(self, number: int, text: str) -> Note:
        """Give one of your notes another text, and return it."""
        return notes.change(self._use(), number, text, now=self._now())

    def remove_note(self, number: int) -> Note:
        """Remove one of your notes, and return what it was."""
        return notes.remove(self._use(), number)

    def outputs(self, kind: str | None = None, *, scenario: str | None = None) -> Outputs:
        """Return what was written from here, newest first: artefacts are numbered, drafts dated.

        Parameters
        ----------
        kind
            Only ``artefact`` (exports, shared and saved files) or only ``draft``.
        scenario
            Only of the scenario that had this name then.
        """
        if kind not in (None, outputs.ARTEFACT, outputs.DRAFT):
            raise UnknownNameError.of(
                "kind of output", str(kind), (outputs.ARTEFACT, outputs.DRAFT)
            )
        return outputs.read(self._use(), kind=kind, scenario=scenario)

    def widget_inputs(self, notebook: str, widget: str) -> dict[str, Any]:
        """Return what was entered into a widget of a notebook, by field; empty if nothing was."""
        with self.cursor() as cursor:
            return inputs.read(cursor, notebook, widget)

    def keep_widget_inputs(self, notebook: str, widget: str, values: Mapping[str, Any]) -> None:
        """Keep what is in a widget of a notebook now, in the place of what was kept before.

        Parameters
        ----------
        values
            By field, as JSON can hold them; empty: the widget begins with its defaults again.
        """
        inputs.write(self._use(), notebook, widget, values, now=self._now())

    @property
    def contents(self) -> Contents:
        """What it holds, and which files are its own: what `reset` and `delete` would clear."""
        return clearing.contents(self._use())

    def reset(self, *, confirm: bool = False) -> None:
        """Clear everything in it and go on with an empty workspace. It cannot be undone.

        Scenarios, runs, checkpoints, history, notes, rules, outputs in its own folder, tables of
        yours in its file: all goes. Files that you exported elsewhere stay, and so do copies from
        before the file was brought up to date.

        Parameters
        ----------
        confirm
            Must be True: nothing is cleared by a slip.

        Raises
        ------
        SpecificationError
            If it is not confirmed.
        WorkspaceError
            If it is read-only or being changed; then it is as before.
        """
        self._confirmed(confirm, "Resetting", "reset")
        clearing.reset(self._use(), now=self._now())

    def delete(self, *, confirm: bool = False) -> list[Path]:
        """Close it, remove all its files and return those. It cannot be undone.

        They are the database with its log, its folders of runs and outputs, and copies of it from
        before it was brought up to date. Nothing else in the folder is touched.

        Parameters
        ----------
        confirm
            Must be True: nothing is deleted by a slip.

        Raises
        ------
        SpecificationError
            If it is not confirmed.
        WorkspaceError
            If it is in memory or read-only, or a file cannot be removed.
        """
        self._confirmed(confirm, "Deleting", "delete")
        return clearing.delete(self._use())

    def tables(self) -> list[str]:
        """Return the names of the tables that a scenario has."""
        return list(scenario_tables())

    def dictionary(self, table: str | None = None) -> Dictionary:
        """Return what the columns of a table, or of all, mean."""
        if table is not None and table not in tables():
            raise UnknownNameError.of("table", table, tables())
        return Dictionary(tuple(e for e in entries() if table in (None, e.table)))

    def cursor(self, scenario: Scenario | None = None) -> duckdb.DuckDBPyConnection:
        """Return a new DuckDB cursor whose views show one scenario, or all.

        It is yours: it may read and write anything in the file. Close it when you are done.
        """
        return self._use().cursor(scenario.id if scenario else None)

    def close(self) -> None:
        """Close the file, so that another program can open it."""
        if self._forgotten.detach():
            self._database.close()

    def __enter__(self) -> Workspace:
        """Return the workspace."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Return where it is and how much it holds."""
        if self.closed:
            return f"Workspace {self.name}, closed"
        count = len(self.scenarios())
        return f"Workspace {self.name}, {count} scenario{'' if count == 1 else 's'}"

    def _one(self, scenario: Scenario | str) -> Scenario:
        return self.scenario(scenario) if isinstance(scenario, str) else scenario

    def _confirmed(self, confirm: object, doing: str, word: str) -> None:
        if confirm is not True:
            raise SpecificationError(
                f"{doing} the workspace {self.contents} cannot be undone: "
                f"say .{word}(confirm=True)."
            )

    def _grow(
        self, change: Growth, *, workers: int | None, progress: Callable[[int], None] | None
    ) -> None:
        database, library = self._use(), self._library()
        tell = counted(progress, change.made.n - change.first)
        grow(database, change, library, clock=self._now, workers=workers, progress=tell)

    def _library(self) -> Library:
        return load_library(self._own_library)

    def _use(self) -> Database:
        if self.closed:
            raise WorkspaceError(
                f"The workspace {self.name} is closed: open it again with hs.open()."
            )
        return self._database

    @staticmethod
    def _now() -> datetime:
        """Return the time on the user's clock."""
        return datetime.now(UTC).astimezone().replace(tzinfo=None)
