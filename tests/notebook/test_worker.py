from __future__ import annotations

from threading import Event

import pytest

import healthsim_nb as hs
from healthsim_nb.notebook.widgets.worker import Worker

ENDLESS = (
    "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3"
)


@pytest.fixture
def failures():
    return []


@pytest.fixture
def worker(failures):
    made = Worker(failures.append)
    yield made
    made.close()


def waiting(worker, kind="page"):
    """Begin a job that lasts until it is released."""
    began, go = Event(), Event()

    def work(_):
        began.set()
        go.wait(10)

    job = worker.ask(kind, work)
    began.wait(10)
    return job, go


def test_work_is_done_one_after_the_other_on_one_thread(worker):
    done = []
    jobs = [worker.ask(str(i), lambda _, i=i: done.append(i)) for i in range(5)]
    for job in jobs:
        job.future.result(10)

    assert done == [0, 1, 2, 3, 4]
    assert worker.do(lambda: 7) == 7


def test_what_is_asked_anew_takes_the_place_of_what_waits(worker):
    done, (_, go) = [], waiting(worker, "other")
    first = worker.ask("page", lambda _: done.append("old"))
    second = worker.ask("page", lambda _: done.append("new"))
    go.set()
    second.future.result(10)

    assert first.dropped
    assert done == ["new"]


def test_a_statement_of_duckdb_that_nobody_waits_for_any_more_is_ended(worker, failures):
    with hs.open(":memory:") as ws:
        began = Event()

        def work(_):
            began.set()
            with ws.cursor() as cursor:
                cursor.execute(ENDLESS).fetchall()

        endless = worker.ask("page", work)
        began.wait(10)
        fresh = worker.ask("page", lambda _: "fresh")

        assert fresh.future.result(10) == "fresh"
        assert endless.future.exception() is not None
        assert failures == []


def test_everything_is_ended_at_once_and_it_is_told_whether_there_was_any(worker):
    job, go = waiting(worker)
    later = worker.ask("file", lambda _: None)

    assert worker.end()
    assert (job.dropped, later.dropped) == (True, True)
    go.set()
    job.future.result(10)
    assert not worker.end()


def test_what_goes_wrong_without_anybody_waiting_is_told(worker, failures):
    job = worker.ask("page", lambda _: 1 // 0)

    assert isinstance(job.future.exception(10), ZeroDivisionError)
    worker.do(lambda: None)
    assert [type(error) for error in failures] == [ZeroDivisionError]
    with pytest.raises(ZeroDivisionError):
        worker.do(lambda: 1 // 0)
