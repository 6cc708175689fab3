"""From what a user asks for to a scenario that is saved, whole or not at all."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from healthsim_nb import chart, simulation
from healthsim_nb.errors import WorkspaceError
from healthsim_nb.operations import checkpointing
from healthsim_nb.operations.telling import Telling
from healthsim_nb.schema import OWNERSHIP
from healthsim_nb.schema.ddl import VARIABLE, qualified
from healthsim_nb.store import runs, scenarios
from healthsim_nb.store.loader import load
from healthsim_nb.store.naming import keywords
from healthsim_nb.store.runs import Origin
from healthsim_nb.store.scenarios import Draft, Owner
from healthsim_nb.templates.request.understand import understand
from healthsim_nb.templates.request.understanding import Understanding
from healthsim_nb.templates.specify import specify
from healthsim_nb.templates.template import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from healthsim_nb.operations.checkpointing import Kept
    from healthsim_nb.store.database import Database
    from healthsim_nb.templates.assemble import Run
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Specification

Wanted = str | Path | Template
RUNTIME = {"n", "seed", "start", "months", "notes", "coverage", "having_within"}
"""Settings of a run; all else of a specification is its template's."""
NAMELESS = ("population",)


def understood(library: Library, what: Wanted, run: Run) -> Understanding:
    """Return how a request, a template's name or a file is understood."""
    sentence = sentence_of(what)
    if sentence is not None:
        return understand(library, sentence, run)
    spec = specify(library, what, **asdict(run))
    meaning = f"template {spec.template}" if spec.template else f"with {' and '.join(spec.have)}"
    if not (spec.template or spec.have):
        meaning = f"{spec.n:,} patient{'' if spec.n == 1 else 's'}"
    said = what.id if isinstance(what, Template) else str(what).strip()
    return Understanding(said, spec, ((said.partition("\n")[0], meaning),))


def sentence_of(what: Wanted) -> str | None:
    """Return the request if that is what was asked with, not a name, a file or YAML.

    >>> sentence_of("200 people with asthma"), sentence_of("asthma"), sentence_of("n: 5")
    ('200 people with asthma', None, None)
    """
    if not isinstance(what, str) or not re.search(r"\s", what.strip()):
        return None
    text = what.strip()
    file = "\n" not in text and text.endswith((".yaml", ".yml"))
    yaml = re.match(r"(?:#[^\n]*\n|\s)*[a-z_]+:(?:\s|$)", text)
    return None if file or yaml else text


def draft(
    asked: Understanding,
    what: Wanted,
    *,
    name: str | None,
    description: str | None,
    tags: Sequence[str],
) -> Draft:
    """Return the scenario that is to be begun."""
    spec, sentence = asked.specification, sentence_of(what)
    return Draft(
        specification=spec.model_dump_json(),
        patients=spec.n,
        name=name,
        words=words(what, spec),
        description=description,
        template=spec.template,
        request=sentence,
        tags=tuple(tags),
    )


def words(what: Wanted, spec: Specification) -> tuple[str, ...]:
    """Return the words of a scenario's name: of the request, else of the template or file."""
    asked = [sentence_of(what) or "", spec.template or ""]
    if isinstance(what, Template):
        asked.append(what.id)
    elif isinstance(what, Path) or what.strip().endswith((".yaml", ".yml")):
        asked.append(Path(what).stem)
    elif re.fullmatch(r"\s*[\w.-]+\s*", what):
        asked.append(what)
    return next((found for text in asked if (found := keywords(text))), NAMELESS)


def origin(spec: Specification, library: Library) -> Origin:
    """Return what the run of a specification records about itself."""
    definition = spec.model_dump(mode="json", exclude=RUNTIME)
    if not spec.having:
        # Scenarios that were made before there was this word have the same definition still.
        del definition["having"]
    content = f"{json.dumps(definition, sort_keys=True)}|{library.hash}"
    return Origin(
        template=spec.template,
        template_hash=blake2b(content.encode(), digest_size=16).hexdigest(),
        seed=spec.seed,
        parameters=spec.model_dump_json(),
    )


