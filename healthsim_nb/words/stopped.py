"""What is told when the user stopped a word."""

from __future__ import annotations

NOTHING = "Stopped: nothing was kept."
AS_BEFORE = "Stopped: the scenario is as it was before."
CHANGING = ("add", "extend")
GOES_ON = "The run can go on: "


def told_of(stop: BaseException, word: str) -> str:
    """Return the sentence; it tells how to go on where that can be.

    >>> told_of(KeyboardInterrupt(), "generate")
    'Stopped: nothing was kept.'
    """
    for note in getattr(stop, "__notes__", ()):
        _, found, how = note.partition(GOES_ON)
        if found:
            return f"Stopped. {GOES_ON}{how}"
    return AS_BEFORE if word in CHANGING else NOTHING
