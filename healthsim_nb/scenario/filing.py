"""What of a scenario becomes a file, or is written beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from healthsim_nb.engine.progress import stepped
from healthsim_nb.formats import Source, export
from healthsim_nb.operations.noting import noted
from healthsim_nb.scenario.handle import Handle
from healthsim_nb.store.desk import outputs
from healthsim_nb.store.saving import save
from healthsim_nb.store.selects import selects
from healthsim_nb.store.sharing import share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from healthsim_nb.scenario import Scenario
    from healthsim_nb.store.desk.notes import Note


class Filing(Handle):
    """What of a scenario becomes a file, or is written beside it."""

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
        return self._workspace.note(text, scenario=cast("Scenario", self), patient_id=patient_id)

    def _written(self, sql: str, path: Path, params: Mapping[str, object] | None = None) -> Path:
        return save(self._workspace.cursor(), self.id, sql, path, given=params or {})

    def _file(self, kind: str, form: str, what: str, path: Path, files: Sequence[Path]) -> None:
        made = outputs.Made(kind, self.name, form, what, path, tuple(files))
        outputs.record(self._workspace._use(), made, now=self._workspace._now())

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
