"""A formulary as people see it: what it says of a drug, and of all drugs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.pharmacy.benefit import CHANNELS, NO_LIMIT, RETAIL_30, SPECIALTY, benefits
from healthsim_nb.pharmacy.formulary import Formulary, formulary_ids, read
from healthsim_nb.pharmacy.formulary import formulary as shipped
from healthsim_nb.pharmacy.products import THOUSANDTHS, products
from healthsim_nb.pharmacy.substances import find, of_products

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb.pharmacy.products import Products


@dataclass(frozen=True)
class Listed:
    """What a formulary says of one product."""

    ndc: str
    rxnorm_code: str
    name: str
    covered: bool
    tier: int
    """0: not covered."""
    tier_name: str
    cost: str
    """The member's, of a usual fill, in words."""
    prior_authorization: bool
    step_therapy: str
    """What comes first, in words; "": nothing."""
    quantity_limit: str
    specialty: bool
    price: float
    """Dollars of a usual fill, before fees."""


@dataclass(frozen=True, repr=False)
class Lookup:
    """What a formulary says of one drug, a line a product; shown as a table in a notebook."""

    asked: str
    formulary: str
    listed: tuple[Listed, ...]

    def __repr__(self) -> str:
        return self.to_text()

    def __len__(self) -> int:
        return len(self.listed)

    def __iter__(self) -> Iterator[Listed]:
        return iter(self.listed)

    def __getitem__(self, at: int) -> Listed:
        return self.listed[at]

    def to_text(self) -> str:
        """Return it as plain text."""
        lines = [f"  {d.name}: {_told(d)}" for d in self.listed]
        head = f"{self.asked} on {self.formulary}"
        return "\n".join([head, *(lines or ["  no product of it is made here"])])


@dataclass(frozen=True, repr=False)
class FormularyCard:
    """A formulary, to look drugs up in; shown as a table in a notebook."""

    formulary: Formulary
    shelf: Products

    @property
    def name(self) -> str:
        """Its id."""
        return self.formulary.id

    def __repr__(self) -> str:
        return self.to_text()

    def __len__(self) -> int:
        return int(self.formulary.covered.sum())

    def __iter__(self) -> Iterator[Listed]:
        """Yield what it says of every product, covered or not, by name."""
        yield from (self._listed(at) for at in _by_name(self.shelf))

    def drug(self, name: str) -> Lookup:
        """Return what it says of every product of a drug.

        Raises
        ------
        UnknownNameError
            If there is no such drug.
        """
        mine = of_products(self.shelf) == find(name)
        found = tuple(self._listed(at) for at in _by_name(self.shelf) if mine[at])
        return Lookup(name, self.name, found)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the formulary's facts and its drugs."""
        return {**self.facts, "drugs": [asdict(listed) for listed in self]}

    @property
    def facts(self) -> dict[str, Any]:
        """Return what it is, in a few words and numbers."""
        f = self.formulary
        return {
            "id": f.id,
            "name": f.name,
            "benefit": f.benefit_type,
            "drugs": f"{len(self)} of {len(self.shelf)} products",
            "prior authorization": int(f.prior_authorization.sum()),
            "step therapy": int((f.step_group >= 0).sum()),
            "quantity limits": int((f.limit_units > 0).sum()),
            "specialty": int(f.specialty.sum()),
            "deductible": _deductible(f),
            "source": f.source,
        }

    @property
    def tiers(self) -> list[tuple[object, ...]]:
        """Return the tiers: number, name, products, and the cost in every channel."""
        f = self.formulary
        return [
            (number, name, int((f.tier == number).sum()), *self._costs(number))
            for number, name in enumerate(f.tier_names, start=1)
        ]

    def to_text(self) -> str:
        """Return it as plain text."""
        facts = [f"  {key:<20} {value}" for key, value in list(self.facts.items())[2:]]
        head = f"{self.formulary.name} ({self.formulary.id})"
        channels = " ".join(f"{name:<22}" for name in CHANNELS)
        lines = [f"  {'tier':<26} {'products':>8}  {channels}".rstrip()]
        for number, name, count, *costs in self.tiers:
            said = " ".join(f"{cost!s:<22}" for cost in costs)
            lines.append(f"  {number} {name!s:<24} {count:>8}  {said}".rstrip())
        return "\n".join([head, *facts, *lines])

    def _costs(self, tier: int) -> list[str]:
        return [_cost(self.formulary, tier, channel) for channel in range(len(CHANNELS))]

    def _listed(self, at: int) -> Listed:
        f, shelf = self.formulary, self.shelf
        tier, channel = int(f.tier[at]), SPECIALTY if f.specialty[at] else RETAIL_30
        row, days = np.array([at]), np.array([shelf.fill_days[at]], np.int64)
        return Listed(
            ndc=shelf.ndc[at],
            rxnorm_code=shelf.rxnorm[at],
            name=_named(shelf, at),
            covered=tier > 0,
            tier=tier,
            tier_name=f.tier_names[tier - 1] if tier else "not covered",
            cost=_cost(f, tier, channel) if tier else "",
            prior_authorization=bool(f.prior_authorization[at]),
            step_therapy=_step(f, at),
            quantity_limit=_limit(f, at),
            specialty=bool(f.specialty[at]),
            price=int(shelf.cost(row, shelf.quantity(row, days))[0]) / 100,
        )


