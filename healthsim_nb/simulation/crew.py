"""Who makes the blocks: a thread of this process, one ahead of the reader, or several processes."""

from __future__ import annotations

import os
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, TypeVar

from healthsim_nb.engine import pulse
from healthsim_nb.errors import HealthsimError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from healthsim_nb.simulation import Share
    from healthsim_nb.simulation.search import Hunt

Part = TypeVar("Part")
FEW = 2
"""Blocks of work below which processes are not worth their start."""
FEWEST_PROCESSES, MOST_PROCESSES = 2, 8


def usual_processes(count: int) -> int:
    """Return how many processes make so many blocks soonest: what they send costs time too."""
    processors = os.cpu_count() or 1
    if count < FEW or processors < FEWEST_PROCESSES:
        return 1
    # Two of many processors are for inserting.
    return min(max(FEWEST_PROCESSES, processors - 2), MOST_PROCESSES, count)


def by_thread(made: Iterator[Part]) -> Iterator[Part]:
    """Yield parts of blocks that a thread makes, one ahead."""
    state = pulse.Pulse()

    def step() -> Part | None:
        return pulse.beating(state, lambda: next(made, None))

    with ThreadPoolExecutor(1, thread_name_prefix="healthsim") as pool:
        try:
            ahead = pool.submit(step)
            while (part := pulse.waited(ahead, state)) is not None:
                ready = [part]
                del part
                ahead = pool.submit(step)
                # Popped, so that only the reader has it: it may be gone before the next is made.
                yield ready.pop()
        finally:
            # Before the pool closes: it waits for its thread.
            state.over = True


def by_processes(prepared: Callable[[], Share | Hunt], workers: int) -> Iterator[Any]:
    """Yield the parts of blocks that processes make in turn; they end when the reader stops.

    The work is prepared while the processes start.
    """
    crew = [start_worker() for _ in range(workers)]
    try:
        work = prepared()
        shares = [work.blocks[place::workers] for place in range(workers)]
        for process, share in zip(crew, shares, strict=True):
            employ(process, replace(work, blocks=share))
        with ThreadPoolExecutor(workers, thread_name_prefix="healthsim") as pool:
            try:
                yield from in_turn(pool, crew, [len(share) for share in shares])
            finally:
                # Before the pool closes: its threads wait for what the workers would send.
                for process in crew:
                    process.kill()
    finally:
        for process in crew:
            # One that was never told what to do would wait for ever.
            process.kill()
            process.communicate()


def in_turn(pool: ThreadPoolExecutor, crew: list[Popen[bytes]], counts: list[int]) -> Iterator[Any]:
    """Yield a part of each worker in turn, so that all are busy; each is one part ahead.

    Parameters
    ----------
    counts
        How many blocks each worker makes.
    """
    ahead = {place: pool.submit(receive, crew[place]) for place, left in enumerate(counts) if left}
    left = list(counts)
    while ahead:
        for place in tuple(ahead):
            while (part := pulse.waited(ahead[place], pulse.Pulse())) is None:
                left[place] -= 1
                if not left[place]:
                    del ahead[place]
                    break
                ahead[place] = pool.submit(receive, crew[place])
            else:
                ready = [part]
                ahead[place] = pool.submit(receive, crew[place])
                del part
                # Popped, so that only the reader has it: it may be gone before the next is made.
                yield ready.pop()


def start_worker() -> Popen[bytes]:
    """Start a worker process, which waits to be told what to do."""
    home = str(Path(__file__).parents[2])
    paths = [home, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return Popen(
        [sys.executable, "-m", "healthsim_nb.simulation.worker"],
        stdin=PIPE,
        stdout=PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in paths if p)},
        # An interrupt is for the parent, which then ends its workers.
        start_new_session=True,
    )


def employ(process: Popen[bytes], share: Share | Hunt) -> None:
    """Tell a worker what to do."""
    assert process.stdin is not None
    # One that has ended is noticed by who receives.
    with suppress(BrokenPipeError), process.stdin as pipe:
        pickle.dump(share, pipe, protocol=5)
    process.stdin = None


def receive(process: Popen[bytes]) -> Any:  # noqa: ANN401 - whatever it has made
    """Return the next part that a worker has made; None: its block is done."""
    assert process.stdout is not None
    try:
        part = pickle.load(process.stdout)  # noqa: S301
    except (EOFError, pickle.UnpicklingError):
        raise HealthsimError(
            f"A worker process ended before its work was done (exit code {process.wait()}), "
            "perhaps for want of memory: try again with workers=1."
        ) from None
    if isinstance(part, Exception):
        raise part
    return part
