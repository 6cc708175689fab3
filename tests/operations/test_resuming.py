"""A run that was stopped or killed ends as if it never had been; what is lost is told."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

import healthsim_nb as hs
from healthsim_nb import simulation
from healthsim_nb.engine import checkpoints, safe_files
from healthsim_nb.errors import (
    CheckpointLoadError,
    CheckpointSaveError,
    RunError,
    RunIdCollisionError,
    SpecificationError,
    UnknownNameError,
)
from healthsim_nb.workspace import Workspace

from .killer import Killer

pytestmark = pytest.mark.slow
NOON = datetime.fromisoformat("2026-01-15 12:00")
WHAT = "diabetes-management"
RUN = {"n": 70, "months": 8, "seed": 7}


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """It is always the same moment."""
    monkeypatch.setattr(Workspace, "_now", staticmethod(lambda: NOON))


@pytest.fixture(scope="module")
def whole():
    """The signature of the run that was never stopped."""
    with hs.open(":memory:") as ws:
        return ws.generate(WHAT, **RUN).signature()


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A workspace with a run that kept checkpoints, to be copied."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch, hs.open(folder / "study.duckdb") as ws:
        patch.setattr(Workspace, "_now", staticmethod(lambda: NOON))
        ws.generate(WHAT, **RUN, name="study", checkpoint_interval=3)
        stopped(ws)
    return folder


@pytest.fixture
def place(kept, tmp_path):
    return shutil.copytree(kept, tmp_path / "copy")


@pytest.fixture
def ws(place):
    with hs.open(place / "study.duckdb") as ws:
        yield ws


def stopped(ws, **more):
    """Stop a run when its block has been made."""

    def stop(done):
        if done == RUN["n"]:
            raise KeyboardInterrupt

    settings = {**RUN, "name": "stopped", "tags": ["a"], "checkpoint_interval": 3, **more}
    with pytest.raises(KeyboardInterrupt) as caught:
        ws.generate(WHAT, **settings, progress=stop)
    return caught.value


def run_of(ws, name):
    return next(run for run in ws.runs() if run.run_id.startswith(f"{name}_"))


def folder_of(place, run):
    return place / "study.duckdb.runs" / run.run_id


def files(place, run, turn):
    return sorted((folder_of(place, run) / f"turn-{turn:04}").iterdir())


# What is kept


def test_checkpoints_do_not_change_the_data(ws, whole):
    assert ws.scenario("study").signature() == whole


def test_a_checkpoint_comes_every_so_many_months_and_at_the_end(ws):
    assert run_of(ws, "study").checkpoints == (3, 6, 8)


def test_the_manifest_tells_all_and_its_hashes_are_right(place, ws):
    run = run_of(ws, "study")
    told = json.loads((folder_of(place, run) / "manifest.json").read_text())

    assert told["run"]["scenario"] == "study"
    assert told["last"] == told["result"]["turn"] == 8
    assert told["result"]["rows"] == {k: n for k, n in ws.scenario("study").counts.items() if n}
    for checkpoint in told["checkpoints"]:
        for block in checkpoint["blocks"]:
            path = folder_of(place, run) / block["path"]
            assert path.stat().st_size == block["bytes"]
            assert block["hash"] in path.name
    with ws.cursor() as cursor:
        noted = cursor.execute("SELECT turn, bytes FROM hs.checkpoints ORDER BY turn").fetchall()
    assert noted == [(c["turn"], sum(b["bytes"] for b in c["blocks"])) for c in told["checkpoints"]]


def test_without_an_interval_nothing_is_kept(tmp_path):
    with hs.open(tmp_path / "plain.duckdb") as ws:
        ws.generate(WHAT, n=2, months=1)

    assert [path.name for path in tmp_path.iterdir()] == ["plain.duckdb"]


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        (0, "checkpoint_interval is 0: it is 1 month or more, or None"),
        (-2, "checkpoint_interval is -2"),
        ("often", "must be a whole number, not 'often'"),
    ],
)
def test_an_interval_is_positive(ws, interval, told):
    with pytest.raises(SpecificationError, match=told):
        ws.generate(WHAT, n=2, months=1, checkpoint_interval=interval)


def test_a_workspace_in_memory_keeps_no_checkpoints_and_says_so():
    with (
        hs.open(":memory:") as ws,
        pytest.raises(SpecificationError, match="in memory has no folder for checkpoints"),
    ):
        ws.generate(WHAT, n=2, months=1, checkpoint_interval=1)


# Going on


@pytest.mark.parametrize("turn", [None, 3, 6, 8])
def test_a_run_that_was_stopped_goes_on_to_the_same_end(ws, whole, turn):
    again = ws.resume(run_of(ws, "stopped").run_id, turn)

    assert again.signature() == whole
    assert (again.name, again.tags) == ("stopped", ("a",))


@pytest.mark.parametrize("turn", [None, 3, 8])
def test_a_run_that_ended_ends_the_same_from_any_checkpoint(ws, whole, turn):
    again = ws.resume(run_of(ws, "study").run_id, turn)

    assert (again.name, again.signature()) == ("study", whole)


def test_rows_that_were_lost_since_are_made_again(ws, whole):
    with ws.cursor() as cursor:
        cursor.execute("DELETE FROM hs.lab_results WHERE id % 3 = 0")
        cursor.execute("UPDATE hs.medications SET end_date = NULL")

    assert ws.resume(run_of(ws, "study").run_id, 3).signature() == whole


def test_who_goes_on_is_a_run_of_its_own_that_points_to_the_first(ws):
    first = run_of(ws, "stopped")
    made = ws.resume(first.run_id)

    new = ws.runs()[0]
    assert (new.kind, new.status, new.parent) == ("resume", "finished", first.run_id)
    assert new.rows == made.brief.rows
    assert new.checkpoints == (3, 6, 8)
    assert [run.status for run in ws.runs()] == ["finished", "resumed", "finished"]


def test_an_interrupted_run_leaves_no_scenario_and_says_how_to_go_on(ws):
    told = stopped(ws, name="third").__notes__

    assert "third" not in [brief.name for brief in ws.scenarios()]
    assert told == [
        "The scenario 'third' was not saved; the workspace is as it was before. The run can go on: "
        "resume third_70patients_20260115_120000_01."
    ]
    assert ws.runs(status="interrupted")[0].run_id.startswith("third")


def test_a_resumed_run_that_is_stopped_again_goes_on_again(ws, whole):
    def stop(done):
        if done == RUN["n"]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ws.resume(run_of(ws, "stopped").run_id, 3, progress=stop)
    second = ws.runs(status="interrupted")[0]

    assert (second.kind, second.checkpoints) == ("resume", (3, 6, 8))
    assert ws.resume(second.run_id).signature() == whole


def test_a_run_that_is_stopped_while_months_play_keeps_the_checkpoints_that_it_has(ws, whole):
    def stop(done):
        folders = [p for p in Path(f"{ws.name}.runs").iterdir() if p.name.startswith("midway")]
        if any(folders[0].glob("turn-0003/*")):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ws.generate(WHAT, **RUN, name="midway", checkpoint_interval=3, progress=stop)
    left = ws.runs(status="interrupted")[0]

    assert (left.run_id[:6], left.checkpoints[:1]) == ("midway", (3,))
    assert ws.resume(left.run_id).signature() == whole


def test_a_name_that_was_taken_meanwhile_can_be_another(ws, whole):
    ws.generate(WHAT, n=2, months=1, name="stopped")
    run = ws.runs(status="interrupted")[0]

    with pytest.raises(SpecificationError, match="'stopped' exists already"):
        ws.resume(run.run_id)
    assert ws.resume(run.run_id, name="other").signature() == whole


def test_a_run_of_many_blocks_goes_on_where_each_has_come_to(tmp_path, monkeypatch):
    real = simulation.blocks
    monkeypatch.setattr(simulation, "blocks", lambda *a, **k: real(*a, **{**k, "block_size": 64}))
    monkeypatch.setattr(simulation, "firsts", lambda n, **k: list(range(0, n, 64)))
    with hs.open(tmp_path / "study.duckdb") as ws:
        made = []

        def stop(done):
            made.append(done)
            if len(made) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ws.generate(WHAT, n=180, months=4, seed=7, checkpoint_interval=2, progress=stop)
        again = ws.resume(ws.runs()[0].run_id)

        assert again.signature() == ws.generate(WHAT, n=180, months=4, seed=7).signature()


def test_extend_goes_on_from_the_last_checkpoint_and_without_one_to_the_same_end(place, ws):
    whole = ws.generate(WHAT, n=70, months=11, seed=7).signature()
    longer = ws.scenario("study").extend(2)
    assert ws.runs()[0].checkpoints == (3, 6, 8, 9, 10)
    shutil.rmtree(place / "study.duckdb.runs")

    assert longer.extend(1).signature() == whole


def test_a_run_can_be_forgotten_unless_it_has_rows(place, ws):
    run, done = run_of(ws, "stopped"), run_of(ws, "study")

    ws.forget(run.run_id)

    assert [left.run_id for left in ws.runs()] == [done.run_id]
    assert not folder_of(place, run).exists()
    with pytest.raises(RunError, match=r"made rows of 'study': delete that"):
        ws.forget(done.run_id)
    with pytest.raises(UnknownNameError):
        ws.forget(run.run_id)


def test_a_deleted_scenario_takes_its_checkpoints_and_no_others_with_it(place, ws, whole):
    ws.scenario("study").delete(confirm=True)
    run = run_of(ws, "stopped")

    assert [path.name for path in (place / "study.duckdb.runs").iterdir()] == [run.run_id]
    made = ws.resume(run.run_id)
    assert made.signature() == whole
    made.delete(confirm=True)
    assert not (place / "study.duckdb.runs").exists()


# Killed


def test_a_run_that_is_killed_at_any_moment_goes_on_to_the_same_end(tmp_path):
    killer = Killer(tmp_path, n=64, seed=3)
    try:
        kills = sum(killer.trial(number) for number in range(3))
    finally:
        killer.close()

    assert kills >= 3
    assert sum(killer.found.values()) == 3


# What goes wrong


def damage(path, how):
    content = path.read_bytes()
    if how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif how == "flipped":
        path.write_bytes(content[:500] + bytes([content[500] ^ 4]) + content[501:])
    elif how == "missing":
        path.unlink()
    else:
        path.write_bytes(b"")


@pytest.mark.parametrize("how", ["truncated", "flipped", "missing", "empty"])
def test_a_checkpoint_that_is_lost_is_named_with_what_helps_and_recomputed(place, ws, whole, how):
    run = run_of(ws, "stopped")
    damage(files(place, run, 6)[0], how)

    with pytest.raises(CheckpointLoadError, match=r"turn-0006.*--recompute"):
        ws.resume(run.run_id)
    assert ws.resume(run.run_id, 3, name="earlier").signature() == whole
    with ws.cursor() as cursor:
        cursor.execute("UPDATE hs.runs SET status = 'interrupted', scenario_id = NULL")
    assert ws.resume(run.run_id, recompute=True, name="anew").signature() == whole


def test_a_checkpoint_of_another_run_is_refused(place, ws):
    ws.generate(WHAT, n=70, months=8, seed=8, name="foreign", checkpoint_interval=3)
    run, foreign = run_of(ws, "stopped"), run_of(ws, "foreign")
    mine, its = files(place, run, 8)[0], files(place, foreign, 8)[0]
    mine.unlink()
    shutil.copy(its, mine.parent)

    with pytest.raises(CheckpointLoadError, match="missing"):
        ws.resume(run.run_id)
    (folder_of(place, run) / "manifest.json").write_text(
        (folder_of(place, run) / "manifest.json").read_text().replace(mine.name, its.name)
    )
    with pytest.raises(CheckpointLoadError, match="other data: of another run"):
        ws.resume(run.run_id)


def test_a_checkpoint_in_the_wrong_place_is_refused(place, ws):
    run = run_of(ws, "stopped")
    three, eight = files(place, run, 3)[0], files(place, run, 8)[0]
    eight.unlink()
    shutil.copy(three, eight.parent)
    manifest = folder_of(place, run) / "manifest.json"
    manifest.write_text(manifest.read_text().replace(eight.name, three.name))

    with pytest.raises(CheckpointLoadError, match="is of turn 3"):
        ws.resume(run.run_id)


def test_a_later_format_and_another_version_are_refused(place, ws, monkeypatch):
    run = run_of(ws, "stopped")
    monkeypatch.setattr(checkpoints, "FORMAT", 0)
    with pytest.raises(CheckpointLoadError, match=r"later version of healthsim_nb .*upgrade"):
        ws.resume(run.run_id)
    monkeypatch.undo()
    monkeypatch.setattr(Workspace, "_now", staticmethod(lambda: NOON))
    monkeypatch.setattr("healthsim_nb.simulation.playing.__version__", "9.9.9")
    with pytest.raises(CheckpointLoadError, match=r"written by healthsim_nb .*this is 9.9.9"):
        ws.resume(run.run_id)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"format": 2}', "later version"),
        ("{", "damaged"),
        ("", "damaged"),
        ('{"run": 5}', "damaged"),
        (None, "cannot be read"),
    ],
)
def test_a_manifest_that_is_lost_is_named_and_the_run_recomputed(place, ws, whole, text, told):
    run = run_of(ws, "stopped")
    path = folder_of(place, run) / "manifest.json"
    path.unlink() if text is None else path.write_text(text)

    with pytest.raises(CheckpointLoadError, match=told):
        ws.resume(run.run_id)
    assert ws.resume(run.run_id, recompute=True).signature() == whole


def test_other_templates_are_refused(ws):
    with ws.cursor() as cursor:
        cursor.execute("UPDATE hs.runs SET template_hash = 'x'")

    with pytest.raises(CheckpointLoadError, match="made with other templates"):
        ws.resume(run_of(ws, "stopped").run_id)


def test_a_turn_without_a_checkpoint_names_those_there_are(ws):
    with pytest.raises(CheckpointLoadError, match=r"no checkpoint of turn 5. There are 3, 6, 8"):
        ws.resume(run_of(ws, "study").run_id, 5)


def test_an_unknown_run_is_named_with_the_nearest(ws):
    with pytest.raises(UnknownNameError, match="No run named 'study_70'"):
        ws.resume("study_70")


def test_a_run_without_checkpoints_can_be_made_again_from_its_seed(ws):
    made = ws.generate(WHAT, n=3, months=2, name="bare")
    signature, run = made.signature(), run_of(ws, "bare")
    with ws.cursor() as cursor:
        cursor.execute("DELETE FROM hs.encounters WHERE run_key = ?", [run.run_key])

    with pytest.raises(CheckpointLoadError, match=r"kept no checkpoints: .*--recompute"):
        ws.resume(run.run_id)
    assert ws.resume(run.run_id, recompute=True).signature() == signature


def test_a_run_that_did_not_simulate_cannot_go_on(ws):
    ws.scenario("study").clone("twin")

    with pytest.raises(RunError, match="its kind is clone"):
        ws.resume(run_of(ws, "twin").run_id)


def test_a_run_that_goes_on_still_is_left_alone(ws):
    def meanwhile(done):
        with pytest.raises(RunError, match="going on still"):
            ws.resume(run_of(ws, "now").run_id)

    ws.generate(WHAT, n=2, months=1, name="now", checkpoint_interval=1, progress=meanwhile)


def test_a_full_disk_is_told_and_what_was_saved_before_is_whole(ws, whole, monkeypatch):
    real = safe_files.write

    def full(path, content):
        if "turn-0006" in str(path):
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(safe_files, "write", full)
    with pytest.raises(CheckpointSaveError, match=r"turn 6 could not .*No space left"):
        ws.generate(WHAT, **RUN, name="full", checkpoint_interval=3)
    monkeypatch.setattr(safe_files, "write", real)

    run = run_of(ws, "full")
    assert (run.status, run.checkpoints) == ("interrupted", (3,))
    assert ws.resume(run.run_id).signature() == whole


def test_a_place_where_nothing_can_be_written_is_told_and_the_workspace_is_as_before(place, ws):
    shutil.rmtree(place / "study.duckdb.runs")
    (place / "study.duckdb.runs").write_text("in the way")

    with pytest.raises(CheckpointSaveError, match=r"manifest .* could not be written"):
        ws.generate(WHAT, n=2, months=1, name="nowhere", checkpoint_interval=1)
    assert [brief.name for brief in ws.scenarios()] == ["study"]


def test_a_hundredth_run_of_one_second_is_refused(ws):
    with ws.cursor() as cursor:
        cursor.execute(
            "INSERT INTO hs.runs (run_key, run_id, scenario_id, kind, source_type, source_system, "
            "parameters, package_version, status, created_at) "
            "SELECT 1000 + i, printf('many_2patients_20260115_120000_%02d', i), 1, 'generate', "
            "'x', 'x', '{}', '0', 'finished', now()::TIMESTAMP FROM range(1, 100) AS t (i)"
        )

    with pytest.raises(RunIdCollisionError, match="99 runs of 'many'"):
        ws.generate(WHAT, n=2, months=1, name="many")
