"""Work in a thread tells how far it is, and ends when nobody waits for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from healthsim_nb.engine.pulse import Abandoned, Pulse, beat, beating, heard, waited
from healthsim_nb.simulation.crew import by_thread


def test_a_beat_outside_of_any_work_is_nobodys():
    state = Pulse()
    beat(0.5)
    assert state.share == 0.0


def test_a_beat_tells_its_share_even_if_nobody_listens():
    state = Pulse()
    beating(state, lambda: beat(0.5))
    assert state.share == 0.5


def test_the_listener_hears_how_far_the_work_is():
    go, heard_of, state = Event(), [], Pulse()

    def work():
        beat(0.25)
        go.wait(5)
        return "done"

    def listen(share):
        heard_of.append(share)
        go.set()

    with ThreadPoolExecutor(1) as pool, heard(listen):
        future = pool.submit(beating, state, work)
        assert waited(future, state) == "done"
    assert heard_of == [0.25]


def test_a_listener_that_raises_ends_the_work_at_its_next_beat():
    ended, began = [], Event()

    def parts():
        try:
            while True:
                began.set()
                beat(0.1)
        except Abandoned:
            ended.append(True)
            raise
        yield

    def stop(_):
        raise KeyboardInterrupt

    with heard(stop), pytest.raises(KeyboardInterrupt):
        list(by_thread(parts()))
    assert began.is_set()
    assert ended == [True]
