"""What a workspace remembers of its users: runs, history, notes, outputs, what was entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import SpecificationError, UnknownNameError
from healthsim_nb.operations import checkpointing, resuming
from healthsim_nb.operations.noting import repeated
from healthsim_nb.store import history, runs
from healthsim_nb.store.desk import clearing, inputs, notes, outputs
from healthsim_nb.workspace.handle import Handle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from healthsim_nb.scenario import Scenario
    from healthsim_nb.store.desk.clearing import Contents
    from healthsim_nb.store.desk.notes import Note, Notes
    from healthsim_nb.store.desk.outputs import Outputs
    from healthsim_nb.store.history import History
    from healthsim_nb.store.runs import RunBrief


class Remembering(Handle):
    """What users did is kept here: runs, history, notes, outputs and what they entered."""

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

    def _confirmed(self, confirm: object, doing: str, word: str) -> None:
        if confirm is not True:
            raise SpecificationError(
                f"{doing} the workspace {self.contents} cannot be undone: "
                f"say .{word}(confirm=True)."
            )
