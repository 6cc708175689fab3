"""Writes into the history what the methods of a workspace and its scenarios do.

A method that is `noted` leaves one entry, however it ends; what it calls in its turn leaves none.
The work never fails because its entry cannot be written.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from datetime import date
from functools import wraps
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar, cast

import duckdb

from healthsim_nb.errors import SpecificationError, UnknownNameError, WorkspaceError
from healthsim_nb.store.history import DONE, NEW_NAME, NOT_KEPT, Entry, failure, write

if TYPE_CHECKING:
    from datetime import datetime

    from healthsim_nb.store.database import Database

Method = TypeVar("Method", bound=Callable[..., Any])
UNNOTED = ("self", "progress", "workers")
"""What decides nothing of the result."""

_started_by: ContextVar[str] = ContextVar("started_by", default="python")
_inside: ContextVar[bool] = ContextVar("inside", default=False)


@contextmanager
def started_by(who: str) -> Iterator[None]:
    """Let the history say who starts what is done meanwhile: magic, widget, command line."""
    token = _started_by.set(who)
    try:
        yield
    finally:
        _started_by.reset(token)


def noted(method: Method) -> Method:
    """Return the method of a workspace or scenario that leaves an entry in the history."""
    signature = inspect.signature(method)

    @wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if _inside.get():
            return method(self, *args, **kwargs)
        said = signature.bind(self, *args, **kwargs).arguments
        entry = _begun(self, method.__name__, said)
        token, began = _inside.set(True), perf_counter()
        try:
            made = method(self, *args, **kwargs)
            ended = _ended(entry, made)
        except BaseException as error:
            status, told = failure(error)
            _write(self, replace(entry, status=status, result=told), began)
            raise
        finally:
            _inside.reset(token)
        _write(self, ended, began)
        return made

    return cast("Method", call)


def repeated(workspace: Any, entry: Entry) -> Any:  # noqa: ANN401 - knows its methods only by name
    """Do again what an entry says; to its scenario, not to one of a name that is near it."""
    if entry.kind == "delete":
        raise SpecificationError(
            f"Entry {entry.id} (delete) is not repeated: what is deleted is said by name."
        )
    said = dict(entry.given)
    if entry.kind in NEW_NAME:
        said.pop("name", None)
    of = entry.inputs.get("of")
    names = [*([] if of is None else [of]), *said.get("sources", ())]
    known = [brief.name for brief in workspace.scenarios()]
    for name in names:
        if name not in known:
            raise UnknownNameError.of("scenario", name, known)
    if entry.kind == "receive":
        # It would take the name that it had where it is from.
        said["name"] = _free(entry.scenario or "received", known)
    return getattr(workspace if of is None else workspace.scenario(of), entry.kind)(**said)


def _free(name: str, taken: Sequence[str]) -> str:
    """Return a name, with a number if it is taken.

    >>> _free("a", ["b"]), _free("a", ["a", "a-2"])
    ('a', 'a-3')
    """
    names = (name if n == 1 else f"{name}-{n}" for n in range(1, len(taken) + 2))
    return next(one for one in names if one not in taken)


def _begun(owner: Any, kind: str, said: Mapping[str, Any]) -> Entry:  # noqa: ANN401
    inputs = {} if _is_workspace(owner) else {"of": _name(owner)}
    inputs |= _flat(said)
    now: datetime = _workspace(owner)._now()
    return Entry(0, kind, inputs.get("of"), inputs, {}, DONE, None, _started_by.get(), now, 0.0)


def _flat(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said by name, without what was left to its default."""
    found: dict[str, Any] = {}
    for name, value in said.items():
        if name in UNNOTED or value is None or (isinstance(value, Sequence) and not value):
            continue
        if name in ("settings", "options") and isinstance(value, Mapping):
            found |= _flat(value)
        else:
            found[name] = _plain(value)
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return a value as JSON can hold it, or a word on what it was."""
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Path | date):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if hasattr(value, "brief"):
        return str(value.name)
    if isinstance(value, list | tuple) and all(
        isinstance(v, str) or hasattr(v, "brief") for v in value
    ):
        return [_plain(part) for part in value]
    try:
        size = f"{len(value):,} rows"
    except TypeError:
        size = "rows"
    return f"{NOT_KEPT}{type(value).__name__} of {size}"


def _ended(entry: Entry, made: object) -> Entry:
    """Return the entry with what came of it."""
    if hasattr(made, "brief"):
        return _of_scenario(entry, made)
    if isinstance(made, list) and made and isinstance(made[0], Path):
        return replace(entry, result={"files": len(made), "folder": str(made[0].parent)})
    if isinstance(made, Path):
        return replace(entry, result={"file": str(made)})
    if hasattr(made, "errors") and hasattr(made, "warnings"):
        told = {"errors": len(made.errors), "warnings": len(made.warnings)}
        return replace(entry, result=told)
    return entry


def _of_scenario(entry: Entry, made: Any) -> Entry:  # noqa: ANN401
    brief = made.brief
    with made._workspace.cursor() as cursor:
        last = cursor.execute(
            "SELECT row_count FROM hs.runs WHERE scenario_id = ? ORDER BY run_key DESC LIMIT 1",
            [made.id],
        ).fetchone()
    rows = int(last[0] or 0) if last and entry.kind in GROWN else brief.rows
    told = {"patients": brief.patients, "rows": brief.rows}
    return replace(entry, scenario=brief.name, rows=rows, result=told)


GROWN = ("extend", "add", "resume", "persist")
"""What adds rows to those that are there: only the new ones are its own."""


def _write(owner: Any, entry: Entry, began: float) -> None:  # noqa: ANN401
    workspace = _workspace(owner)
    if workspace.closed:
        return
    database: Database = workspace._use()
    with suppress(duckdb.Error, WorkspaceError), database.transaction() as cursor:
        write(cursor, replace(entry, seconds=perf_counter() - began))


def _is_workspace(owner: Any) -> bool:  # noqa: ANN401
    return not hasattr(owner, "_workspace")


def _workspace(owner: Any) -> Any:  # noqa: ANN401
    return owner if _is_workspace(owner) else owner._workspace


def _name(owner: Any) -> str:  # noqa: ANN401
    """Return the name of a scenario; the last one known if it is gone."""
    with suppress(WorkspaceError, ValueError):
        return str(owner.name)
    return str(owner._name)
