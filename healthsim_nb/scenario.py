"""The handle of a scenario: its rows as pages, frames, Arrow, files, and what is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from healthsim_nb import chart
from healthsim_nb.engine.calendar import add_months
from healthsim_nb.engine.progress import stepped
from healthsim_nb.errors import SpecificationError
from healthsim_nb.formats import Source, export
from healthsim_nb.operations import checkpointing, composing, growing, validation
from healthsim_nb.operations.formularies import compare_formularies
from healthsim_nb.operations.noting import noted
from healthsim_nb.quality.scorecard import is_everybody, scorecard
from healthsim_nb.quality.shared_savings import Terms, shared_savings
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store import registry, runs, scenarios, signature
from healthsim_nb.store.attrition import Attrition, attrition, of_search
from healthsim_nb.store.desk import outputs
from healthsim_nb.store.distribution import Distribution, distribution
from healthsim_nb.store.eligibility import eligibility_query
from healthsim_nb.store.pages import PAGE_SIZE
from healthsim_nb.store.query import query
from healthsim_nb.store.samples import samples
from healthsim_nb.store.saving import save
from healthsim_nb.store.selects import select, selects
from healthsim_nb.store.sharing import share
from healthsim_nb.store.summary import summary
from healthsim_nb.templates.request import specification_yaml
from healthsim_nb.templates.template import Specification

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import duckdb
    import pandas as pd
    import pyarrow as pa

    from healthsim_nb.chart import Notes, Timeline
    from healthsim_nb.pharmacy.card import FormularyCard
    from healthsim_nb.pharmacy.comparison import Comparison
    from healthsim_nb.quality import Report
    from healthsim_nb.quality.scorecard import Scorecard
    from healthsim_nb.quality.shared_savings import By, SharedSavings
    from healthsim_nb.store.desk.notes import Note
    from healthsim_nb.store.merging import Merged
    from healthsim_nb.store.pages import Page
    from healthsim_nb.store.registry import Brief
    from healthsim_nb.store.samples import Sample
    from healthsim_nb.store.summary import Summary
    from healthsim_nb.workspace import Workspace

MOST_COUNTED = 10_000
"""Rows that counts come in."""


class Scenario:
    """A population that the workspace keeps. Made by ``ws.generate()`` or ``ws.scenario()``."""

    def __init__(self, workspace: Workspace, number: int, name: str) -> None:
        self.id = number
        self._workspace = workspace
        self._name = name

    @property
    def brief(self) -> Brief:
        """Its entry in the registry, as it is now."""
        with self._workspace.cursor() as cursor:
            return registry.by_id(cursor, self.id, self._name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.brief.name

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, sorted."""
        return self.brief.tags

    @property
    def specification(self) -> Specification:
        """All that decides its content; the same specification makes the same rows.

        Raises
        ------
        SpecificationError
            If its rows were not simulated, or are of several scenarios.
        """
        with self._workspace.cursor() as cursor:
            text = registry.specification(cursor, self.id, self._name)
        try:
            return Specification.model_validate_json(text)
        except ValidationError:
            raise SpecificationError(
                f"{self._name!r} was not simulated as a whole, so no specification makes it again."
            ) from None

    def to_yaml(self) -> str:
        """Return its specification as YAML, to edit and make again: `Workspace.generate` takes it.

        Raises
        ------
        SpecificationError
            As `specification` does.
        """
        return specification_yaml(self.specification)

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows of each table, also of those that have none."""
        parts = " UNION ALL ".join(
            f"SELECT '{table}', count(*) FROM {qualified(table)} WHERE scenario_id = {self.id}"  # noqa: S608
            for table in scenario_tables()
        )
        with self._workspace.cursor() as cursor:
            found = dict(cursor.execute(parts).fetchall())
        return {table: found[table] for table in scenario_tables()}

    def signature(self, *, open_columns: bool = True) -> str:
        """Return the signature of its content: equal for equal rows, on any machine.

        Parameters
        ----------
        open_columns
            False: without the columns that more months may change in rows that exist.
        """
        exclude = None if open_columns else signature.open_columns()
        with self._workspace.cursor() as cursor:
            return signature.signature(cursor, self.id, exclude=exclude)

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

    def notes(
        self, patient_id: int | None = None, encounter_id: int | None = None, limit: int = 20
    ) -> Notes:
        """Return clinical notes, written now from the tables: every number in one is in the record.

        Parameters
        ----------
        patient_id, encounter_id
            Only those of this patient or encounter; left out: of all.
        limit
            How many at most, the earliest of each patient first.

        Raises
        ------
        SpecificationError
            If ``limit`` is less than 1.
        """
        with self._workspace.cursor(self) as cursor:
            return chart.notes(
                cursor, patient_id=patient_id, encounter_id=encounter_id, limit=limit
            )

    def timeline(self, patient_id: int) -> Timeline:
        """Return all that is on record of a patient, by day, with a picture of it.

        Raises
        ------
        UnknownNameError
            If there is no such patient.
        """
        span = None
        # A scenario that was not simulated has no months of its own.
        with suppress(ValidationError):
            spec = self.specification
            span = spec.start, add_months(spec.start, spec.months) - timedelta(days=1)
        with self._workspace.cursor(self) as cursor:
            return chart.timeline(cursor, patient_id, span)

    def scorecard(self) -> Scorecard:
        """Return its figures beside the published ones of the United States.

        Every figure is worked out from its records alone, as a study would: dates, codes, values.
        """
        spec = self.specification
        span = spec.start, add_months(spec.start, spec.months) - timedelta(days=1)
        with self._workspace.cursor() as cursor:
            return scorecard(
                cursor, self.id, name=self.name, span=span, everybody=is_everybody(spec)
            )

    def shared_savings(
        self,
        year: int | None = None,
        *,
        market: str = "original-medicare",
        by: By = "state",
        terms: Terms | None = None,
    ) -> SharedSavings:
        """Return what organizations of primary care would have earned with the money they saved.

        Members belong to the clinician of primary care with most of their visits of the year. The
        benchmark is what members of the same risk (CMS-HCC V28) cost in the whole market.

        Parameters
        ----------
        year
            Calendar year; left out: the last of the scenario.
        market
            Whose members, as ``plans.market``.
        by
            Who makes an organization: the attributed clinicians of a ``state``, each ``provider``
            alone, or ``all``.
        terms
            Minimum savings rate, quality gate, shared rate, loss rate, cap; left out: 2 %, 40 %,
            50 %, none, 10 %.

        Raises
        ------
        SpecificationError
            If ``by`` is unknown, or nobody of the market has a risk score of the year.
        """
        spec = self.specification
        last = add_months(spec.start, spec.months) - timedelta(days=1)
        with self._workspace.cursor() as cursor:
            return shared_savings(
                cursor,
                self.id,
                year=last.year if year is None else year,
                market=market,
                by=by,
                terms=terms or Terms(),
            )

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

    def plot(
        self, what: str = "age", *, by: str | None = None, bins: int | None = None
    ) -> Distribution:
        """Return how something is distributed, counted in DuckDB; a notebook shows it as a picture.

        Parameters
        ----------
        what
            ``age``, ``cost``, ``paid``, ``visits``, ``claims``, ``drugs``; a laboratory test or
            vital sign, of which each patient's latest counts (``"a1c"``, ``"systolic_bp"``); a
            column (``"gender"``, ``"claims.total_paid"``); or one SELECT of a value.
        by
            What patients are told apart by: ``age``, ``sex``, ``payer`` or a column of patients.
        bins
            About how many bars a number has.

        Raises
        ------
        UnknownNameError, QueryError, SpecificationError
            If there is no such thing, or nothing to count.
        """
        return distribution(self._asked, what, by=by, bins=bins, start=self._first_day())

    def attrition(self, criteria: Mapping[str, str] | Sequence[str] | None = None) -> Attrition:
        """Return how many patients are left after each criterion; ``.sql`` finds who is left.

        Parameters
        ----------
        criteria
            By name, in order: a condition on a patient, such as ``"age >= 65 AND state = 'TX'"``
            (columns of ``patients``, and ``age`` on the first day), or a SELECT of patients' ids.
            Without names, each is its own. Left out: how the patients were chosen when they were
            made, if they were asked for by what happens to them.

        Raises
        ------
        SpecificationError
            If there are no criteria.
        QueryError
            If one is not allowed, or fails: it is named.
        """
        if not criteria:
            with self._workspace.cursor() as cursor:
                counts = runs.attrition(cursor, self.id)
            if counts:
                return of_search(self.name, counts)
        criteria = criteria or ()
        named = criteria if isinstance(criteria, Mapping) else {c: c for c in criteria}
        return attrition(self._asked, self.name, named, self._first_day())

    def _asked(self, sql: str) -> Sequence[tuple[object, ...]]:
        page = self.query(sql, page_size=MOST_COUNTED)
        page.close()
        return page.rows

    def _first_day(self) -> date | None:
        with suppress(SpecificationError):
            return self.specification.start
        return None

    def compare_formularies(
        self, *formularies: str | Path | FormularyCard, like: str | None = None
    ) -> Comparison:
        """Return what the paid fills of this scenario would cost under other formularies.

        The same fills at the same prices: how many would be covered, would need an authorization
        or another drug first, and what members, plan and manufacturers would pay.

        Parameters
        ----------
        formularies
            Ids, CSV files of one's own, or what ``hs.formulary`` gives; left out: all that ship.
        like
            Whose tiers and costs the drugs of a file have.

        Raises
        ------
        SpecificationError
            If nothing was filled.
        UnknownNameError
            If there is no such formulary.
        """
        with self._workspace.cursor() as cursor:
            return compare_formularies(cursor, self.id, self.name, formularies, like)

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

    @noted
    def save(self, sql: str, path: str | Path) -> Path:
        """Write what a SELECT finds in this scenario to a file and return its path.

        The workspace lists it among its outputs.

        Parameters
        ----------
        sql
            One SELECT, as for `query`.
        path
            A ``.csv``, ``.json``, ``.ndjson`` or ``.parquet`` file.

        Raises
        ------
        UnknownNameError, QueryError, ExportError
            If the file is of another kind, the query is not allowed or the file cannot be written.
        """
        file = self._written(sql, Path(path))
        self._file(outputs.ARTEFACT, file.suffix.lstrip(".").lower(), sql, file, [file])
        return file

    @noted
    def draft(self, sql: str, *, format: str = "csv") -> Path:  # noqa: A002 - the word of the surface
        """Write what a SELECT finds to a file named after the moment, and return its path.

        It lies in the workspace's own folder for outputs, and the workspace lists it.

        Parameters
        ----------
        sql
            One SELECT, as for `query`.
        format
            csv, json, ndjson or parquet.

        Raises
        ------
        UnknownNameError, QueryError, ExportError
            If the format is another, the query is not allowed or the file cannot be written.
        SpecificationError
            If the workspace is in memory.
        """
        database, now = self._workspace._use(), self._workspace._now()
        file = self._written(sql, outputs.new_draft(database, self.name, format, now))
        self._file(outputs.DRAFT, format, sql, file, [file])
        return file

    def note(self, text: str, *, patient_id: int | None = None) -> Note:
        """Write a note of your own on it, or on one of its patients; ``ws.notes()`` lists them."""
        return self._workspace.note(text, scenario=self, patient_id=patient_id)

    def _written(self, sql: str, path: Path) -> Path:
        return save(self._workspace.cursor(), self.id, sql, path)

    def _file(self, kind: str, form: str, what: str, path: Path, files: Sequence[Path]) -> None:
        made = outputs.Made(kind, self.name, form, what, path, tuple(files))
        outputs.record(self._workspace._use(), made, now=self._workspace._now())

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
        return self._workspace.cursor(self).sql(sql)

    @noted
    def export(
        self,
        format: str,  # noqa: A002 - the word of the surface
        folder: str | Path | None = None,
        *,
        tables: Sequence[str] | None = None,
        provenance: bool = False,
        progress: Callable[[int], None] | None = None,
        **options: str,
    ) -> list[Path]:
        """Write its tables to files and return those; the workspace lists them as its outputs.

        Parameters
        ----------
        format
            One of ``hs.formats()``.
        folder
            Where to; it is made if need be. Left out: a numbered folder beside the workspace.
        tables
            Which tables; left out: all.
        provenance
            True: each row says where it is from, too.
        progress
            Called with the number of tables written; what it raises stops the work.
        options
            What the format offers beyond that, such as ``partition_by`` of parquet.

        Raises
        ------
        UnknownNameError
            If there is no such format or table.
        ExportError
            If it cannot be written.
        """
        database, new = self._workspace._use(), None
        if folder is None:
            new = outputs.new_folder(database, self.name, format)
        place = Path(new or folder or "")
        try:
            with self._workspace.cursor() as cursor:
                tell = stepped(progress, "tables")
                source = Source(cursor, selects(self.id, provenance=provenance), tell)
                written = export(format, source, place, tables=tables, **options)
        except BaseException:
            if new is not None:
                outputs.drop_empty(new)
            raise
        self._file(outputs.ARTEFACT, format, ", ".join(tables or ["all tables"]), place, written)
        return written

    @noted
    def extend(
        self,
        months: int,
        *,
        workers: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Scenario:
        """Let its lives go on for some months more, and return it.

        It is then what one longer run would have made: rows that are there stay as they are, but
        for what was open and is closed now, such as the end of a stay.

        Parameters
        ----------
        months
            How many more.
        workers
            Processes that simulate; left out: as many as are worth it.
        progress
            Called now and then with the number of patients gone through; what it raises stops the
            work.

        Raises
        ------
        SpecificationError
            If it cannot be: too many months, or made with other templates than are here now.
        WorkspaceError
            If it cannot be saved. Then, and if it is stopped, the scenario is as it was before.
        """
        database = self._workspace._use()
        change = growing.longer(database, self.id, self._name, months)
        self._workspace._grow(change, workers=workers, progress=progress)
        return self

    @noted
    def add(
        self,
        n: int,
        *,
        workers: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Scenario:
        """Add patients, and return it: what one larger run would have made.

        Parameters
        ----------
        n
            How many more.
        workers
            Processes that simulate; left out: as many as are worth it.
        progress
            Called now and then with the number of patients made; what it raises stops the work.

        Raises
        ------
        SpecificationError
            If it cannot be: too many, or made with other templates than are here now.
        WorkspaceError
            If it cannot be saved. Then, and if it is stopped, the scenario is as it was before.
        """
        database = self._workspace._use()
        change = growing.larger(database, self.id, self._name, n)
        self._workspace._grow(change, workers=workers, progress=progress)
        return self

    @noted
    def validate(
        self,
        rules: Sequence[str] | None = None,
        severity: str | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Report:
        """Check it against the rules of the workspace and return what was found.

        Parameters
        ----------
        rules
            Only these, by id or area; left out: all that are switched on.
        severity
            Only ``error`` or only ``warning``.
        progress
            Called with the steps done and the steps in all; what it raises stops the work.

        Raises
        ------
        UnknownNameError
            If there is no such rule or area.
        """
        return validation.of_scenario(
            self._workspace._use(),
            self.id,
            self.name,
            rules=rules,
            severity=severity,
            progress=progress,
        )

    @noted
    def share(self, path: str | Path, *, progress: Callable[[int], None] | None = None) -> Path:
        """Write it into one file for somebody else, who reads it with ``ws.receive()``.

        The file holds all rows, tags, notes and where each row is from. It is sealed: no byte of it
        can change unnoticed.

        Parameters
        ----------
        path
            Such as ``"diabetes.hsz"``; a file that exists is replaced.
        progress
            Called with the number of tables written; what it raises stops the work.

        Raises
        ------
        ExportError
            If it cannot be written.
        """
        file = share(self._workspace._use(), self.brief, path, stepped(progress, "tables"))
        self._file(outputs.ARTEFACT, "hsz", "the scenario", file, [file])
        return file

    def tag(self, *words: str) -> None:
        """Put tags on it."""
        scenarios.tag(self._workspace._use(), self.id, words, now=self._workspace._now())

    def untag(self, *words: str) -> None:
        """Take tags off it."""
        scenarios.untag(self._workspace._use(), self.id, words)

    def rename(self, name: str) -> None:
        """Give it another name.

        Raises
        ------
        SpecificationError
            If the name is taken, or cannot be one.
        """
        database, now = self._workspace._use(), self._workspace._now()
        self._name = scenarios.rename(database, self.brief.id, name, now=now)

    @noted
    def clone(
        self, name: str | None = None, *, progress: Callable[[int], None] | None = None
    ) -> Scenario:
        """Return a copy of it under another name, with its tags and notes.

        Rows keep their ids; where each is from stays true. What happens to one of the two does not
        touch the other.

        Parameters
        ----------
        name
            Left out: words of its name and the day.
        progress
            Called with the number of tables copied; what it raises stops the work.

        Raises
        ------
        SpecificationError
            If the name is taken, or cannot be one.
        """
        database, now = self._workspace._use(), self._workspace._now()
        tell = stepped(progress, "tables")
        owner = composing.cloned(database, self.brief, name, now=now, tell=tell)
        return Scenario(self._workspace, owner.scenario_id, owner.name)

    @noted
    def delete(self, *, confirm: bool = False) -> None:
        """Remove it with all its rows, tags, notes, runs and checkpoints. It cannot be undone.

        Parameters
        ----------
        confirm
            Must be True: nothing is deleted by a slip.

        Raises
        ------
        SpecificationError
            If it is not confirmed.
        """
        brief = self.brief
        if confirm is not True:
            raise SpecificationError(
                f"Deleting {brief.name!r} ({brief.patients:,} patients, {brief.rows:,} rows) "
                "cannot be undone: say .delete(confirm=True)."
            )
        database = self._workspace._use()
        with database.cursor() as cursor:
            gone = [run.run_id for run in runs.briefs(cursor, scenario=brief.id)]
        scenarios.delete(database, brief.id)
        checkpointing.remove(database, gone)

    @property
    def merged(self) -> Merged:
        """What the merge did that made it: rows kept, added, skipped, replaced, renamed."""
        with self._workspace.cursor() as cursor:
            return composing.report(cursor, self.brief)

    def __repr__(self) -> str:
        """Return its name and how much it holds."""
        brief = self.brief
        tags = f", tags: {', '.join(brief.tags)}" if brief.tags else ""
        return f"Scenario {brief.name}: {brief.patients:,} patients, {brief.rows:,} rows{tags}"
