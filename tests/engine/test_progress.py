"""A long call tells how far it is, and when the rest will be done."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.engine.progress import Done, counted, lasting
from healthsim_nb.schema import scenario_tables

ANN = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1950-01-01", "gender": "F"}


@pytest.mark.parametrize(
    ("done", "of", "seconds", "left", "told"),
    [
        (0, 100, 5.0, None, "0 of 100 rows"),
        (10, 100, 0.5, None, "10 of 100 rows"),
        (10, 100, 2.0, 18.0, "10 of 100 rows, about 20 s left"),
        (50, 100, 300.0, 300.0, "50 of 100 rows, about 5 min left"),
        (100, 100, 9.0, 0.0, "100 of 100 rows, a second left"),
        (103, 100, 9.0, 0.0, "100 of 100 rows, a second left"),
        (1200, None, 9.0, None, "1,200 rows"),
    ],
)
def test_the_time_left_is_that_of_the_pace_so_far(done, of, seconds, left, told):
    found = Done.so_far(done, of, seconds, "rows")

    assert (found, found.left, found.told) == (done, left, told)


@pytest.mark.parametrize(
    ("seconds", "told"), [(7, "about 7 s"), (3500, "about 58 min"), (9000, "about 2 h")]
)
def test_a_time_is_told_as_one_would_say_it(seconds, told):
    assert lasting(seconds) == told


def test_who_does_not_want_to_know_is_not_told():
    assert counted(None, 5) is None


def test_every_long_call_tells_how_far_it_is(tmp_path):
    told: dict[str, list[Done]] = {}

    def tell(what):
        return lambda done, *_: told.setdefault(what, []).append(done)

    with hs.open(tmp_path / "study.duckdb") as ws:
        c = ws.generate(
            "hypertension", n=5, months=2, name="a", checkpoint_interval=1, progress=tell("made")
        )
        c.extend(1, progress=tell("extended"))
        c.add(3, progress=tell("added"))
        ws.resume(ws.runs()[-1].run_id, progress=tell("resumed"))
        c.validate(progress=tell("checked"))
        c.clone("b", progress=tell("copied"))
        ws.merge(["a", "b"], name="both", on_conflict="rename", progress=tell("merged"))
        c.export("csv", tmp_path / "out", progress=tell("exported"))
        c.share(tmp_path / "a.hsz", progress=tell("shared"))
        ws.receive(tmp_path / "a.hsz", name="again", progress=tell("received"))
        ws.persist({"patients": [ANN] * 120}, name="own", progress=tell("kept"))

    tables = len(scenario_tables())
    ends = {what: (int(seen[-1]), seen[-1].of, seen[-1].unit) for what, seen in told.items()}
    questions = ends.pop("checked")
    assert questions[0] == questions[1] > 50
    assert ends == {
        "made": (5, 5, "patients"),
        "extended": (5, 5, "patients"),
        "added": (3, 3, "patients"),
        "resumed": (5, 5, "patients"),
        "copied": (tables - 1, tables, "tables"),
        "merged": (1, 2, "scenarios"),
        "exported": (tables - 1, tables, "tables"),
        "shared": (tables - 1, tables, "tables"),
        "received": (tables - 1, tables, "tables"),
        "kept": (120, None, "rows"),
    }


@pytest.mark.parametrize("what", ["clone", "share", "export", "receive", "persist", "merge"])
def test_what_progress_raises_stops_the_work_and_nothing_is_left(tmp_path, what):
    def stop(done):
        raise KeyboardInterrupt

    with hs.open(":memory:") as ws:
        c = ws.persist({"patients": [ANN]}, name="a")
        c.clone("b")
        c.share(tmp_path / "a.hsz")
        calls = {
            "clone": lambda: c.clone("new", progress=stop),
            "share": lambda: c.share(tmp_path / "new.hsz", progress=stop),
            "export": lambda: c.export("csv", tmp_path / "out", progress=stop),
            "receive": lambda: ws.receive(tmp_path / "a.hsz", name="new", progress=stop),
            "persist": lambda: ws.persist({"patients": [ANN]}, name="new", progress=stop),
            "merge": lambda: ws.merge(["a", "b"], name="new", progress=stop),
        }
        with pytest.raises(KeyboardInterrupt):
            calls[what]()

        assert [brief.name for brief in ws.scenarios()] == ["b", "a"]
        assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["a.hsz"]
        assert ws.history()[0].status == "stopped"
