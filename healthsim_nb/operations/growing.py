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
from healthsim_nb.operations import checkpointing
from healthsim_nb.operations.checkpointing import Source
from healthsim_nb.operations.generation import keep_notes, origin, tally_of
from healthsim_nb.operations.telling import Telling
from healthsim_nb.population.crowd import GROUP
from healthsim_nb.store import growth, runs, scenarios
from healthsim_nb.store.extending import Completion, differ
from healthsim_nb.store.loader import load
from healthsim_nb.store.scenarios import Draft
from healthsim_nb.templates import settings
from healthsim_nb.templates.template import Specification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.operations.checkpointing import Kept
    from healthsim_nb.simulation import Tables
    from healthsim_nb.store.database import Database
    from healthsim_nb.store.growth import Past
    from healthsim_nb.store.runs import Origin
    from healthsim_nb.templates.library import Library


@dataclass(frozen=True)
class Growth:
    """A scenario with what it was and what it is to become."""

    past: Past
    old: Specification
    new: Specification
    simulate: Specification | None = None
    """What is made; None: the whole of the new."""

    @property
    def made(self) -> Specification:
        """What is simulated."""
        return self.simulate or self.new

    @property
    def kind(self) -> str:
        """The kind of the run."""
        return "add" if self.new.n > self.old.n else "extend"

    @property
    def first(self) -> int:
        """The first patient who is simulated."""
        return 0 if self.kind == "extend" or self.new.having else self.old.n


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
    new = old.model_copy(update={"months": old.months + more})
    if old.having:
        # The people stay who they are: those to whom it happened within the months there were.
        new = new.model_copy(update={"having_within": old.having_within or old.months})
    return Growth(past, old, new)


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


def again(database: Database, scenario: int, name: str, made: Specification) -> Growth:
    """Return the growth that makes again what a run has made of a scenario, if it is lost."""
    past, now = _read(database, scenario, name)
    same = {"months": now.months, "having_within": now.having_within}
    return Growth(past, now, now, made.model_copy(update=same))


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
    about: Origin | None = None,
    source: Source | None = None,
) -> None:
    """Make a scenario longer or larger, in one transaction; if that fails, it is as before.

    Parameters
    ----------
    progress
        Called now and then with the number of patients gone through, from `Growth.first` on.
    about
        What the run says about itself; left out: that it is one of `Growth.kind`.
    source
        Checkpoints to go on from; left out: those of the run before, where they are whole.

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
    if about is None:
        parent = change.past.simulated[-1].run_key
        about = replace(origin(change.new, library), kind=change.kind, parent=parent)
    try:
        _save(database, change, library, _Run(about, source, clock, workers, progress))
    except BaseException as error:
        if isinstance(error, duckdb.Error) and not isinstance(error, duckdb.InterruptException):
            raise WorkspaceError(
                f"The scenario {name!r} could not be changed, and is as it was before. "
                f"DuckDB says: {str(error).strip()}"
            ) from error
        error.add_note(f"The scenario {name!r} is as it was before.")
        raise


@dataclass(frozen=True)
class _Run:
    about: Origin
    source: Source | None
    clock: Callable[[], datetime]
    workers: int | None
    progress: Callable[[int], None] | None


def _save(database: Database, change: Growth, library: Library, run: _Run) -> None:
    begun: list[str] = []
    try:
        _load(database, change, library, run, begun)
    except BaseException:
        # The run is on record only with its rows: as these did not come, its folder is nobody's.
        checkpointing.remove(database, begun)
        raise


def _load(
    database: Database, change: Growth, library: Library, run: _Run, begun: list[str]
) -> None:
    """Simulate and save what a scenario lacks; ``begun`` gets the id of the run at once."""
    completion = Completion(change.kind == "extend", change.past.own)
    made, about, source = change.made, run.about, run.source
    if change.kind == "extend" and source is None:
        about, source = _last_checkpoint(database, change, about)
    with database.loading(), database.transaction() as cursor:
        owner = growth.begin(
            cursor,
            change.past,
            change.new.model_dump_json(),
            patients=made.n,
            origin=replace(about, parameters=made.model_dump_json()),
            now=run.clock(),
        )
        begun.append(runs.id_of(cursor, owner.run_key))
        draft = Draft(about.parameters, made.n, template=made.template)
        kept = checkpointing.begin(
            cursor, database, owner, draft, made, about, source=source, now=run.clock()
        )
        tally = _tally(cursor, change)
        blocks = _blocks(change, library, run.workers, kept, tally)
        telling = Telling(_tell(change, run.progress), _wanted(change))
        try:
            with telling.meanwhile():
                load(cursor, owner, blocks, telling.done, put=completion.put)
        finally:
            # Ends the processes that simulate now, not when an error is forgotten.
            getattr(blocks, "close", lambda: None)()
        if change.new.notes:
            completion.inserted["clinical_notes"] += keep_notes(cursor, owner)
        if kept:
            kept.finish(cursor, owner, completion.inserted, run.clock())
        runs.note_attrition(cursor, owner.run_key, tally.counted() if tally else None)
        scenarios.finish(cursor, owner, completion.inserted, now=run.clock())


def _blocks(
    change: Growth,
    library: Library,
    workers: int | None,
    kept: Kept | None,
    tally: simulation.Tally | None,
) -> Iterator[Tables]:
    plan = kept.plan if kept else None
    blocks = simulation.blocks(
        change.made, library, workers=workers, first=change.first, keeping=plan, tally=tally
    )
    return kept.watch(blocks) if kept else blocks


def _tally(cursor: DuckDBPyConnection, change: Growth) -> simulation.Tally | None:
    """Return what counts who is found: more patients are looked for where the search ended."""
    past = runs.attrition(cursor, change.past.scenario_id) if change.kind == "add" else None
    return tally_of(change.made, past if past and past["kept"] == change.old.n else None)


def _tell(change: Growth, progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    """Return what leaves out those who are made once more for the sake of their households."""
    again = change.first % GROUP
    return progress and (lambda seen: progress(max(seen - again, 0)))


def _wanted(change: Growth) -> int:
    """Return how many patients are made, also once more; 0 if they are looked for."""
    return 0 if change.made.having else change.made.n - change.first


def _last_checkpoint(
    database: Database, change: Growth, about: Origin
) -> tuple[Origin, Source | None]:
    """Return the latest checkpoints of a scenario; lost ones are made again."""
    with database.cursor() as cursor:
        last = growth.last_checkpoint(cursor, change.past.scenario_id)
    if last is None or database.path is None:
        return about, None
    run_id, every = last
    folder = checkpointing.home(database, run_id)
    return replace(about, checkpoint_interval=every), Source(folder, recompute=True)


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
