"""Makes a population from a notebook: how it was understood, how far it is, and how to stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from IPython import get_ipython
from IPython.display import display

from healthsim_nb.notebook import background, html
from healthsim_nb.notebook.cards import understood
from healthsim_nb.notebook.shown import Shown, sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from healthsim_nb import Scenario, Workspace

T = TypeVar("T")
OTHERS = ("name", "tags", "checkpoint_interval")
"""Settings that do not decide who the people are."""


def generate(workspace: Workspace, what: str, settings: dict[str, Any]) -> Scenario:
    """Make a scenario; above it stands how the request was understood, with a bar while it lasts.

    Raises
    ------
    KeyboardInterrupt
        If the user stopped it: nothing is kept.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    about = {name: value for name, value in given.items() if name not in OTHERS}
    request = workspace.understand(what, **about)
    place = display(understood(request), display_id=True)
    shown: list[int] = []

    def show(done: int) -> None:
        if _in_place() and shown[-1:] != [done]:
            shown.append(done)
            place.update(understood(request, done))

    try:
        return background.run(lambda tell: workspace.generate(what, **given, progress=tell), show)
    finally:
        if shown:
            place.update(understood(request))


def grow(work: Callable[[Callable[[int], None]], T], said: str, n: int) -> T:
    """Make a scenario longer or larger, with a bar while it lasts.

    Parameters
    ----------
    work
        Takes a function, and calls it now and then with how many patients are done.
    said
        What is going on, in words.
    n
        How many patients there are to do.
    """
    return _watched(work, said, lambda done: told_of(done, n), sentence(said))


def watched(said: str, work: Callable[[Callable[[int], None]], T], *, reads: bool = False) -> T:
    """Do what seldom lasts long; if it does, a bar tells what it is and how far it has come."""
    return _watched(work, said, told_of, Shown(None, "", ""), background.PATIENT, reads=reads)


def told_of(done: Any, n: int | None = None) -> tuple[int, int, str]:
    """Return how much is done, of how much (0: nobody knows), and that with the time left."""
    told = getattr(done, "told", None)
    if told is not None:
        return int(done), done.of or 0, told
    return int(done), n or 0, "" if n is None else f"{int(done):,} of {n:,} patients"


def _watched(
    work: Callable[[Callable[[int], None]], T],
    said: str,
    told: Callable[[Any], tuple[int, int, str]],
    left: Shown,
    quiet: float | None = None,
    *,
    reads: bool = False,
) -> T:
    place: list[Any] = []

    def show(done: int) -> None:
        if not _in_place():
            return
        so_far, of, words = told(done)
        bar = html.bar(min(so_far, of), of or 1, words)
        shown = Shown(None, f"{said}\n{words}".strip(), html.note(said) + bar)
        if place:
            place[0].update(shown)
        else:
            place.append(display(shown, display_id=True))

    try:
        return background.run(work, show, quiet, reads=reads)
    finally:
        if place:
            place[0].update(left)


def resume(workspace: Workspace, run: str, **settings: Any) -> Scenario:
    """Go on with a run, with a bar while it lasts."""
    found = {brief.run_id: brief for brief in workspace.runs()}.get(run)
    n = found.patients if found else 0
    return grow(lambda tell: workspace.resume(run, progress=tell, **settings), f"{run} goes on", n)


def _in_place() -> bool:
    """Return whether what is shown can be changed: a terminal would print it again."""
    return hasattr(get_ipython(), "kernel")
