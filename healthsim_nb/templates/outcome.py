"""An outcome: what must have happened to each patient, as their own rows tell it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from healthsim_nb.templates.base import Id, Positive, Strict
from healthsim_nb.templates.documents import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = {
    "over": "more than",
    "at_least": "at least",
    "under": "less than",
    "at_most": "at most",
}
"""Words of an outcome that compare an amount, and how they are said."""


class Kind(Strict):
    """What outcomes may speak of: which rows of the record count."""

    table: str
    where: dict[str, list[str | int]] = {}
    amounts: dict[str, str] = {}
    """What an amount is: its column. The first is meant where nothing is said."""
    sum: bool = False
    """True: the amounts of all rows of a patient together."""
    reached: tuple[str, str] | None = None
    """Two columns: a row counts where the first has come up to the second, which is above 0."""
    again: int | None = None
    """A row counts where it begins at most so many days after the end of the one before."""
    of: str | None = None
    """The column that says which drug: ``rxnorm_code`` or ``ndc``."""
    needs_of: bool = False
    listed: str | None = None
    """A column of ``formulary_drugs`` that is true of the drug in the list of the claim's plan."""
    why: dict[str, str] = {}
    """What a refusal may be for, and its code."""
    coverage: bool = False
    says: tuple[str, str, str]
    """Once, more than once, never."""


@cache
def kinds() -> dict[str, Kind]:
    """Return what outcomes may speak of, by name."""
    text = files(__package__).joinpath("outcomes.yaml").read_text(encoding="utf-8")
    data, problems = parse_yaml(text)
    assert not problems, problems
    return {name: Kind.model_validate(entry) for name, entry in data.items()}


class Outcome(Strict):
    """What must have happened to a patient, or must not: told from the finished record alone."""

    what: Id
    """One of `kinds`."""
    of: list[Id] = []
    """Drugs, substances, brands or classes of drugs: any of them."""
    over: Positive | None = None
    at_least: Positive | None = None
    under: Positive | None = None
    at_most: Positive | None = None
    amount: str | None = None
    """Which amount, in dollars, is compared; None: the usual one of its kind."""
    why: Id | None = None
    """Why it was refused; None: for any reason."""
    times: int = Field(default=1, ge=1)
    """How often at least."""
    never: bool = False
    """True: it did not happen, not even once."""

    @property
    def kind(self) -> Kind:
        """What it speaks of."""
        return kinds()[self.what]

    @property
    def limits(self) -> dict[str, float]:
        """The amounts that it compares with."""
        return {word: getattr(self, word) for word in LIMITS if getattr(self, word) is not None}

    @property
    def column(self) -> str:
        """The column of the amount that it compares."""
        return self.kind.amounts[self.amount or next(iter(self.kind.amounts))]

    @model_validator(mode="after")
    def _whole(self) -> Outcome:
        for problem in _problems(self):
            raise ValueError(problem)
        return self


def _problems(o: Outcome) -> Iterator[str]:
    known = kinds()
    if o.what not in known:
        yield f"what: there is no '{o.what}'. There are: {', '.join(known)}"
        return
    kind, compared = known[o.what], o.limits or o.amount is not None
    if compared and not kind.amounts:
        yield f"what: '{o.what}' has no amount to compare"
    elif o.amount is not None and o.amount not in kind.amounts:
        yield f"amount: '{o.what}' has no '{o.amount}'. There are: {', '.join(kind.amounts)}"
    elif kind.sum and not o.limits:
        yield f"what: '{o.what}' takes an amount: {', '.join(LIMITS)}"
    if o.why is not None and o.why not in kind.why:
        there = f"There are: {', '.join(kind.why)}" if kind.why else "It takes no reason"
        yield f"why: '{o.what}' has no '{o.why}'. {there}"
    if kind.needs_of and not o.of:
        yield f"of: '{o.what}' must say of what"
    if o.of and not kind.of:
        yield f"of: '{o.what}' is not of anything"
    if kind.sum and o.times > 1:
        yield f"times: '{o.what}' is one sum"
    if o.never and o.times > 1:
        yield "times: what never happens does not happen often"


def sentence(o: Outcome) -> str:
    """Return an outcome as what people had: ``a paid claim with more than $10,000 allowed``.

    >>> sentence(Outcome(what="stay", times=2))
    'at least 2 hospital stays'
    >>> sentence(Outcome(what="drug", of=["metformin", "statin"], never=True))
    'no prescription of metformin or statin'
    """
    once, often, never = o.kind.says
    said = never if o.never else once if o.times == 1 else f"at least {o.times:,} {often}"
    limits = " and ".join(f"{LIMITS[word]} ${amount:,.14g}" for word, amount in o.limits.items())
    if limits:
        called = o.amount or next(iter(o.kind.amounts))
        called = "in price" if called == "price" else called
        said += f" {limits} {called}" if o.kind.sum else f" with {limits} {called}"
    if o.of:
        said += f" {'' if o.kind.needs_of else 'of '}{' or '.join(o.of)}"
    return said + (f" for {o.why}" if o.why else "")
