"""What goes wrong with a run has a name, an exit code and a remedy; nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import healthsim_nb as hs
from healthsim_nb import cli
from healthsim_nb.engine import checkpoints, safe_files
from healthsim_nb.errors import CheckpointLoadError, CheckpointSaveError

pytestmark = pytest.mark.slow
WHAT = "hypertension"
RUN = {"n": 20, "months": 4, "seed": 7}


def stop(done):
    if done == RUN["n"]:
        raise KeyboardInterrupt


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A workspace with a scenario and a run that was stopped, both with checkpoints."""
    folder = tmp_path_factory.mktemp("kept")
    with hs.open(folder / "study.duckdb") as ws:
        ws.generate(WHAT, **RUN, name="study", checkpoint_interval=2)
        with pytest.raises(KeyboardInterrupt):
            ws.generate(WHAT, **RUN, name="left", checkpoint_interval=2, progress=stop)
        run = ws.runs(status="interrupted")[0].run_id
        whole = ws.scenario("study").signature()
    return folder, run, whole


@pytest.fixture
def place(kept, tmp_path):
    return shutil.copytree(kept[0], tmp_path / "copy")


@pytest.fixture
def healthsim(capsys, place):
    """Run a command on that workspace: (code, what it says on the error stream)."""

    def run(*arguments):
        code = cli.main([*arguments, "--database", str(place / "study.duckdb")])
        return code, capsys.readouterr().err

    return run


def one_file(place, run, turn=4):
    return next((place / "study.duckdb.runs" / run / f"turn-{turn:04}").iterdir())


# The command line


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda f: f.write_bytes(f.read_bytes()[:-9]), "is damaged"),
        (lambda f: f.write_bytes(b"\0" + f.read_bytes()[1:]), "is damaged"),
        (lambda f: f.unlink(), "is missing"),
        (lambda f: f.parent.parent.joinpath("manifest.json").unlink(), "cannot be read"),
        (lambda f: f.parent.parent.joinpath("manifest.json").write_text('{"format": 99}'),
         "later version"),
    ],
    ids=["truncated", "flipped", "missing", "no manifest", "newer"],
)  # fmt: skip
def test_the_terminal_ends_with_1_and_says_what_helps_and_that_helps(
    kept, place, healthsim, harm, told
):
    _, run, whole = kept
    harm(one_file(place, run))

    code, said = healthsim("resume", run)

    assert code == 1
    assert said.startswith("healthsim: ")
    assert told in said
    assert "--recompute" in said
    assert "Traceback" not in said
    assert healthsim("resume", run, "--recompute")[0] == 0
    with hs.open(place / "study.duckdb") as ws:
        assert ws.scenario("left").signature() == whole
        assert ws.scenario("study").signature() == whole


def test_a_template_that_has_changed_since_is_refused_with_what_helps(tmp_path):
    library = tmp_path / "mine"
    (library / "templates").mkdir(parents=True)
    mine = library / "templates" / "mine.yaml"
    text = "id: mine\nversion: 1\nname: Mine\ndescription: Adults.\nextends: hypertension\n"
    mine.write_text(f"{text}months: 3\n")
    with hs.open(tmp_path / "study.duckdb", library=library) as ws:
        with pytest.raises(KeyboardInterrupt):
            ws.generate("mine", n=RUN["n"], checkpoint_interval=1, progress=stop)
        run = ws.runs()[0].run_id
    mine.write_text(f"{text}months: 9\n")

    with hs.open(tmp_path / "study.duckdb", library=library) as ws:
        with pytest.raises(CheckpointLoadError, match="was made with other templates") as refused:
            ws.resume(run)
        assert "generate the scenario anew" in str(refused.value)
        mine.write_text(f"{text}months: 3\n")
        assert ws.resume(run).brief.patients == RUN["n"]


# Bytes


@settings(max_examples=40)
@given(data=st.data())
def test_no_byte_of_a_checkpoint_can_change_unnoticed(kept, data):
    folder, run, _ = kept
    path = one_file(folder, run)
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]

    assert checkpoints.digest(changed) != checkpoints.NAME.fullmatch(path.name)[2]


# The disk


