"""JSON: a file a table, one array of objects. Numbers keep all their digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.formats.copying import copy, unasked

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.formats.source import Source


def export(source: Source, folder: Path, **options: str) -> list[Path]:
    """Write ``<table>.json`` for each table."""
    unasked("json", options)
    return copy(source, folder, "json", "FORMAT json, ARRAY true")
