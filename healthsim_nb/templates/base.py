"""The pieces that conditions and templates share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Sex = Literal["F", "M"]
Probability = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=100)]
Positive = Annotated[float, Field(ge=0)]
Age = Annotated[int, Field(ge=0, le=120)]
AgeRange = tuple[Age, Age]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Trait = Literal[
    "smoker",
    "former-smoker",
    "white",
    "black",
    "asian",
    "american-indian",
    "hispanic",
    "commercial",
    "medicaid",
    "medicare",
    "uninsured",
]
"""What a person is beside age and sex, as the engine knows it.

Races are of people who are not Hispanic; coverage is that of the first day.
"""
VITAL_SIGNS = "^(temperature|heart-rate|respiratory-rate|spo2|sbp)$"
VitalSign = Annotated[str, Field(pattern=VITAL_SIGNS)]
Curve = dict[Age, float]
"""Values at ages, linear between them, level beyond the first and last."""


class Strict(BaseModel):
    """A model that refuses words it does not know and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class BySex(Strict):
    """A curve for women and one for men; a sex left out has none of it."""

    F: Curve = {}
    M: Curve = {}


class When(Strict):
    """A test on one patient; all that is said must hold."""

    condition: Id | None = None
    stages: list[Id] = []
    """Its stages, or its levels, one after the other."""
    without: Id | None = None
    """A condition that the patient does not have."""
    drug: Id | None = None
    trait: Trait | None = None
    measure: Id | None = None
    above: float | None = None
    below: float | None = None
    sex: Sex | None = None
    age: AgeRange | None = None

    @model_validator(mode="after")
    def _whole(self) -> When:
        if self.stages and not self.condition:
            raise ValueError("'stages' needs a 'condition'")
        if (self.measure is None) != (self.above is None and self.below is None):
            raise ValueError("'measure' goes with 'above' or 'below'")
        if not self.model_fields_set:
            raise ValueError("an empty test holds for everyone: leave it out")
        return self


class Factor(Strict):
    """A risk that is ``times`` as high where ``when`` holds; 0 forbids."""

    when: When
    times: Positive
    onset_only: bool = False
    """True: acts on new cases, not on who is ill at the start."""
