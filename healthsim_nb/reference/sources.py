"""Where the reference data come from: ``references/SOURCES.toml``, one section a file.

``python -m healthsim_nb.reference.sources`` says what is wrong with the list; with ``--write`` it
brings hashes up to date, adds an empty section for each new file and drops those of files gone.
Conditions, templates, plans and rules name their sources inside and are not in it, nor is what is
fitted: it is made from the others.
"""

from __future__ import annotations

import json
import sys
import tomllib
from hashlib import sha256
from typing import TYPE_CHECKING

from healthsim_nb.reference.location import root

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("title", "url", "edition", "licence", "sha256")
OWN_SOURCES = ("conditions", "templates", "plans", "fitted", "rules")
"""Folders whose files name their sources inside, or are made from the other files."""
Sources = dict[str, dict[str, str]]


def sources() -> Sources:
    """Return what is known of each file, by its path below ``references``."""
    listed: Sources = tomllib.loads(_list().read_text(encoding="utf-8"))["files"]
    return listed


def files() -> list[str]:
    """Return the path of every file that the list has to name."""
    found = (path.relative_to(root()) for path in root().rglob("*") if path.is_file())
    return sorted(
        path.as_posix()
        for path in found
        if path.parts[0] not in OWN_SOURCES and path.name != _list().name
    )


def digest(name: str) -> str:
    """Return the SHA-256 of a file, as hexadecimal."""
    return sha256((root() / name).read_bytes()).hexdigest()


def problems() -> list[str]:
    """Return what is missing, idle, incomplete or changed, one sentence each."""
    listed, present = sources(), files()
    found = [f"{name}: is not listed" for name in present if name not in listed]
    found += [f"{name}: is listed, but there is no such file" for name in listed.keys() - present]
    for name in sorted(listed.keys() & present):
        entry = listed[name]
        found += [f"{name}: has no {field}" for field in FIELDS if not entry.get(field)]
        if entry.get("sha256") not in {digest(name), "", None}:
            found.append(f"{name}: has changed: check its edition, then write the list anew")
    return found


def write() -> None:
    """Bring the list up to date: hashes, new files, files gone. The head of the list stays."""
    head, _, _ = _list().read_text(encoding="utf-8").partition("[files.")
    listed = sources()
    sections = [_section(name, listed.get(name, {})) for name in files()]
    _list().write_text(head + "\n".join(sections), encoding="utf-8")


def _list() -> Path:
    return root() / "SOURCES.toml"


def _section(name: str, entry: dict[str, str]) -> str:
    known = {field: entry.get(field, "") for field in FIELDS} | {"sha256": digest(name)}
    # A JSON string is a TOML string.
    lines = [f"{field} = {json.dumps(text, ensure_ascii=False)}" for field, text in known.items()]
    return "\n".join([f"[files.{json.dumps(name)}]", *lines, ""])


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    sys.exit("\n".join(problems()) or 0)
