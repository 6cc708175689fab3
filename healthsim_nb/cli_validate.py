"""``healthsim validate``: files, what comes in, or a scenario; text or JSON; 0, 1 or 2."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import healthsim_nb as hs
from healthsim_nb.errors import HealthsimError, InputError, SpecificationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from healthsim_nb.quality import Report

VALID, INVALID, UNUSABLE = 0, 1, 2
INCOMING = "-"


def validate(
    kept: Callable[..., Report],
    *,
    what: str | None,
    scenario: str | None,
    rules: str | None,
    severity: str | None,
    table: str | None,
    format: str | None,  # noqa: A002 - the word of the surface
    as_json: bool,
) -> int:
    """Check, print what was found and return the code that the program ends with.

    Parameters
    ----------
    kept
        Checks the scenario of a name, or the newest: ``kept(name, rules=…, severity=…)``.
    """
    names = [name.strip() for name in rules.split(",")] if rules else None
    wanted = {"rules": names, "severity": severity}
    try:
        if scenario or what is None or not _outside(what):
            report = kept(scenario or what, **wanted)
        elif what == INCOMING:
            report = _incoming(table, format, names, severity)
        else:
            report = hs.validate(what, table=table, format=format, rules=names, severity=severity)
    except HealthsimError as problem:
        if as_json:
            print(json.dumps({"ok": False, "error": str(problem)}))
        print(f"healthsim: {problem}", file=sys.stderr)
        return UNUSABLE
    print(json.dumps(report.to_dict(), indent=2) if as_json else report.to_text())
    return VALID if report.ok else INVALID


def _outside(what: str) -> bool:
    """Return whether it is a file or folder rather than the name of a scenario."""
    return what == INCOMING or Path(what).exists() or bool({*"./\\"} & {*what})


def _incoming(
    table: str | None,
    format: str | None,  # noqa: A002 - the word of the surface
    rules: list[str] | None,
    severity: str | None,
) -> Report:
    """Check what comes in on standard input."""
    if format is None:
        raise SpecificationError("What comes in needs its format: say --format csv, or another.")
    if table is None and format != "json":
        raise SpecificationError("What comes in needs its table: say --table patients, or another.")
    with tempfile.TemporaryDirectory(prefix="healthsim-") as folder:
        path = Path(folder, "standard input")
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        if path.stat().st_size == 0:
            raise InputError("Nothing came in.")
        report = hs.validate(path, table=table, format=format, rules=rules, severity=severity)
    return report.named("standard input")
