"""Checks from a notebook: a scenario or files, with a bar while it lasts, and a way to stop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython import get_ipython
from IPython.display import display

import healthsim_nb as hs
from healthsim_nb.notebook import background, html
from healthsim_nb.notebook.generation import told_of
from healthsim_nb.notebook.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from healthsim_nb.notebook.session import Session
    from healthsim_nb.quality import Report


def validate(
    session: Session,
    what: str | None,
    scenario: str | None,
    wanted: dict[str, Any],
    files: dict[str, Any],
) -> Report:
    """Check what is named: a scenario, or a file or folder that exists.

    Raises
    ------
    KeyboardInterrupt
        If the user stopped it.
    """
    if what and not scenario and Path(what).exists():
        return _watched(lambda tell: hs.validate(what, **files, **wanted, progress=tell))
    found = session.scenario(scenario or what)
    return _watched(lambda tell: found.validate(**wanted, progress=tell))


def _watched(work: Callable[[Callable[[int, int], None]], Report]) -> Report:
    """Do the work in the background, with a bar that goes when it is done."""
    place: list[Any] = []

    def begin(tell: Callable[[int], None]) -> Report:
        def progress(done: int, _: int) -> None:
            tell(done)

        return work(progress)

    def show(done: int) -> None:
        if not hasattr(get_ipython(), "kernel"):
            return
        so_far, of, label = told_of(done)
        bar = Shown(None, label, html.bar(so_far, of or 1, label))
        if place:
            place[0].update(bar)
        else:
            place.append(display(bar, display_id=True))

    try:
        return background.run(begin, show, reads=True)
    finally:
        if place:
            place[0].update(Shown(None, "", ""))
