"""What our widgets share: small pieces of JavaScript and CSS, and work that the newest ask ends."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def script(own: Path) -> str:
    """Return the module of a widget: the shared pieces, then its own."""
    return f"{(HERE / 'common.js').read_text('utf-8')}\n{own.read_text('utf-8')}"


def sheet(own: Path) -> str:
    """Return the style sheet of a widget: the shared rules, then its own."""
    return f"{(HERE / 'common.css').read_text('utf-8')}\n{own.read_text('utf-8')}"
