"""From a specification to the rows of its blocks: any block alone, again, in any order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from healthsim_nb.clinical.render.chart import split
from healthsim_nb.engine.arrow import declared
from healthsim_nb.engine.ids import BLOCK
from healthsim_nb.errors import SpecificationError
from healthsim_nb.population.crowd import GROUP
from healthsim_nb.simulation import crew, rows
from healthsim_nb.simulation.prepared import Generator, played, prepare
from healthsim_nb.simulation.search import Tally, look, search
from healthsim_nb.templates.library import Library, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.simulation.playing import Keeping
    from healthsim_nb.templates.template import Specification

Tables = dict[str, pa.RecordBatch]
WORK = 4 * BLOCK
"""Patients that are played side by side: more would outgrow the processor's cache."""
PART = BLOCK
"""Patients whose rows are made at a time: rows take far more room than lives."""
SHARED = rows.SHARED


def gen_block(
    spec: Specification,
    block: int,
    turns: int | None = None,
    *,
    library: Library | None = None,
    size: int = BLOCK,
) -> Tables:
    """Return all rows of one block of patients.

    A pure function of its arguments: any block can be made alone, again, in any order, on any
    machine.

    Parameters
    ----------
    spec
        The population and its seed.
    block
        Which block, from 0.
    turns
        Months to play; None: as many as the specification says.
    library
        Conditions and templates; None: those that ship.
    size
        Patients a block, rounded up to whole groups of 64; the rows do not depend on it.

    Returns
    -------
    dict
        Table name to rows in the declared columns, ordered by id, without scenario_id and run_key.

    Raises
    ------
    IndexError
        If there is no such block.
    """
    tables = make_block(prepare(spec, library or load()), block, turns, size)
    return {name: declared(name, rows) for name, rows in tables.items()}


def make_block(
    generator: Generator,
    block: int,
    turns: int | None = None,
    size: int = BLOCK,
    after: int = 0,
    keeping: Keeping | None = None,
) -> Tables:
    """Return the rows of one block: `gen_block` for many blocks of one specification.

    Amounts are decimals of 64 bits, as the database keeps them.

    Parameters
    ----------
    after
        Whole groups of patients that come before block 0.
    keeping
        What is saved on the way, and from where it goes on; None: nothing, from the first day.
    """
    if generator.spec.having:
        return _chosen(generator, block, turns, size, after)
    chart, born, wanted = _played(generator, block, turns, size, after, keeping)
    return rows.tables(chart, born, wanted, generator.library)


def make_parts(
    generator: Generator,
    block: int,
    *,
    size: int = WORK,
    after: int = 0,
    keeping: Keeping | None = None,
    part: int = PART,
) -> Iterator[Tables]:
    """Yield what `make_block` returns, the rows of up to ``part`` patients at a time."""
    chart, born, wanted = _played(generator, block, None, size, after, keeping)
    if born is not None:
        yield rows.tables(chart, born, wanted, generator.library)
        return
    for first, some in split(chart, part):
        yield rows.tables(some, None, min(wanted - first, part), generator.library)


def _played(
    generator: Generator,
    block: int,
    turns: int | None,
    size: int,
    after: int,
    keeping: Keeping | None,
) -> tuple[Chart, Chart | None, int]:
    """Return the charts of a block's people and of the children that join, and who is wanted."""
    size = -(-size // GROUP) * GROUP
    first = after * GROUP + block * size
    wanted = min(size, generator.spec.n - first)
    if block < 0 or wanted <= 0:
        raise IndexError(f"no block {block}: {generator.spec.n} patients make fewer")
    return *played(generator, first, wanted, turns, keeping), wanted


def _chosen(generator: Generator, block: int, turns: int | None, size: int, after: int) -> Tables:
    """Return the rows of those of a block who fulfil what is asked for, n at most."""
    if block < 0:
        raise IndexError(f"no block {block}: the first is 0")
    size = -(-size // GROUP) * GROUP
    return look(
        generator, after * GROUP + block * size, size, turns=turns, left=generator.spec.n
    ).tables


def firsts(n: int, *, first: int = 0, block_size: int = WORK) -> list[int]:
    """Return the first patient of each block that `blocks` makes."""
    start = first // GROUP * GROUP
    return list(range(start, n, -(-block_size // GROUP) * GROUP))


def block_count(n: int, size: int = BLOCK) -> int:
    """Return how many blocks n patients make."""
    size = -(-size // GROUP) * GROUP
    return -(-n // size)


def blocks(
    spec: Specification,
    library: Library,
    *,
    block_size: int | None = None,
    workers: int | None = None,
    first: int = 0,
    keeping: Keeping | None = None,
    tally: Tally | None = None,
) -> Iterator[Tables]:
    """Yield the rows of every block, of some patients and one table at a time, made ahead.

    Several processes take turns, always in the same way; one makes block after block.

    Where patients are chosen by what happens to them, people are simulated until so many are found.

    Parameters
    ----------
    block_size
        Patients a block; None: at most `WORK`, and blocks that are alike where nothing is saved.
    first
        The first patient that is wanted, from 0; the others of that group of 64 come with it.
    keeping
        What is saved on the way, and from where it goes on; None: nothing, from the first day.
    workers
        1: a thread of this process; more: so many processes. None: a thread for one block, else a
        process for each processor but the two that insert, and two at least.
    tally
        Counts who was simulated and who was found, where patients are chosen, and says where to go
        on; then ``first`` does not count. None: from the first person on.

    Raises
    ------
    SpecificationError
        If nobody is to do the work.
    """
    if workers is not None and workers < 1:
        raise SpecificationError(f"workers is {workers}: at least 1 must do the work.")
    if spec.having:
        return search(prepare(spec, library), tally or Tally.of(spec), workers, block_size)
    after = first // GROUP
    there = spec.n - after * GROUP
    count = block_count(there, block_size or WORK)
    processes = crew.usual_processes(count) if workers is None else min(workers, count)
    if block_size is None and keeping is None:
        # As many for each process, so that none waits at the end.
        count = -(-count // processes) * processes
        block_size = -(-there // count)
        count = block_count(there, block_size)

    def work() -> Share:
        return Share(prepare(spec, library), range(count), block_size or WORK, after, keeping)

    if processes > 1:
        return crew.by_processes(work, processes)
    alone = work()
    return crew.by_thread(part for block in alone.blocks for part in alone.make(block))


@dataclass(frozen=True)
class Share:
    """What one worker has to do."""

    generator: Generator
    blocks: range
    size: int
    after: int = 0
    """Groups of patients that come before block 0."""
    keeping: Keeping | None = None
    part: int = PART

    def make(self, block: int) -> Iterator[Tables]:
        """Yield the rows of one block: of some of its patients at a time, a table at a time."""
        for part in make_parts(
            self.generator,
            block,
            size=self.size,
            after=self.after,
            keeping=self.keeping,
            part=self.part,
        ):
            while part:
                name = next(iter(part))
                # Popped, so that only the reader has it: it may be gone before the next is taken.
                yield {name: part.pop(name)}
