"""What the simulation never makes beyond what the rules say: queries that return no row."""

from __future__ import annotations

from pathlib import Path

import yaml

IMPOSSIBLE: dict[str, str] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
