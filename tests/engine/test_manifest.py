"""The manifest of a run holds together, or is refused with what is wrong."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from pydantic import ValidationError

from healthsim_nb.engine.manifest import BlockFile, Checkpoint, Manifest, RunMetadata, RunResult
from healthsim_nb.templates.template import Specification

NOON = datetime.fromisoformat("2026-01-15 12:00")
HASH = "0" * 32


def run(**more):
    said = {
        "run_id": "study_5patients_20260115_120000_01",
        "kind": "generate",
        "scenario": "study",
        "patients": 5,
        "specification": Specification(n=5, seed=1, start=date(2024, 1, 1), months=6),
        "checkpoint_interval": 3,
        "data": HASH,
        "package_version": "0.1.0",
        "created_at": NOON,
    }
    return RunMetadata(**{**said, **more})


def checkpoint(turn, *firsts, place=None, of=None):
    folder = f"turn-{place or turn:04}"
    return Checkpoint(
        turn=turn,
        blocks=tuple(
            BlockFile(path=f"{folder}/{f}", turn=of or turn, first=f, hash=HASH, bytes=9)
            for f in firsts or (0,)
        ),
    )


def result(turn):
    return RunResult(turn=turn, patients=5, rows={"patients": 5}, finished_at=NOON)


def test_a_whole_manifest_survives_being_written_and_read():
    parts = (checkpoint(3), checkpoint(6))
    manifest = Manifest(run=run(), checkpoints=parts, last=6, result=result(6))

    assert Manifest.model_validate_json(manifest.model_dump_json(exclude_none=True)) == manifest


@pytest.mark.parametrize(
    "run_id",
    [
        "study",
        "Study_5patients_20260115_120000_01",
        "study_5patients_2026_120000_01",
        "study_5patients_20260115_120000_1",
        "../study_5patients_20260115_120000_01",
        "study_6patients_20260115_120000_01",
    ],
)
def test_a_run_id_has_one_form_and_speaks_of_the_right_number(run_id):
    with pytest.raises(ValidationError, match=r"run_id|another number"):
        run(run_id=run_id)


@pytest.mark.parametrize(
    "wrong",
    [{"patients": 0}, {"patients": 7}, {"checkpoint_interval": 0}, {"kind": "dream"}, {"x": 1}],
)
def test_sizes_are_positive_and_words_known(wrong):
    with pytest.raises(ValidationError):
        run(**wrong)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: checkpoint(3, of=6), "is not of turn 3"),
        (lambda: checkpoint(3, place=6), "is not of turn 3"),
        (lambda: checkpoint(3, 0, 0), "twice or out of order"),
        (lambda: checkpoint(3, 64, 0), "twice or out of order"),
        (lambda: Checkpoint(turn=3, blocks=()), "at least 1"),
        (lambda: Manifest(run=run(), checkpoints=(checkpoint(6), checkpoint(3))), "not sorted"),
        (lambda: Manifest(run=run(), checkpoints=(checkpoint(3),), last=6), "which is not there"),
        (lambda: Manifest(run=run(), checkpoints=(checkpoint(9),)), "behind the last month"),
        (
            lambda: Manifest(run=run(), checkpoints=(checkpoint(3),), last=3, result=result(3)),
            "the final state is of turn 3, .* the run of 6 months",
        ),
        (lambda: Manifest(run=run(), format=2), "less than or equal to 1"),
    ],
)
def test_what_does_not_hold_together_is_refused(make, told):
    with pytest.raises(ValidationError, match=told):
        make()
