"""What the words that understand, tell and write do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import healthsim_nb as hs
from healthsim_nb.store.plain import near
from healthsim_nb.words.doing import Desk, Done

if TYPE_CHECKING:
    from collections.abc import Callable

NO_YAML = (
    "'cohort' makes what the lines below it say: write %%hs cohort NAME and the YAML under it."
)


def understand(desk: Desk, what: str) -> Done:
    """Tell how a request is understood."""
    found = desk.workspace.understand(what)
    return Done(found, f"{found.to_text()}\n\n{found.to_yaml()}")


def cost(desk: Desk, what: str) -> Done:
    """Tell what a scenario would take."""
    found = desk.watch("Trying", lambda tell: desk.workspace.cost(what, progress=tell))
    return Done(found, str(found))


def specification(desk: Desk, scenario: str) -> Done:
    """Tell what a scenario was made from."""
    text = desk.find(scenario or None).to_yaml()
    return Done(text, text)


def table(desk: Desk, table: str, scenario: str | None) -> Done:
    """Return a whole table."""
    frame = desk.watch(f"Reading {table}", lambda _: desk.find(scenario).df(table))
    return Done(frame, str(frame), whole=True)


def write(desk: Desk, to: str, sql: str, scenario: str | None) -> Done:
    """Write what a SELECT finds."""
    found = desk.find(scenario)
    path = desk.watch(f"Writing {to}", lambda _: found.save(sql, to))
    return Done(path, f"Written to {near(path)} ({path.stat().st_size:,} bytes).")


def eligibility(desk: Desk, who: str, day: str, scenario: str | None) -> Done:
    """Tell who pays for somebody on a day."""
    page = desk.find(scenario).eligibility(int(who) if who.isdecimal() else who, day)
    return Done(page, repr(page), whole=True)


def signature(desk: Desk, scenario: str) -> Done:
    """Tell the content signature of a scenario."""
    found = desk.find(scenario or None)
    text = desk.watch(f"Reading {found.name}", lambda _: found.signature())
    return Done(text, text)


def formats(desk: Desk) -> Done:  # noqa: ARG001 - an act has a desk
    """List the formats."""
    names = hs.formats()
    return Done([{"format": name} for name in names], "\n".join(names))


ASKING_ACTS: dict[str, Callable[..., Done]] = {
    "cost": cost,
    "eligibility": eligibility,
    "formats": formats,
    "signature": signature,
    "specification": specification,
    "table": table,
    "understand": understand,
    "write": write,
}
"""Each act by its word."""
EMPTY_HANDED = ("cost", "formats", "formulary", "review", "understand")
"""Acts that need no workspace of the user's."""
