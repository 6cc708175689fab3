"""What the words about notes, outputs, rules and the workspace as a whole do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import SpecificationError
from healthsim_nb.store.plain import near
from healthsim_nb.words.doing import Desk, Done, sure

if TYPE_CHECKING:
    from collections.abc import Callable

    from healthsim_nb.store.desk.notes import Note


def draft(desk: Desk, sql: str, scenario: str | None, format: str | None) -> Done:  # noqa: A002
    """Write what a SELECT finds as a draft."""
    path = desk.find(scenario).draft(sql, format=format or "csv")
    return Done(path, f"Written to {near(path)} ({path.stat().st_size:,} bytes).")


def outputs(desk: Desk, scenario: str, kind: str | None) -> Done:
    """List what was written from here."""
    found = desk.workspace.outputs(kind, scenario=scenario or None)
    return Done(found, repr(found))


def note(
    desk: Desk,
    text: str,
    scenario: str | None,
    patient: int | None,
    run: str | None,
    workspace: bool,
    change: int | None,
    remove: int | None,
) -> Done:
    """Write, change, remove or list notes."""
    ws = desk.workspace
    if remove is not None:
        return Done(None, f"Removed note {remove} on {ws.remove_note(remove).about}.")
    if change is not None:
        return _written(ws.change_note(change, text))
    if text:
        about = None if run or workspace else desk.find(scenario)
        return _written(ws.note(text, scenario=about, run=run, patient_id=patient))
    of = desk.find(scenario) if scenario else None
    found = ws.notes(scenario=of, run=run, patient_id=patient)
    return Done(found, found.to_text())


def _written(made: Note) -> Done:
    return Done(made, made.to_text())


def rule(
    desk: Desk,
    name: str,
    sql: str,
    protects: str | None,
    severity: str | None,
    source: str | None,
    confidence: str | None,
    remove: bool,
) -> Done:
    """Keep, change, remove or show a rule of the user's own."""
    ws = desk.workspace
    if remove:
        ws.remove_rule(name)
        return Done(None, f"Removed the rule {name}.")
    said = {"protects": protects, "severity": severity, "source": source}
    given: dict[str, Any] = {key: value for key, value in said.items() if value}
    if confidence is not None:
        given["confidence"] = _part(confidence)
    known = name in ws.rules().ids
    if known and (sql or given):
        made = ws.edit_rule(name, sql or None, **given)
    elif known or not sql:
        made = ws.rule(name)
    elif not protects:
        raise SpecificationError(f"Say what {name} --protects, as a sentence.")
    else:
        made = ws.add_rule(name, sql, **given)
    return Done(made, str(made), whole=True)


def _part(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SpecificationError(f"--confidence is from 0 to 1, not {text!r}.") from None


def reset(desk: Desk, yes: bool) -> Done:
    """Clear the workspace, if the user is sure."""
    what = desk.workspace.contents
    if not sure(desk, f"Clear everything in the workspace {what} for ever?", yes):
        return Done(None, "Nothing was cleared.")
    desk.workspace.reset(confirm=True)
    return Done(None, f"Cleared {what}. It is empty now.")


def delete_workspace(desk: Desk, yes: bool) -> Done:
    """Delete the workspace, if the user is sure."""
    what = desk.workspace.contents
    if not sure(desk, f"Delete the workspace {what} with all its files for ever?", yes):
        return Done(None, "Nothing was deleted.")
    gone = desk.workspace.delete(confirm=True)
    return Done(None, f"Deleted {what}: {', '.join(path.name for path in gone)}.")


DESK_ACTS: dict[str, Callable[..., Done]] = {
    "draft": draft,
    "note": note,
    "outputs": outputs,
    "reset": reset,
    "rule": rule,
}
"""Each act by its word."""
