"""Processes make blocks ahead of the reader and never outlive it."""

from __future__ import annotations

from datetime import date

import pytest

from healthsim_nb import simulation
from healthsim_nb.errors import HealthsimError, SpecificationError
from healthsim_nb.simulation import crew as makers
from healthsim_nb.templates.template import Population, Specification


@pytest.fixture
def spec() -> Specification:
    return Specification(n=1000, seed=1, start=date(2024, 1, 1), months=2, population=Population())


@pytest.fixture
def crew(monkeypatch) -> list:
    started, start = [], makers.start_worker

    def watched():
        started.append(start())
        return started[-1]

    monkeypatch.setattr(makers, "start_worker", watched)
    return started


def test_a_reader_who_stops_ends_the_workers(library, spec, crew) -> None:
    blocks = simulation.blocks(spec, library, block_size=64, workers=2)
    next(blocks)
    blocks.close()

    assert [process.poll() is not None for process in crew] == [True, True]


def test_a_worker_that_dies_is_reported(library, spec, crew) -> None:
    blocks = simulation.blocks(spec, library, block_size=64, workers=2)
    next(blocks)
    for process in crew:
        process.kill()

    with pytest.raises(HealthsimError, match="worker process ended before its work was done"):
        list(blocks)


def test_what_cannot_be_prepared_leaves_no_worker(crew) -> None:
    def never() -> simulation.Share:
        raise SpecificationError("not so")

    with pytest.raises(SpecificationError, match="not so"):
        list(makers.by_processes(never, 2))

    assert [process.poll() is not None for process in crew] == [True, True]


def test_an_error_in_a_worker_is_the_reader_s(library, spec) -> None:
    generator = simulation.prepare(spec, library)
    share = simulation.Share(generator, range(99, 100), 64)
    process = makers.start_worker()
    makers.employ(process, share)

    with pytest.raises(IndexError, match="no block 99"):
        makers.receive(process)
    process.communicate()


def test_nobody_cannot_do_the_work(library, spec) -> None:
    with pytest.raises(SpecificationError, match="workers is 0: at least 1 must do the work"):
        simulation.blocks(spec, library, workers=0)


def test_processes_are_for_more_than_one_block_and_processor(monkeypatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)

    assert [makers.usual_processes(count) for count in (1, 3, 4, 100)] == [1, 3, 4, 6]
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert [makers.usual_processes(count) for count in (1, 2, 100)] == [1, 2, 2]
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert makers.usual_processes(100) == 1
