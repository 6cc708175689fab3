"""Finds the files of a table: by their names, or by what is said about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from healthsim_nb.errors import InputError, nearest, unknown
from healthsim_nb.quality.fault import Fault
from healthsim_nb.schema import scenario_tables

KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".parquet": "parquet",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
}
"""Formats by the ending of a file's name; csv and both kinds of JSON may be followed by .gz."""
FORMATS = ("csv", "json", "ndjson", "parquet")
ZIPPED = ".gz"


@dataclass(frozen=True)
class Piece:
    """A file that has rows of a table."""

    path: Path
    kind: str
    member: str | None = None
    """Of a JSON file with several tables, the name that this one has there."""


Found = list[tuple[str, list[Piece]]]


def pieces(path: Path, table: str | None, kind: str | None) -> tuple[Found, list[Fault]]:
    """Return the tables that a file or folder has, each with its files, and what is strange.

    Raises
    ------
    InputError
        If there is nothing to read.
    """
    if kind is not None and kind not in FORMATS:
        raise InputError(unknown("format of a file", kind, FORMATS))
    if table is not None and table not in scenario_tables():
        raise InputError(unknown("table of a scenario", table, scenario_tables()))
    try:
        if path.is_dir():
            return _folder(path)
        if not path.is_file():
            raise InputError(f"There is no file or folder {path}.")
        if path.stat().st_size == 0:
            raise InputError(f"{path} is empty.")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    return [_file(path, table, kind)], []


def table_of(path: Path) -> str:
    """Return what the name of a file says its table is.

    >>> table_of(Path("out/lab_results.csv.gz"))
    'lab_results'
    """
    return path.name.partition(".")[0].lower()


def kind_of(path: Path) -> str | None:
    """Return what the name of a file says its format is.

    >>> kind_of(Path("Patients.JSONL")), kind_of(Path("notes.txt"))
    ('ndjson', None)
    """
    ending = path.suffix.lower()
    if ending == ZIPPED:
        inner = KINDS.get(Path(path.stem).suffix.lower())
        return inner if inner != "parquet" else None
    return KINDS.get(ending)


def _file(path: Path, table: str | None, kind: str | None) -> tuple[str, list[Piece]]:
    kind = kind or kind_of(path)
    if kind is None:
        raise InputError(
            f"The name of {path} does not say its format: say it with --format, "
            f"one of {', '.join(FORMATS)}."
        )
    named = table or table_of(path)
    if named in scenario_tables():
        return named, [Piece(path, kind)]
    if kind == "json":
        return "", [Piece(path, kind)]
    raise InputError(unnamed(path))


def unnamed(path: Path) -> str:
    """Return the sentence for a file whose name is not that of a table."""
    told = unknown("table", table_of(path), scenario_tables())
    return f"The name of {path} does not say its table: say it with --table. {told}"


def _folder(path: Path) -> tuple[Found, list[Fault]]:
    found: dict[str, list[Piece]] = {}
    strange: list[Fault] = []
    for entry in sorted(path.iterdir()):
        table = table_of(entry)
        if entry.is_dir() and table in scenario_tables():
            inner = [Piece(p, "parquet") for p in sorted(entry.rglob("*.parquet"))]
            if inner:
                found.setdefault(table, []).extend(inner)
            continue
        kind = kind_of(entry)
        if kind is None or entry.name.startswith((".", "_")):
            continue
        if table in scenario_tables():
            found.setdefault(table, []).append(Piece(entry, kind))
        elif nearest(table, scenario_tables()):
            told = unknown("table", table, scenario_tables())
            strange.append(Fault("unknown-table", entry.name, None, told))
    if not found:
        raise InputError(
            f"{path} has no file of a canonical table, such as patients.csv or claims.parquet."
        )
    _one_each(path, found)
    return list(found.items()), strange


def _one_each(path: Path, found: dict[str, list[Piece]]) -> None:
    """Refuse a table that is there twice: its rows would count twice."""
    for table, parts in found.items():
        ways = [part for part in parts if part.path.parent == path]
        parted = len(ways) < len(parts)
        if len(ways) + parted > 1:
            names = ", ".join(part.path.name for part in ways)
            raise InputError(f"{path} has {table} more than once ({names}): leave one of them.")
