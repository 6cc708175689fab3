"""What must never occur, by name: queries that must return no row."""

from __future__ import annotations

from pathlib import Path

import yaml

IMPOSSIBLE: dict[str, str] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
