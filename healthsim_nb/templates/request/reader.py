"""Reads a request from left to right: at each place the longest reading wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.templates.request.ages import ages
from healthsim_nb.templates.request.drugs import drug
from healthsim_nb.templates.request.exclusions import with_or_without, without
from healthsim_nb.templates.request.known import filler, meaning, shorthand, size
from healthsim_nb.templates.request.outcomes import outcome
from healthsim_nb.templates.request.qualities import quality
from healthsim_nb.templates.request.shares import level, part, portion
from healthsim_nb.templates.request.splits import split
from healthsim_nb.templates.request.times import months, period, seed, start
from healthsim_nb.templates.request.where import places

if TYPE_CHECKING:
    from healthsim_nb.templates.request.reading import Matcher, Reading, Text

MATCHERS: tuple[Matcher, ...] = (
    outcome,
    meaning,
    size,
    shorthand,
    filler,
    places,
    level,
    split,
    part,
    portion,
    ages,
    months,
    period,
    start,
    seed,
    quality,
    without,
    with_or_without,
    drug,
)
"""Of two readings of the same length the earlier matcher's wins."""


def read(text: Text) -> tuple[list[Reading], list[tuple[int, int]]]:
    """Return the readings of a text, and the places of words that have none."""
    readings: list[Reading] = []
    unknown: list[tuple[int, int]] = []
    place = 0
    while place < len(text.tokens):
        found = _longest(text, place)
        if found:
            readings.append(found)
            place = found.end
        else:
            unknown.append((place, place + 1))
            place += 1
    return readings, _joined(text, unknown, readings)


def _longest(text: Text, place: int) -> Reading | None:
    found = [reading for match in MATCHERS if (reading := match(text, place))]
    return max(found, key=lambda reading: reading.end, default=None)


def _joined(
    text: Text, unknown: list[tuple[int, int]], readings: list[Reading]
) -> list[tuple[int, int]]:
    """Join neighbours that were written as one word: "left-handed"."""
    fillers = {(r.first, r.end) for r in readings if not r.says}
    joined: list[tuple[int, int]] = []
    for first, end in sorted({*unknown, *fillers}):
        token, before = text.tokens[first], text.tokens[first - 1]
        glued = token.joined or ((first, end) in unknown and token.start == before.end)
        if joined and glued and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], end)
        elif (first, end) in unknown or _begins_word(text, end, unknown):
            joined.append((first, end))
    return joined


def _begins_word(text: Text, end: int, unknown: list[tuple[int, int]]) -> bool:
    token = text.at(end)
    return token is not None and token.joined and (end, end + 1) in unknown
