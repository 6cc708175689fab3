"""What a run's folder says of itself: who, what, when, the checkpoints there are, how it ended."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from healthsim_nb.templates.base import Strict
from healthsim_nb.templates.template import Specification

FORMAT = 1
RunId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*_\d+patients_\d{8}_\d{6}_\d{2}$")]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Whole = Annotated[int, Field(ge=0)]


class RunMetadata(Strict):
    """Who, what and when: all that is needed to go on."""

    run_id: RunId
    parent: RunId | None = None
    """The run that it goes on from."""
    kind: Literal["generate", "extend", "add", "resume"]
    scenario: str
    """The scenario that it makes, by name."""
    description: str | None = None
    request: str | None = None
    template: str | None = None
    tags: tuple[str, ...] = ()
    patients: PositiveInt
    specification: Specification
    checkpoint_interval: PositiveInt
    data: Hash
    """Fingerprint of all that decides the values."""
    package_version: str
    created_at: datetime

    @model_validator(mode="after")
    def _agrees(self) -> RunMetadata:
        if self.specification.n != self.patients:
            raise ValueError(f"{self.patients} patients, but {self.specification.n} specified")
        if f"_{self.patients}patients_" not in self.run_id:
            raise ValueError(f"{self.run_id} speaks of another number than {self.patients}")
        return self


class BlockFile(Strict):
    """The checkpoint of one block."""

    path: str
    """Relative to the folder of the run."""
    turn: PositiveInt
    first: Whole
    """The first patient."""
    hash: Hash
    bytes: PositiveInt


class Checkpoint(Strict):
    """All blocks that have reached a turn."""

    turn: PositiveInt
    blocks: Annotated[tuple[BlockFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _agrees(self) -> Checkpoint:
        for block in self.blocks:
            place = PurePosixPath(block.path).parent.name
            if block.turn != self.turn or place != f"turn-{self.turn:04}":
                raise ValueError(f"{block.path} (turn {block.turn}) is not of turn {self.turn}")
        firsts = [block.first for block in self.blocks]
        if sorted(set(firsts)) != firsts:
            raise ValueError(f"blocks of turn {self.turn} occur twice or out of order")
        return self


class RunResult(Strict):
    """How a run ended."""

    turn: PositiveInt
    patients: PositiveInt
    rows: dict[str, Whole]
    """Rows it made, by table."""
    finished_at: datetime


class Manifest(Strict):
    """The whole of it."""

    format: Annotated[int, Field(ge=1, le=FORMAT)] = FORMAT
    run: RunMetadata
    checkpoints: tuple[Checkpoint, ...] = ()
    last: Whole = 0
    """The turn that all blocks have reached."""
    result: RunResult | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Manifest:
        turns = [checkpoint.turn for checkpoint in self.checkpoints]
        if sorted(set(turns)) != turns:
            raise ValueError(f"checkpoints are not sorted: {turns}")
        if self.last and self.last not in turns:
            raise ValueError(f"the last checkpoint is of turn {self.last}, which is not there")
        if turns and turns[-1] > self.run.specification.months:
            raise ValueError(f"turn {turns[-1]} lies behind the last month")
        if self.result is not None and not (
            self.result.turn == self.last == self.run.specification.months
        ):
            raise ValueError(
                f"the final state is of turn {self.result.turn}, the last checkpoint of "
                f"{self.last}, the run of {self.run.specification.months} months"
            )
        return self
