"""A scenario is made longer, larger, another or gone here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from healthsim_nb.engine.progress import stepped
from healthsim_nb.errors import SpecificationError
from healthsim_nb.operations import checkpointing, composing, growing
from healthsim_nb.operations.noting import noted
from healthsim_nb.scenario.handle import Handle
from healthsim_nb.store import runs, scenarios

if TYPE_CHECKING:
    from collections.abc import Callable


class Changing(Handle):
    """A scenario is made longer, larger, another or gone here."""

    @noted
    def extend(
        self,
        months: int,
        *,
        workers: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Self:
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
    ) -> Self:
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
    ) -> Self:
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
        return type(self)(self._workspace, owner.scenario_id, owner.name)

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
