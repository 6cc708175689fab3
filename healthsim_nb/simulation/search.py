"""Patients chosen by what happens to them: people are simulated until so many are found.

Candidate i is the same person in every search of a seed, and whoever fulfils what is asked for is
kept, in order, until there are n. So a smaller request has the first of a larger one's people, and
neither the size of blocks nor who makes them can be seen in the result.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.engine.ids import MOST_MOTHERS, MOST_PATIENTS
from healthsim_nb.errors import SpecificationError
from healthsim_nb.population.crowd import GROUP
from healthsim_nb.simulation import crew, rows
from healthsim_nb.simulation.choosing import fulfilled
from healthsim_nb.simulation.prepared import played
from healthsim_nb.templates.outcome import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from healthsim_nb.simulation.prepared import Generator
    from healthsim_nb.simulation.rows import Tables
    from healthsim_nb.templates.template import Specification

    Bools = NDArray[np.bool_]

FIRST, LARGEST = 512, 8192
"""Candidates of the first block and of the largest."""
WORTH = 24_576
"""Candidates, as many as are likely to be needed, that are worth processes of their own."""
NOBODY = 20_000
"""Candidates among whom at least one must fulfil what is asked for."""
EACH = 400
"""Further candidates that are tried for each patient who is wanted."""


@dataclass(frozen=True)
class Found:
    """Some candidates, and the rows of those who were chosen."""

    first: int
    """The first of them, from 0."""
    fulfilled: Bools
    """Who fulfils which outcome, shape (candidates, outcomes)."""
    tables: Tables
    """Empty if nobody was chosen."""


@dataclass
class Tally:
    """How many were simulated, and how many of them fulfil what is asked for."""

    having: list[str]
    """What is asked for, one sentence an outcome."""
    n: int
    """How many are wanted."""
    simulated: int = 0
    """Candidates up to the last who was kept; all as long as there are too few."""
    kept: int = 0
    alone: list[int] = field(default_factory=list)
    """How many of them fulfil each outcome."""
    so_far: list[int] = field(default_factory=list)
    """How many of them fulfil it and all before it."""
    most: int = MOST_PATIENTS
    """Candidates that are tried."""

    @classmethod
    def of(cls, spec: Specification, past: Mapping[str, Any] | None = None) -> Tally:
        """Return the tally of a specification, from the first candidate or on from a past one."""
        having, none = [sentence(outcome) for outcome in spec.having], [0] * len(spec.having)
        room = MOST_MOTHERS if spec.population.newborns else MOST_PATIENTS
        made = cls(having, spec.n, 0, 0, [*none], [*none], min(NOBODY + EACH * spec.n, room))
        if past:
            made.simulated, made.kept = past["simulated"], past["kept"]
            made.alone, made.so_far = [*past["alone"]], [*past["so_far"]]
        return made

    @property
    def left(self) -> int:
        """How many are still to be found."""
        return self.n - self.kept

    def counted(self) -> dict[str, Any]:
        """Return the counts, to be kept and gone on from."""
        return {
            "having": self.having,
            "simulated": self.simulated,
            "kept": self.kept,
            "alone": self.alone,
            "so_far": self.so_far,
        }

    def add(self, found: Found) -> None:
        """Count candidates up to the last who is wanted, but for those counted before."""
        new = found.fulfilled[self.simulated - found.first : self.most - found.first]
        so_far = np.logical_and.accumulate(new, axis=1)
        last = np.flatnonzero(so_far[:, -1])[: self.left]
        if len(last) == self.left:
            new, so_far = new[: last[-1] + 1], so_far[: last[-1] + 1]
        self.simulated += len(new)
        self.kept += len(last)
        self.alone = [a + int(b) for a, b in zip(self.alone, new.sum(axis=0), strict=True)]
        self.so_far = [a + int(b) for a, b in zip(self.so_far, so_far.sum(axis=0), strict=True)]

    def likely(self) -> int:
        """Return how many more candidates are likely to be needed."""
        return int(self.left * (self.simulated + 1) / (self.kept + 0.5) * 1.1)

    def require_hope(self, first: int) -> None:
        """Refuse to go on where what is asked for is too rare.

        Parameters
        ----------
        first
            The place of the first candidate who was ever kept, if one was.
        """
        nobody = self.simulated >= NOBODY and first >= NOBODY
        if self.left and (nobody or self.simulated >= self.most):
            raise SpecificationError(self._too_few(NOBODY if nobody else self.most))

    def _too_few(self, tried: int) -> str:
        kept = "Nobody" if not self.kept else f"Only {self.kept:,}"
        what = f"had {' and '.join(self.having)}"
        said = f"{kept} of the first {tried:,} people who were simulated {what}"
        parts = [f"{n:,} had {what}" for n, what in zip(self.alone, self.having, strict=True)]
        if len(parts) > 1:
            said += f" ({', '.join(parts)})"
        fewer = f" for at most {self.kept:,}, or" if self.kept else ""
        return (
            f"{said}; {self.n:,} are asked for. Ask{fewer} for what is commoner: another amount, "
            "more months, or people to whom it is likelier to happen (older, with a condition, "
            "of a plan)."
        )


def look(
    generator: Generator,
    first: int,
    size: int,
    *,
    turns: int | None = None,
    again: int = 0,
    left: int | None = None,
) -> Found:
    """Return whom of some candidates the scenario has.

    Parameters
    ----------
    first, size
        The first candidate, at the beginning of a group, and how many.
    turns
        Months to play; None: as many as the specification says.
    again
        How many of them, from the first, were looked at before.
    left
        How many of the others may be chosen; None: all who fulfil what is asked for.
    """
    spec, library = generator.spec, generator.library
    chart, born = played(generator, first, size, turns)
    made = rows.written(chart, born, size, library)
    judged = made
    if spec.having_within is not None and spec.having_within < (turns or spec.months):
        judged = rows.written(*played(generator, first, size, spec.having_within), size, library)
    met = fulfilled(spec.having, judged.everything, judged.folk.people, library)[:size]
    chosen: Bools = np.logical_and.reduce(met, axis=1)
    if left is not None:
        chosen[again:] &= np.cumsum(chosen[again:]) <= left
    return Found(first, met, made.tables(chosen) if chosen.any() else {})


def search(
    generator: Generator, tally: Tally, workers: int | None, block_size: int | None
) -> Iterator[Tables]:
    """Yield the rows of those who are found, in order, until there are enough.

    A thread begins, with few candidates; once it is known how many are needed, processes go on.
    """
    processes = _processes() if workers is None else workers
    scout = _Scout(generator, tally, block_size, alone=processes == 1, many=workers is not None)
    yield from crew.by_thread(scout.blocks())
    if not tally.left:
        return
    size = block_size or _groups(min(tally.likely() // (2 * processes), LARGEST))
    count = -(-(tally.most - scout.next) // size)
    hunt = Hunt(generator, range(max(count, 1)), size, scout.next)
    parts = crew.by_processes(lambda: hunt, processes)
    try:
        for part in parts:
            found = part
            if int(found.fulfilled.all(axis=1).sum()) > tally.left:
                found = look(generator, found.first, size, left=tally.left)
            scout.count(found)
            yield found.tables
            if not tally.left:
                return
            tally.require_hope(scout.earliest)
    finally:
        # Ends the processes, which would go on looking.
        parts.close()  # type: ignore[attr-defined]


def _processes() -> int:
    return crew.usual_processes(crew.MOST_PROCESSES) if (os.cpu_count() or 1) > 1 else 1


def _groups(size: int) -> int:
    """Return a size of blocks in whole groups."""
    return max(-(-size // GROUP) * GROUP, FIRST)


@dataclass
class _Scout:
    """Looks at candidates block by block until enough are found, or processes are worth it."""

    generator: Generator
    tally: Tally
    block_size: int | None
    alone: bool
    many: bool
    next: int = 0
    """The first candidate who was not looked at."""
    earliest: int = MOST_PATIENTS
    """The place of the first who was kept."""

    def blocks(self) -> Iterator[Tables]:
        """Yield the rows of those who are found."""
        tally = self.tally
        self.next = tally.simulated // GROUP * GROUP
        if tally.kept:
            self.earliest = 0
        size = self.block_size or _groups(min(2 * tally.left, LARGEST // 2))
        while True:
            size = -(-size // GROUP) * GROUP
            again = tally.simulated - self.next
            found = look(self.generator, self.next, size, again=again, left=tally.left)
            self.count(found)
            self.next += size
            yield found.tables
            if not tally.left:
                return
            tally.require_hope(self.earliest)
            if not self.alone and (self.many or tally.likely() > WORTH):
                return
            size = self.block_size or _groups(min(tally.likely(), LARGEST))

    def count(self, found: Found) -> None:
        """Count candidates, and note who was the first to be kept."""
        kept = np.flatnonzero(found.fulfilled.all(axis=1))
        if len(kept):
            self.earliest = min(self.earliest, found.first + int(kept[0]))
        self.tally.add(found)


@dataclass(frozen=True)
class Hunt:
    """What one process has to look at: every so many blocks, until it is stopped."""

    generator: Generator
    blocks: range
    size: int
    first: int

    def make(self, block: int) -> Iterator[Found]:
        """Yield what is found in one block."""
        yield look(self.generator, self.first + block * self.size, self.size)