def save(
    database: Database,
    begun: Draft,
    spec: Specification,
    library: Library,
    *,
    clock: Callable[[], datetime],
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
    checkpoint_interval: object = None,
) -> Owner:
    """Simulate a specification and save it; if anything fails, the workspace is as before."""
    every = checkpointing.interval(checkpoint_interval, database, spec)
    about = replace(origin(spec, library), checkpoint_interval=every)
    kept: list[Kept | None] = []

    def keep(cursor: DuckDBPyConnection, owner: Owner) -> None:
        # In the transaction that begins the run: whoever finds the run finds its folder, too.
        kept.append(checkpointing.begin(cursor, database, owner, begun, spec, about, now=clock()))

    owner = scenarios.create(database, begun, about, now=clock(), also=keep)
    save_blocks(
        database, owner, spec, library, kept[-1], clock=clock, workers=workers, tell=progress
    )
    return owner


def save_blocks(
    database: Database,
    owner: Owner,
    spec: Specification,
    library: Library,
    kept: Kept | None,
    *,
    clock: Callable[[], datetime],
    workers: int | None,
    tell: Callable[[int], None] | None,
    also: Callable[[DuckDBPyConnection], None] | None = None,
) -> None:
    """Simulate into a scenario that was begun; if anything fails, it is removed.

    Parameters
    ----------
    also
        What else belongs to the transaction.
    """
    blocks, tally = None, tally_of(spec)
    try:
        plan = kept.plan if kept else None
        blocks = simulation.blocks(spec, library, workers=workers, keeping=plan, tally=tally)
        blocks = kept.watch(blocks) if kept else blocks
        telling = Telling(tell, 0 if spec.having else spec.n)
        with database.loading(), database.transaction() as cursor:
            with telling.meanwhile():
                counts = load(cursor, owner, blocks, telling.done)
            if spec.notes:
                counts["clinical_notes"] = keep_notes(cursor, owner)
            if kept:
                kept.finish(cursor, owner, counts, clock())
            runs.note_attrition(cursor, owner.run_key, tally.counted() if tally else None)
            scenarios.finish(cursor, owner, counts, now=clock())
            if also:
                also(cursor)
    except BaseException as error:
        drop(database, owner, error, kept.run.run_id if kept else None)
        raise
    finally:
        # Ends the processes that simulate now, not when the error is forgotten.
        getattr(blocks, "close", lambda: None)()


def tally_of(spec: Specification, past: Mapping[str, Any] | None = None) -> simulation.Tally | None:
    """Return what counts who is found, perhaps on from ``past``; None if nobody is looked for."""
    return simulation.Tally.of(spec, past) if spec.having else None


def keep_notes(cursor: DuckDBPyConnection, owner: Owner) -> int:
    """Write the clinical notes that a scenario lacks; return how many."""
    columns = dict(zip(OWNERSHIP, (owner.scenario_id, owner.run_key), strict=True))
    cursor.execute(f"SET VARIABLE {VARIABLE} = {owner.scenario_id:d}")
    written = chart.keep(cursor, qualified("clinical_notes"), columns)
    cursor.execute(f"RESET VARIABLE {VARIABLE}")
    return written


def drop(database: Database, owner: Owner, error: BaseException, run: str | None = None) -> None:
    """Remove what was begun, and say so; ``run`` is its id if it can go on."""
    before = "the workspace is as it was before."
    if run:
        before += f" The run can go on: resume {run}."
    # If that fails too, the next opening removes it.
    with suppress(duckdb.Error):
        scenarios.discard(database, owner)
    if isinstance(error, duckdb.Error) and not isinstance(error, duckdb.InterruptException):
        raise WorkspaceError(
            f"The scenario {owner.name!r} could not be saved, and {before} "
            f"DuckDB says: {str(error).strip()}"
        ) from error
    error.add_note(f"The scenario {owner.name!r} was not saved; {before}")
