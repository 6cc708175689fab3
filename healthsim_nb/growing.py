"""More months or more patients for a scenario: what one longer or larger run would have given.

Every value is a pure function of the seed and of whom it is for, so the longer run is simulated
and what the scenario lacks of it is inserted. More patients are new blocks; the group of 64 in
which the old ones end is made once more, since households form in it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb
from pydantic import ValidationError

from healthsim_nb import __version__, simulation
from healthsim_nb.errors import SpecificationError, WorkspaceError
from healthsim_nb.generation import keep_notes, origin
from healthsim_nb.population.crowd import GROUP
from healthsim_nb.store import growth, scenarios
from healthsim_nb.store.extending import Completion, differ
from healthsim_nb.store.loader import load
from healthsim_nb.templates import settings
from healthsim_nb.templates.template import Specification

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from healthsim_nb.store.database import Database
    from healthsim_nb.store.growth import Past
    from healthsim_nb.templates.library import Library


@dataclass(frozen=True)
class Growth:
    """A scenario with what it was and what it is to become."""

    past: Past
    old: Specification
    new: Specification

    @property
    def kind(self) -> str:
        """The kind of the run."""
        return "extend" if self.new.months > self.old.months else "add"

    @property
    def first(self) -> int:
        """The first patient who is simulated."""
        return 0 if self.kind == "extend" else self.old.n


def longer(database: Database, scenario: int, name: str, months: object) -> Growth:
    """Return the growth of a scenario by months."""
    past, old = _read(database, scenario, name)
    more = settings.whole(months, "months")
    if more < 1:
        raise SpecificationError(
            f"months is {more:,}: {past.name!r} can be extended by 1 month or more."
        )
    room = settings.MOST_MONTHS - old.months
    if more > room:
        raise SpecificationError(
            f"{past.name!r} has {old.months:,} months already, and a scenario lasts at most "
            f"{settings.MOST_MONTHS:,} (85 years): it can be extended by {room:,}, not {more:,}."
        )
    settings.first_day(old.start, old.months + more)
    return Growth(past, old, old.model_copy(update={"months": old.months + more}))


def larger(database: Database, scenario: int, name: str, n: object) -> Growth:
    """Return the growth of a scenario by patients."""
    past, old = _read(database, scenario, name)
    more = settings.whole(n, "n")
    if more < 1:
        raise SpecificationError(f"n is {more:,}: 1 patient or more can be added to {past.name!r}.")
    room = settings.MOST_PATIENTS - old.n
    if more > room:
        raise SpecificationError(
            f"{past.name!r} has {old.n:,} patients already, and a scenario has room for "
            f"{settings.MOST_PATIENTS:,}: {room:,} can be added, not {more:,}."
        )
    return Growth(past, old, old.model_copy(update={"n": old.n + more}))


def _read(database: Database, scenario: int, name: str) -> tuple[Past, Specification]:
    with database.cursor() as cursor:
        past = growth.past(cursor, scenario, name)
    with suppress(ValidationError):
        if past.simulated:
            return past, Specification.model_validate_json(past.specification)
    raise SpecificationError(
        f"{past.name!r} was not simulated, so nobody knows how its lives go on: only a scenario "
        "made by generate can be extended or added to."
    )


def grow(
    database: Database,
    change: Growth,
    library: Library,
    *,
    clock: Callable[[], datetime],
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Make a scenario longer or larger, in one transaction; if that fails, it is as before.

    Parameters
    ----------
    progress
        Called now and then with the number of patients gone through, from `Growth.first` on.

    Raises
    ------
    SpecificationError
        If what is here now would make other lives than the scenario has.
    WorkspaceError
        If it cannot be saved.
    """
    name = change.past.name
    _require_same_definition(change, library)
    _require_same_lives(database, change, library)
    try:
        _save(database, change, library, clock, workers, progress)
    except BaseException as error:
        if isinstance(error, duckdb.Error) and not isinstance(error, duckdb.InterruptException):
            raise WorkspaceError(
                f"The scenario {name!r} could not be changed, and is as it was before. "
                f"DuckDB says: {str(error).strip()}"
            ) from error
        error.add_note(f"The scenario {name!r} is as it was before.")
        raise


def _save(
    database: Database,
    change: Growth,
    library: Library,
    clock: Callable[[], datetime],
    workers: int | None,
    progress: Callable[[int], None] | None,
) -> None:
    new, completion = change.new, Completion(change.kind == "extend", change.past.own)
    parent = change.past.simulated[-1].run_key
    about = replace(origin(new, library), kind=change.kind, parent=parent)
    repeated = change.first % GROUP
    blocks = simulation.blocks(new, library, workers=workers, first=change.first)
    try:
        with database.loading(), database.transaction() as cursor:
            owner = growth.begin(
                cursor,
                change.past,
                new.model_dump_json(),
                patients=new.n,
                origin=about,
                now=clock(),
            )
            tell = progress and (lambda seen: progress(max(seen - repeated, 0)))
            load(cursor, owner, blocks, tell, put=completion.put)
            if new.notes:
                completion.inserted["clinical_notes"] += keep_notes(cursor, owner)
            scenarios.finish(cursor, owner, completion.inserted, now=clock())
    finally:
        getattr(blocks, "close", lambda: None)()


def _require_same_definition(change: Growth, library: Library) -> None:
    """Refuse what was made with other templates, conditions or catalogues."""
    known = {run.template_hash for run in change.past.simulated}
    if known != {origin(change.old, library).template_hash}:
        raise _other_data(change)


def _require_same_lives(database: Database, change: Growth, library: Library) -> None:
    """Refuse what another version of the package made, if this one tells other lives."""
    if {run.package_version for run in change.past.simulated} <= {__version__}:
        return
    few = change.old.model_copy(update={"n": min(change.old.n, GROUP)})
    again = simulation.gen_block(few, 0, library=library, size=GROUP)
    with database.cursor() as cursor:
        if any(differ(cursor, change.past.scenario_id, t, rows) for t, rows in again.items()):
            raise _other_data(change)


def _other_data(change: Growth) -> SpecificationError:
    past, new = change.past, change.new
    version = past.simulated[-1].package_version
    what = repr(new.template) if new.template else "the same words"
    return SpecificationError(
        f"{past.name!r} was made with other templates, conditions or codes than are in use here, "
        "so what is added would not fit what is there. Use the version of healthsim_nb "
        f"({version}) and the library folder that it was made with, or make it again as it "
        f"should be: generate {what} with n={new.n}, months={new.months}, seed={new.seed}, "
        f"start={new.start}."
    )
