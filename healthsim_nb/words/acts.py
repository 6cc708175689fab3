"""What the words about the library of scenarios do, in the notebook and in the terminal alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import SpecificationError
from healthsim_nb.store.plain import table as plain_table
from healthsim_nb.words.asking_acts import ASKING_ACTS
from healthsim_nb.words.desk_acts import DESK_ACTS, delete_workspace
from healthsim_nb.words.doing import Desk, Done, sure
from healthsim_nb.words.looking import LOOKING_ACTS
from healthsim_nb.words.pharmacy_acts import PHARMACY_ACTS

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = "Nothing was deleted."


def tag(desk: Desk, tag: str, scenario: str | None) -> Done:
    """Put tags on a scenario."""
    found = desk.find(scenario)
    found.tag(*_parts(tag))
    return Done(found, f"{found.name}: tags {', '.join(found.tags)}")


def untag(desk: Desk, tag: str, scenario: str | None) -> Done:
    """Take tags off a scenario."""
    found = desk.find(scenario)
    found.untag(*_parts(tag))
    return Done(found, f"{found.name}: tags {', '.join(found.tags) or 'none'}")


def rename(desk: Desk, name: str, scenario: str | None) -> Done:
    """Give a scenario another name."""
    found = desk.find(scenario)
    before = found.name
    found.rename(name)
    return Done(found, f"{before} is called {found.name} now.", found)


def save(desk: Desk, name: str, tag: list[str]) -> Done:
    """Keep the scenario in use under a name."""
    found = desk.find(None)
    found.rename(name)
    found.tag(*tag)
    return Done(found, f"Saved as {found.name}: %hs load {found.name} brings it back.", found)


def load(desk: Desk, scenario: str) -> Done:
    """Use a scenario and show its summary, without its rows."""
    found = desk.find(scenario)
    summary = found.summary(samples=0)
    return Done(summary, summary.to_text(), found)


def clone(desk: Desk, name: str, scenario: str | None) -> Done:
    """Copy a scenario."""
    found = desk.find(scenario)
    copy = desk.watch(
        f"Copying {found.name}", lambda tell: found.clone(name or None, progress=tell)
    )
    return Done(copy, f"{copy.name} is a copy of {found.name}: {copy.brief.rows:,} rows.", copy)


def merge(desk: Desk, scenarios: str, name: str | None, on_conflict: str | None) -> Done:
    """Make one scenario of several."""
    parts, rule = _parts(scenarios), on_conflict or "skip"
    made = desk.watch(
        f"Merging {', '.join(parts)}",
        lambda tell: desk.workspace.merge(parts, name=name, on_conflict=rule, progress=tell),
    )
    return Done(made.merged, f"{made.name}\n{made.merged.to_text()}", made)


def delete(desk: Desk, scenario: str, workspace: bool, yes: bool) -> Done:
    """Delete a scenario or the workspace, if the user is sure."""
    if workspace:
        return delete_workspace(desk, yes)
    if not scenario:
        raise SpecificationError("Say which scenario, or --workspace for all there is.")
    found = desk.find(scenario)
    name, patients, rows = found.name, found.brief.patients, found.brief.rows
    what = f"{name} ({patients:,} patients, {rows:,} rows)"
    if not sure(desk, f"Delete {what} for ever?", yes):
        return Done(found, KEPT)
    desk.watch(f"Deleting {name}", lambda _: found.delete(confirm=True))
    return Done(None, f"Deleted {what}.")


def forget(desk: Desk, run: str) -> Done:
    """Remove a run that was interrupted."""
    desk.workspace.forget(run)
    return Done(None, f"Forgot {run} and its checkpoints.")


def samples(
    desk: Desk, table: str, scenario: str | None, n: int | None, strategy: str | None
) -> Done:
    """Show some rows of a table."""
    found = desk.find(scenario)
    rows: Any = desk.watch(
        f"Looking at {table}",
        lambda _: found.samples(table, n or 3, strategy=strategy or "diverse"),
    )
    text = plain_table(list(rows[0]), [list(r.values()) for r in rows]) if rows else "no rows"
    return Done(rows, text)


def share(desk: Desk, file: str, scenario: str | None) -> Done:
    """Write a scenario into one file."""
    found = desk.find(scenario)
    path = desk.watch(f"Writing {file}", lambda tell: found.share(file, progress=tell))
    return Done(path, f"{found.name} is in {path} ({path.stat().st_size:,} bytes).")


def receive(desk: Desk, file: str, name: str | None) -> Done:
    """Read a scenario that was shared."""
    made = desk.watch(
        f"Reading {file}", lambda tell: desk.workspace.receive(file, name=name, progress=tell)
    )
    brief = made.brief
    return Done(made, f"{made.name}: {brief.patients:,} patients, {brief.rows:,} rows.", made)


def persist(
    desk: Desk, rows: str, table: str | None, name: str | None, context: str | None
) -> Done:
    """Keep rows of the user's own."""
    data: Any = desk.names.get(rows, Path(rows))
    if table is not None:
        data = {table: data}
    elif not isinstance(data, dict | Path):
        raise SpecificationError(
            f"{rows} holds rows of one table: say which, such as --table patients."
        )
    made = desk.watch(
        f"Keeping {rows}",
        lambda tell: desk.workspace.persist(data, name=name, context=context, progress=tell),
    )
    brief = made.brief
    return Done(made, f"{made.name}: {brief.patients:,} patients, {brief.rows:,} rows.", made)


def _parts(text: str) -> list[str]:
    """Return names: with commas between, or else with spaces.

    >>> _parts("a b"), _parts("my study, b")
    (['a', 'b'], ['my study', 'b'])
    """
    parts = text.split(",") if "," in text else text.split()
    return [part.strip() for part in parts if part.strip()]


ACTS: dict[str, Callable[..., Done]] = {
    **ASKING_ACTS,
    **DESK_ACTS,
    **LOOKING_ACTS,
    **PHARMACY_ACTS,
    "clone": clone,
    "delete": delete,
    "forget": forget,
    "load": load,
    "merge": merge,
    "persist": persist,
    "receive": receive,
    "rename": rename,
    "samples": samples,
    "save": save,
    "share": share,
    "tag": tag,
    "untag": untag,
}
"""Each act by its word."""
MAKING = ("persist", "receive")
"""Acts that may begin a workspace."""