FULL = """
import os, sys
from healthsim_nb import cli
from healthsim_nb.engine import safe_files
real = safe_files.write
def full(path, content):
    if "turn-0004" in str(path):
        path.with_name(f"{path.name}.{os.getpid()}.part").symlink_to("/dev/full")
    real(path, content)
safe_files.write = full
sys.exit(cli.main(sys.argv[1:]))
"""
"""What is written to /dev/full ends as on a disk without room."""


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="the system has no full disk to write to"
)
def test_a_disk_that_takes_no_more_is_told_and_the_run_goes_on_later(kept, place):
    _, _, whole = kept
    command = ["generate", WHAT, "--n", "20", "--months", "4", "--seed", "7", "--name", "full",
               "--checkpoint-interval", "2", "--database", str(place / "study.duckdb")]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", FULL, *command], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "The checkpoint of turn 4 could not be written" in done.stderr
    assert "No space left on device" in done.stderr
    assert "make room there or allow writing, then resume the run" in done.stderr
    assert list((place / "study.duckdb.runs").rglob("*.part")) == []
    with hs.open(place / "study.duckdb") as ws:
        (run,) = [r for r in ws.runs(status="interrupted") if r.run_id.startswith("full")]
        assert run.checkpoints == (2,)
        assert ws.resume(run.run_id).signature() == whole


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write")
def test_a_folder_that_may_not_be_written_is_told(place, healthsim):
    above = place / "study.duckdb.runs"
    above.chmod(0o500)
    try:
        code, said = healthsim("generate", WHAT, "--n", "2", "--checkpoint-interval", "1")
    finally:
        above.chmod(0o700)
    assert code == 1
    assert "allow writing" in said


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_whatever_keeps_a_checkpoint_from_being_written_leaves_the_scenarios_as_they_were(
    kept, place, monkeypatch, number
):
    def refuse(path, content):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(safe_files, "write", refuse)
    with hs.open(place / "study.duckdb") as ws:
        study = ws.scenario("study")
        with pytest.raises(CheckpointSaveError, match=os.strerror(number)):
            study.extend(1)
        with pytest.raises(CheckpointSaveError, match=os.strerror(number)):
            ws.generate(WHAT, n=2, months=1, checkpoint_interval=1)
        assert [brief.name for brief in ws.scenarios()] == ["study"]
        assert study.signature() == kept[2]
        monkeypatch.undo()
        assert study.extend(1).specification.months == 5


# Growing


def folders(place):
    return {path.name for path in (place / "study.duckdb.runs").iterdir()}


def test_an_extension_that_is_stopped_leaves_nothing_behind_and_begins_anew(kept, place):
    before = folders(place)
    with hs.open(place / "study.duckdb") as ws:
        study = ws.scenario("study")
        with pytest.raises(KeyboardInterrupt):
            study.extend(2, progress=stop)
        assert folders(place) == before
        assert study.signature() == kept[2]
        assert study.extend(2).signature() == ws.generate(WHAT, **{**RUN, "months": 6}).signature()


EXTEND = """
import sys, healthsim_nb as hs
from healthsim_nb.operations import growing
real = growing.load
def slow(*arguments, **words):
    real(*arguments, **words)
    print("extended", flush=True)
    import time; time.sleep(60)
growing.load = slow
with hs.open(sys.argv[1]) as ws:
    ws.scenario("study").extend(2)
"""


def test_what_a_killed_extension_leaves_is_cleared_away_at_the_next_opening(kept, place):
    before = folders(place)
    command = [sys.executable, "-c", EXTEND, str(place / "study.duckdb")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout.readline() == "extended\n"
        left = folders(place)
        program.kill()
    assert len(left) == len(before) + 1
    (half,) = (place / "study.duckdb.runs").glob("left*/turn-0002")
    (half / "patients-00000000.x.arrow.1.part").write_text("half")

    with hs.open(place / "study.duckdb") as ws:
        assert folders(place) == before
        assert list((place / "study.duckdb.runs").rglob("*.part")) == []
        assert ws.scenario("study").signature() == kept[2]
        whole = ws.generate(WHAT, **{**RUN, "months": 6}).signature()
        assert ws.scenario("study").extend(2).signature() == whole


def test_folders_that_are_not_ours_are_left_alone(place):
    above = place / "study.duckdb.runs"
    (above / "mine").mkdir()
    (above / "mine" / "thoughts.txt").write_text("mine")
    lost = above / "lost_20patients_20260115_120000_01"
    (first,) = (p for p in above.iterdir() if p.name.startswith("left"))
    shutil.copytree(first, lost)

    hs.open(place / "study.duckdb").close()

    assert (above / "mine" / "thoughts.txt").exists()
    assert json.loads((lost / "manifest.json").read_text())["run"]["kind"] == "generate"
