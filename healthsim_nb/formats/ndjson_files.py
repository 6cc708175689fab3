"""NDJSON: a file a table, one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.formats.copying import copy, unasked

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.formats.source import Source


def export(source: Source, folder: Path, **options: str) -> list[Path]:
    """Write ``<table>.ndjson`` for each table."""
    unasked("ndjson", options)
    return copy(source, folder, "ndjson", "FORMAT json, ARRAY false")