def formulary(which: str | Path = "meridian-choice", *, like: str | None = None) -> FormularyCard:
    """Return a formulary to look drugs up in: one that ships, or a CSV file of one's own.

    Parameters
    ----------
    which
        The id of a formulary, or the path of a file with a line a drug: ``ndc`` or
        ``rxnorm_code``, ``tier``, and if need be ``prior_authorization``, ``step_therapy``,
        ``quantity_limit``, ``quantity_limit_days``, ``specialty``, ``preventive``.
    like
        Whose tiers and costs the drugs of a file have: the id of a formulary that ships.

    Raises
    ------
    UnknownNameError
        If there is no such formulary; those that exist are named.
    InputError
        If a file cannot be used: every problem is told, with its line.

    Examples
    --------
    >>> formulary("meridian-choice").drug("Eliquis")[0].cost
    '$36'
    """
    path = Path(which)
    if path.suffix.lower() == ".csv" or path.is_file():
        return FormularyCard(read(path, like=like or formulary_ids()[0]), products())
    return FormularyCard(shipped(str(which)), products())


def formularies() -> dict[str, str]:
    """Return the formularies that ship: id to name."""
    return {name: benefit.name for name, benefit in benefits().items()}


def _told(d: Listed) -> str:
    if not d.covered:
        return d.tier_name
    parts = [f"tier {d.tier} ({d.tier_name.lower()})", d.cost]
    parts += ["prior authorization"] * d.prior_authorization
    parts += [f"after {d.step_therapy}"] * bool(d.step_therapy)
    parts += [f"at most {d.quantity_limit}"] * bool(d.quantity_limit)
    return ", ".join([*parts, f"price ${d.price:,.2f}"])


def _by_name(shelf: Products) -> list[int]:
    first = {ndc: at for at, ndc in reversed(list(enumerate(shelf.ndc)))}
    return sorted(first.values(), key=lambda at: (shelf.name[at], shelf.ndc[at]))


def _named(shelf: Products, at: int) -> str:
    brand = shelf.brand_name[at]
    return f"{shelf.name[at]} [{brand}]" if brand else shelf.name[at]


def _cost(f: Formulary, tier: int, channel: int) -> str:
    shares = f.costs
    if not shares.offered[tier, channel]:
        return "–"
    rate = int(shares.coinsurance[tier, channel])
    if not rate:
        return _dollars(int(shares.copay[tier, channel]))
    least, most = int(shares.least[tier, channel]), int(shares.most[tier, channel])
    limits = f", at least {_dollars(least)}" if least else ""
    limits += f", at most {_dollars(most)}" if most < NO_LIMIT else ""
    return f"{rate / 100:g} %{limits}"


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}" if cents % 100 == 0 else f"${cents / 100:,.2f}"


def _deductible(f: Formulary) -> str:
    if f.combined:
        return "the plan's own, with medical care"
    if f.benefit_type == "part-d" and not f.deductible_cents:
        return "Part D's of the year"
    return _dollars(f.deductible_cents) if f.deductible_cents else "none"


def _step(f: Formulary, at: int) -> str:
    if f.step_group[at] < 0:
        return ""
    rule = f.step_rules[f.step_group[at]]
    count = "" if rule.least_classes == 1 else f"{rule.least_classes} of "
    return f"{count}{' or '.join(rule.classes)} for {rule.least_days} days"


def _limit(f: Formulary, at: int) -> str:
    units = int(f.limit_units[at])
    return f"{units / THOUSANDTHS:g} in {f.limit_days[at]} days" if units else ""
