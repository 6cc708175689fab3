"""Which of several names is meant."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from healthsim_nb.errors import UnknownNameError, listing
from healthsim_nb.store.naming import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIKE = 0.8
"""A name that resembles less is not taken to be meant, only suggested."""


def match(name: str, known: Sequence[str]) -> str:
    """Return the name that is meant: the same, or the only one near.

    >>> match("diabetes", ["diabetes-20260115", "asthma-20260115"])
    'diabetes-20260115'

    Raises
    ------
    UnknownNameError
        If none is near, or several are.
    """
    if name in known:
        return name
    wanted = fold(name.strip()).replace("_", "-").replace(" ", "-")
    for near in (_same, _within, _alike):
        found = [k for k in known if wanted and near(wanted, fold(k))]
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownNameError(
                f"No scenario named {name!r}, and {len(found)} could be meant. {listing(found)}"
            )
    raise UnknownNameError.of("scenario", name, known)


def _same(wanted: str, known: str) -> bool:
    return wanted == known


def _within(wanted: str, known: str) -> bool:
    return re.search(rf"(^|-){re.escape(wanted)}($|-)", known) is not None


def _alike(wanted: str, known: str) -> bool:
    """Tell a slip of the pen from another day, number or counter."""
    figures = re.findall(r"[0-9]+", wanted)
    if figures and figures != re.findall(r"[0-9]+", known):
        return False
    short = known if figures else re.sub(r"-[0-9]{8}(-[0-9]+)?$", "", known)
    return SequenceMatcher(None, wanted, short).ratio() >= ALIKE
