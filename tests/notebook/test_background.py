"""Work beside the main thread: what it returns, shows and does when it is stopped."""

from __future__ import annotations

import _thread
import threading

import pytest

from healthsim_nb.notebook import background


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Show progress from the beginning, so that the tests need no waiting."""
    monkeypatch.setattr(background, "QUIET", 0)
    monkeypatch.setattr(background, "STEP", 0.01)


def ignore(done):
    pass


def test_the_value_of_the_work_is_returned():
    assert background.run(lambda report: 42, ignore) == 42


def test_an_error_of_the_work_is_raised_as_it_was():
    def fail(report):
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        background.run(fail, ignore)


def test_progress_is_shown_while_it_lasts():
    seen = []
    shown = threading.Event()

    def work(report):
        report(3)
        assert shown.wait(5)

    def show(done):
        seen.append(done)
        if done == 3:
            shown.set()

    background.run(work, show)

    assert 3 in seen


def test_quick_work_shows_nothing(monkeypatch):
    monkeypatch.setattr(background, "QUIET", 0.5)
    seen = []

    background.run(lambda report: report(1), seen.append)

    assert seen == []


def test_an_interrupt_stops_the_work_at_its_next_report_and_lets_it_undo():
    undone = []

    def work(report):
        threading.Event().wait(0.05)
        _thread.interrupt_main()
        try:
            for done in range(100_000):
                threading.Event().wait(0.001)
                report(done)
        except KeyboardInterrupt:
            undone.append(True)
            raise

    with pytest.raises(KeyboardInterrupt):
        background.run(work, ignore)

    assert undone == [True]


def test_an_interrupt_ends_a_statement_that_tells_nothing(made):
    numbers = "range(10000000)"
    forever = f"SELECT count(*) FROM {numbers} AS a(a), {numbers} AS b(b) WHERE a % 7 = b % 5"
    threading.Timer(0.3, _thread.interrupt_main).start()

    with pytest.raises(KeyboardInterrupt):
        background.ask(lambda: made.scenario("texas").query(forever))

    assert made.scenario("texas").query("SELECT 1").rows == [(1,)]
