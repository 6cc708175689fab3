"""Measures, laboratory tests, orders and drugs: the words that conditions use."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from healthsim_nb.templates.base import Curve, Id, Positive, Probability, Sex, Strict, When


def _words(value: object) -> object:
    return value.split() if isinstance(value, str) else value


def _amounts(value: object) -> object:
    """Read ``a1c=-1.0 sbp=-3``."""
    if not isinstance(value, str):
        return value
    return {name: amount for name, _, amount in (part.partition("=") for part in value.split())}


def _ages(value: object) -> object:
    """Read ``18=3.1 65=7``, or the same as a mapping."""
    found = _amounts(value)
    return {int(age): share for age, share in found.items()} if isinstance(found, dict) else found


Severity = Literal["mild", "moderate", "severe"]


class Measure(Strict):
    """A latent quantity of a person that drifts and answers to illness and treatment.

    Its value is an age curve plus the person's own deviation. The deviation goes to its target
    (own base plus the effects of conditions and drugs) by ``rate`` a month.
    """

    id: Id
    name: str
    unit: str
    scale: int = Field(ge=1)
    """Whole steps in one unit: the engine counts in steps."""
    F: Curve
    M: Curve
    sd: Positive
    """Standard deviation between healthy people of one age and sex, in units."""
    low: float
    high: float
    """Limits of a healthy person's own base."""
    floor: float
    ceiling: float
    """Limits of any measured value."""
    rate: Annotated[float, Field(gt=0, le=1)]
    """Share of the gap to the target that is closed in a month."""
    noise: Positive = 0
    """Standard deviation of one measurement, in units."""
    noise_percent: Positive = 0
    """The same in percent of the value; both may be given."""
    shape: Literal["normal", "lognormal"] = "normal"
    """Distribution between healthy people; lognormal keeps the curve as its median."""
    source: str = Field(min_length=1)


Link = Literal[
    "measure", "normal", "lognormal", "sum", "product", "ratio", "multiple", "follows",
    "glucose", "urea", "creatinine", "egfr", "hdl", "total-cholesterol", "ldl-calculated",
    "red-cells", "neutrophils", "urine-albumin", "later",
]  # fmt: skip


class LabTest(Strict):
    """One analyte. ``link`` says where its value comes from."""

    id: Id
    loinc: str = Field(pattern=r"^\d{1,5}-\d$")
    name: str
    unit: str
    link: Link
    measure: Id | None = None
    mean_f: float | None = None
    mean_m: float | None = None
    sd: Positive | None = None
    """What is drawn: mean (``lognormal``: median) of women and men, and standard deviation."""
    low_f: float | None = None
    high_f: float | None = None
    low_m: float | None = None
    high_m: float | None = None
    """Reference interval of adults."""
    critical_low: float | None = None
    critical_high: float | None = None
    floor: float
    ceiling: float
    decimals: int = Field(ge=0, le=4)
    of: Annotated[dict[Id, float], BeforeValidator(_amounts)] = {}
    """Tests of the same draw that its value is made of, as reported, with their coefficients."""
    own: Probability = 0.6
    """Share of the variance drawn that is the person's own, the same at every visit."""
    source: str = Field(min_length=1)


class Order(Strict):
    """Something that can be ordered: a laboratory panel or a procedure."""

    id: Id
    kind: Literal["lab", "procedure"]
    code: str
    code_system: Literal["LOINC", "CPT", "HCPCS", "ICD-10-PCS"]
    name: str
    tests: Annotated[list[Id], BeforeValidator(_words)] = []
    sex: Sex | None = None
    hours: int = Field(default=0, ge=0, le=23)
    """Hours after arrival at which it is done."""
    inpatient_code: str | None = Field(default=None, pattern=r"^[0-9A-HJ-NP-Z]{7}$")
    """ICD-10-PCS: what a hospital codes when it is done in an inpatient stay."""
    source: str = Field(min_length=1)


class Drug(Strict):
    """A drug product as prescribed."""

    id: Id
    rxnorm: str = Field(pattern=r"^\d+$")
    name: str
    dose: str
    route: str
    frequency: str
    drug_class: Id
    course_days: int | None = None
    """Days of a course; None: taken until stopped."""
    effects: Annotated[dict[Id, float], BeforeValidator(_amounts)] = {}
    """Measure: the change while it is taken."""
    orders: Annotated[dict[Id, int], BeforeValidator(_amounts)] = {}
    """Order: asked for at visits while it is taken, the least months between two."""
    source: str = Field(min_length=1)


class Product(Strict):
    """One of the products in which a drug is prescribed; each patient has one, for good."""

    id: Id
    drug: Id
    rxnorm: str = Field(pattern=r"^\d+$")
    ndc: str | None = Field(default=None, pattern=r"^\d{11}$")
    name: str
    dose: str
    frequency: str | None = None
    """None: as the drug says."""
    weight: Positive
    """Share among the products of the drug, in any unit."""
    source: str = Field(min_length=1)


class Caution(Strict):
    """When a drug is not to be taken, and what is taken instead."""

    id: Id
    drugs: list[Id] = []
    classes: list[Id] = []
    """All drugs of these classes, beside ``drugs``."""
    when: When
    start_only: bool = False
    """True: whoever takes it already goes on."""
    at_once: bool = False
    """True: stopped once ``when.condition`` is found or ``when.drug`` begun, not a visit later."""
    instead: Id | None = None
    """A drug in its place; None: it is left out."""
    why: str = Field(min_length=1)
    source: str = Field(min_length=1)


class Allergen(Strict):
    """What people may be allergic to or not tolerate, and what they are then not given."""

    id: Id
    substance: str
    code: str = Field(pattern=r"^\d+$")
    code_system: Literal["RxNorm", "SNOMED CT"]
    category: Literal["medication", "food", "environment"]
    F: Annotated[Curve, BeforeValidator(_ages)]
    M: Annotated[Curve, BeforeValidator(_ages)]
    """Percent of people with it on their chart, by age."""
    reactions: Annotated[dict[Id, Positive], BeforeValidator(_amounts)] = Field(min_length=1)
    """Reaction, its words joined by '-': its share, in any unit."""
    severity: Annotated[dict[Severity, Positive], BeforeValidator(_amounts)] = Field(min_length=1)
    classes: Annotated[list[Id], BeforeValidator(_words)] = []
    drugs: Annotated[list[Id], BeforeValidator(_words)] = []
    """Drugs, and classes of them, that are not given."""
    instead: Id | None = None
    """A drug in their place; None: none."""
    source: str = Field(min_length=1)
