"""How scenarios come to be: from a request, a run cut short, tables of others or each other."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from healthsim_nb.engine.progress import counted, stepped
from healthsim_nb.errors import SpecificationError
from healthsim_nb.operations import resuming
from healthsim_nb.operations.composing import merged
from healthsim_nb.operations.costing import Cost, cost
from healthsim_nb.operations.generation import draft, save, understood
from healthsim_nb.operations.keeping import keep
from healthsim_nb.operations.noting import noted
from healthsim_nb.operations.offering import Choices, choices
from healthsim_nb.operations.preview import Preview, preview
from healthsim_nb.store.sharing import receive
from healthsim_nb.templates.assemble import Run
from healthsim_nb.workspace.handle import Handle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from healthsim_nb.operations.generation import Wanted
    from healthsim_nb.scenario import Scenario
    from healthsim_nb.templates.request.understanding import Understanding


class Making(Handle):
    """Scenarios are made here: a request is understood, tried out and played, or tables arrive."""

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
        return self._handle(owner.scenario_id, owner.name)

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
        return self._handle(number, made)

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
        return self._handle(owner.scenario_id, owner.name)

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
        return self._handle(owner.scenario_id, owner.name)

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
        return self._handle(owner.scenario_id, owner.name)
