"""CSV (RFC 4180, UTF-8): a file a table, with a header.

Nothing between two commas is null; ``""`` is an empty text. DuckDB tells them apart when it reads
with ``allow_quoted_nulls = false``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.formats.copying import copy, unasked

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.formats.source import Source


def export(source: Source, folder: Path, **options: str) -> list[Path]:
    """Write ``<table>.csv`` for each table."""
    unasked("csv", options)
    return copy(source, folder, "csv", "FORMAT csv, HEADER, NULLSTR ''")
