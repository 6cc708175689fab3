"""The rooms' steps in order: ``gen_block`` is what a laptop's threads and a cluster both call."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb import network
from healthsim_nb.clinical import records
from healthsim_nb.clinical.compile import compile_plan
from healthsim_nb.clinical.prevalence import prevalence_of
from healthsim_nb.clinical.render.chart import Chart, open_chart
from healthsim_nb.clinical.state import bodies
from healthsim_nb.clinical.turn import first_day, play
from healthsim_nb.engine.ids import BLOCK
from healthsim_nb.engine.recorder import Recorder
from healthsim_nb.population import people, render
from healthsim_nb.population.ages import age_weights
from healthsim_nb.population.crowd import GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Specification

Tables = dict[str, pa.RecordBatch]
WORK = 4 * BLOCK
"""Patients that are played side by side: more would outgrow the processor's cache."""
SHARED = ("providers", "facilities")
"""Tables whose rows may repeat from block to block: the same id is the same row."""


@dataclass(frozen=True)
class Generator:
    """A specification made ready: all that a block needs, the same for every block."""

    plan: Plan
    weights: NDArray[np.int64]

    @property
    def spec(self) -> Specification:
        """The specification."""
        return self.plan.spec


def prepare(spec: Specification, library: Library) -> Generator:
    """Return the generator of a specification."""
    plan = compile_plan(spec, library)
    return Generator(plan, age_weights(spec.population, prevalence_of(plan)))


def gen_block(
    generator: Generator, block: int, turns: int | None = None, *, size: int = BLOCK
) -> Tables:
    """Return all rows of one block of patients.

    Parameters
    ----------
    generator
        What `prepare` returned.
    block
        Which one, from 0. A pure function of the specification: any block can be made alone,
        again, in any order, on any machine.
    turns
        Months to play; None: as many as the specification says.
    size
        Patients a block, rounded up to whole groups of 64; the rows do not depend on it.

    Returns
    -------
    dict
        Table name to rows in the declared columns, ordered by id, without scenario_id and run_key.
    """
    size = -(-size // GROUP) * GROUP
    first = block * size
    wanted = min(size, generator.spec.n - first)
    plan = generator.plan if turns is None else generator.plan.cut(turns)
    crowd = people.draw(plan.spec, generator.weights, first, -(-wanted // GROUP) * GROUP)
    who = bodies(crowd)
    state, out = first_day(plan, who), Recorder()
    play(plan, who, state, 0, plan.turns, out)
    return _rows(open_chart(plan, who, state, out, wanted))


def _rows(chart: Chart) -> Tables:
    tables = records.tables(chart)
    n = chart.wanted
    crowd = chart.bodies.people.part(slice(n))
    death, doctor = chart.death[:n], chart.own_provider[:n]
    named = np.unique(np.concatenate([doctor, chart.provider]))
    return {
        "persons": render.persons(crowd, death),
        "facilities": network.facilities(np.unique(network.facility_of(named))),
        "providers": network.providers(named),
        "patients": render.patients(crowd, death, doctor),
        **tables,
    }


def block_count(n: int, size: int = BLOCK) -> int:
    """Return how many blocks n patients make."""
    size = -(-size // GROUP) * GROUP
    return -(-n // size)


def blocks(
    spec: Specification, library: Library, *, block_size: int = WORK, workers: int = 1
) -> Iterator[Tables]:
    """Yield the rows of every block, in order; ``workers`` threads make them ahead."""
    generator = prepare(spec, library)
    waiting: deque[Future[Tables]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="healthsim") as pool:
        try:
            for block in range(block_count(spec.n, block_size)):
                waiting.append(pool.submit(gen_block, generator, block, size=block_size))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for job in waiting:
                job.cancel()
