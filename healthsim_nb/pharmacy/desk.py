"""A pharmacy benefit's desk: what is asked of each line, and what it counts towards."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import patient_index
from healthsim_nb.engine.rng import Draws
from healthsim_nb.pharmacy.benefit import MAIL_90, RETAIL_30, RETAIL_90, SPECIALTY
from healthsim_nb.pharmacy.gates import allowed_units
from healthsim_nb.pharmacy.part_d import part_d
from healthsim_nb.pharmacy.pharmacies import MAIL, RETAIL
from healthsim_nb.pharmacy.pharmacies import SPECIALTY as SPECIAL
from healthsim_nb.pharmacy.programs import COPAY_CARD, programs
from healthsim_nb.pharmacy.requests import (
    FILL,
    MEDICAL,
    TAKEN,
    UNLIMITED,
    Limits,
    Pairs,
    Requests,
)
from healthsim_nb.pharmacy.routing import fees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.records import Covered
    from healthsim_nb.pharmacy.benefits import Benefits
    from healthsim_nb.pharmacy.counter import Lines
    from healthsim_nb.pharmacy.gates import Gates
    from healthsim_nb.pharmacy.holding import Holding
    from healthsim_nb.pharmacy.products import Products

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

READY, READY_CONTROLLED = 75, 85
"""Percent of a supply that must be used up before the next (payer sheets: 75 to 80; 85 to 90 for
controlled substances)."""
LONG = 45
"""Days of supply from which a fill is one of 90 days."""
MONTH = 30
SUBSIDIZED = 0.09
"""Share of people with Part D who have the low-income subsidy without Medicaid (CMS 2023: 28 % of
all have it, 20 % with Medicaid)."""
OLD_CREDIT = 400
"""Days with which the first fill of a drug that a plan knows of from before counts."""
FAMILY = 2
"""How many times a member's deductible and limit a family's is, where the benefit is separate
(usual in employer plans)."""


@dataclass(frozen=True, eq=False)
class Fills:
    """Fills that come to a benefit, shape (f,) a column, in order of use and time."""

    use: I64
    person: I64
    product: I64
    prescription: I64
    allowed: I64
    """How often the prescription may be filled."""
    nth: I64
    day: I64
    early: I64
    days: I64
    mail: Bools
    known: Bools
    """Whether the plan knew of the use before the run."""
    due: I64
    """Days after which the next fill is not too soon."""


@dataclass(frozen=True, eq=False)
class Desk:
    """Everything that the benefits of a block look at."""

    fills: Fills
    held: Holding
    benefits: Benefits
    products: Products
    covered: Covered
    seed: int

    @cached_property
    def cell(self) -> I64:
        """Formulary and product of each fill."""
        return self.benefits.cell(self.held.formulary, self.fills.product)

    @cached_property
    def part_d(self) -> Bools:
        """Whether each fill is under Part D."""
        found: Bools = self.benefits.part_d[self.held.formulary]
        return found

    @cached_property
    def kind(self) -> I64:
        """Kind of pharmacy of each fill."""
        special = self.products.specialty[self.fills.product]
        return np.where(special, SPECIAL, np.where(self.fills.mail, MAIL, RETAIL))

    @cached_property
    def quantity(self) -> I64:
        """Thousandths of a unit that are prescribed for a fill."""
        return self.products.quantity(self.fills.product, self.fills.days)

    @cached_property
    def less(self) -> I64:
        """Thousandths of a unit within the limit of the formulary."""
        allowed = allowed_units(self.benefits, self.cell, self.fills.days)
        pack = self.products.pack[self.fills.product]
        whole = np.maximum(allowed // pack, 1) * pack
        found: I64 = np.minimum(whole, self.quantity)
        return found

    def prices(self, quantity: I64) -> tuple[I64, I64, I64]:
        """Return ingredient cost, dispensing fee, usual charge of each fill, in cents.

        The lower of what was agreed and what the pharmacy usually charges is paid.
        """
        shelf, product, paid = self.products, self.fills.product, fees()
        cost = shelf.cost(product, quantity)
        usual = cost * shelf.usual_ratio[product] // 1000
        medicaid = self.benefits.medicaid[self.held.formulary]
        fee = np.where(medicaid, paid.fee_medicaid[self.kind], paid.fee[self.kind])
        agreed = cost - cost * paid.discount[self.kind] // 10_000
        usual = np.maximum(usual, 400)
        fee = np.minimum(fee, usual)
        return np.minimum(agreed, usual - fee), fee, usual

    @cached_property
    def full(self) -> tuple[I64, I64, I64]:
        """Prices of what is prescribed."""
        return self.prices(self.quantity)

    @cached_property
    def small(self) -> tuple[I64, I64, I64]:
        """Prices of what is within the limit."""
        return self.prices(self.less)

    @cached_property
    def channel(self) -> I64:
        """How each fill reaches the patient, as cost sharing has it."""
        f, kind = self.fills, self.kind
        long = np.where(kind == MAIL, MAIL_90, RETAIL_90)
        found = np.where(f.days > LONG, long, RETAIL_30)
        return np.where(kind == SPECIAL, SPECIALTY, found)

    @cached_property
    def costs(self) -> dict[str, I64]:
        """Copay, coinsurance and its limits of each fill."""
        held, b = self.held, self.benefits
        last = np.array([max(len(f.tier_names) - 2, 1) for f in b.formularies])
        tier = b.tier.ravel()[self.cell].astype(np.int64)
        # What is not listed and paid all the same costs as what is not preferred.
        tier = np.where(tier == 0, last[held.formulary], tier)
        offered = b.costs[4][held.formulary, tier, self.channel] > 0
        channel = np.where(offered, self.channel, RETAIL_30)
        months = np.where(offered, 1, -(-self.fills.days // MONTH))
        at = (held.formulary, tier, channel)
        copay, rate, least, most = (b.costs[row][at] for row in range(4))
        return {
            "copay": copay * months,
            "rate": rate,
            "least": least * months,
            "most": np.minimum(most * months, UNLIMITED),
            "tier": tier,
        }

    @cached_property
    def law(self) -> dict[str, I64]:
        """What Part D says of each fill; of others, what changes nothing."""
        f, held = self.fills, self.held
        years = np.unique(held.year[self.part_d])
        brand = self.products.brand[f.product].astype(np.int64)
        n = len(brand)
        found = {
            "cap": np.full(n, UNLIMITED), "gap_rate": np.zeros(n, np.int64),
            "gap_discount": np.zeros(n, np.int64), "discount": np.zeros(n, np.int64),
            "late_discount": np.zeros(n, np.int64), "subsidized": np.full(n, -1),
        }  # fmt: skip
        insulin = np.array([c.startswith("insulin") for c in self.products.classes])
        insulin = insulin[self.products.klass[f.product]]
        helped, dual = self._subsidized()
        for year in years.tolist():
            law = part_d(year)
            at = np.flatnonzero(self.part_d & (held.year == year))
            branded, months = brand[at], -(-f.days[at] // MONTH)
            found["cap"][at] = np.where(insulin[at], law.insulin_month * months, UNLIMITED)
            found["gap_rate"][at] = np.array(law.gap_share)[branded]
            found["gap_discount"][at] = law.gap_maker_share * branded * ~helped[at]
            found["discount"][at] = law.initial_maker_share * branded
            found["late_discount"][at] = law.catastrophic_maker_share * branded
            level = np.where(dual[at], 2, 3)
            found["subsidized"][at] = np.where(helped[at], law.lis_copay[level, branded], -1)
        return found

    def _subsidized(self) -> tuple[Bools, Bools]:
        """Return which fills have the low-income subsidy, and which of these are of duals."""
        held, people = self.held, self.covered.roll.people.id
        helped, dual = subsidized(
            self.seed, self.covered.file.book, people[self.fills.person], held.plan, held.second
        )
        return helped & self.part_d, dual

    @cached_property
    def cards(self) -> tuple[I64, I64, I64]:
        """Row of each fill's copay card, what it leaves to the patient, what it pays in a year."""
        f, held = self.fills, self.held
        known = programs(self.products)
        card = known.of_product[COPAY_CARD][f.product].astype(np.int64)
        used = Draws(self.seed, self.covered.roll.people.id[f.person] << 9 | np.maximum(card, 0))
        use = used.below("pharmacy.card", 10_000) < known.use[card]
        has = (card != NONE) & use & self.benefits.private[held.formulary]
        key = (f.person << 20) | np.maximum(card, 0) << 12 | (held.year & 0xFFF)
        some = np.flatnonzero(has)
        _, first, row = np.unique(key[some], return_index=True, return_inverse=True)
        found = np.full(len(card), NONE)
        found[some] = row
        return found, known.patient_pays[card], known.most_a_year[card[some[first]]]

    @cached_property
    def accounts(self) -> tuple[I64, I64, I64]:
        """Key of the member's account of each fill, and of the family's; and how far keys go."""
        held, rows = self.held, len(self.covered.file.book.deductible)
        own = np.where(self.part_d, rows + held.row, held.row)
        width = 2 * rows
        family = np.where(self.part_d, NONE, held.subscriber * width + held.row)
        return self.fills.person * width + own, family, np.array([width])


def subsidized(seed: int, book: Book, people: I64, plan: I64, second: I64) -> tuple[Bools, Bools]:
    """Return who has the low-income subsidy if it is Part D, and who of them has Medicaid.

    Parameters
    ----------
    people, plan, second
        Who, their plan and the one that pays second, `NONE` without, shape (n,) each.
    """
    public = np.array([*(p.line_of_business == "medicaid" for p in book.plans), False])
    special = np.array([*(p.market == "dual-advantage" for p in book.plans), False])
    dual = public[second] | special[plan]
    poor = Draws(seed, people).chance("pharmacy.subsidy", SUBSIDIZED)
    return dual | poor, dual


def quantities(desk: Desk, gate: Gates, lines: Lines) -> Bools:
    """Return of which lines less is dispensed than prescribed, within the limit."""
    less: Bools = gate.reduced[lines.fill] & (lines.refusal == TAKEN)
    return less & (desk.less < desk.quantity)[lines.fill]


def limits_of(desk: Desk) -> tuple[Limits, I64, I64]:
    """Return what accounts begin with, and the keys of members' and families' accounts."""
    own, family, (width,) = desk.accounts
    members, families = np.unique(own), np.unique(family[family >= 0])
    rows = len(desk.covered.file.book.deductible)
    deductible, most, initial = _member_limits(desk, members, width, rows)
    family_deductible, family_most = _family_limits(desk, families, width)
    limits = Limits(
        deductible=np.r_[deductible, UNLIMITED],
        most=np.r_[most, UNLIMITED],
        initial=np.r_[initial, UNLIMITED],
        family_deductible=np.r_[family_deductible, UNLIMITED],
        family_most=np.r_[family_most, UNLIMITED],
        card=desk.cards[2],
        episodes=0,
        drugs=0,
        prescriptions=0,
        groups=0,
    )
    return limits, members, families


def _member_limits(desk: Desk, keys: I64, width: int, rows: int) -> tuple[I64, I64, I64]:
    book, b, roll = desk.covered.file.book, desk.benefits, desk.covered.roll
    own, person = keys % width, keys // width
    drug_only = own >= rows
    row = own % rows
    formulary, year = b.of_plan[row // book.years], row % book.years + book.first_year
    together = book.aggregate[row // book.years] & roll.shared[person]
    medical = np.where(together, book.deductible[row, 1], book.deductible[row, 0])
    combined = b.combined[formulary] & ~drug_only
    deductible = np.where(combined, medical, b.deductible[formulary])
    separate = np.where(b.most[formulary] > 0, b.most[formulary], UNLIMITED)
    most = np.where(combined, book.most[row, 0], separate)
    initial = np.full(len(keys), UNLIMITED)
    for each in np.unique(year[drug_only]).tolist():
        law, at = part_d(each), np.flatnonzero(drug_only & (year == each))
        of_plan = b.deductible[formulary[at]]
        deductible[at] = np.where(of_plan > 0, of_plan, law.deductible)
        most[at] = law.out_of_pocket_limit
        initial[at] = law.initial_limit or UNLIMITED
    return deductible, most, initial


def _family_limits(desk: Desk, keys: I64, width: int) -> tuple[I64, I64]:
    book, b = desk.covered.file.book, desk.benefits
    row = keys % width
    formulary = b.of_plan[row // book.years]
    combined = b.combined[formulary]
    own = np.where(b.most[formulary] > 0, FAMILY * b.most[formulary], UNLIMITED)
    deductible = np.where(combined, book.deductible[row, 1], FAMILY * b.deductible[formulary])
    return deductible, np.where(combined, book.most[row, 1], own)


@dataclass(frozen=True, eq=False)
class Steps:
    """Histories that step therapy asks for."""

    group: I64
    """By fill: row of the history of its class, -1: nobody asks."""
    groups: int
    asked: Pairs
    steps: I64
    """By line."""
    days: I64
    since: I64


def steps_of(desk: Desk, gate: Gates, lines: Lines) -> Steps:
    """Return what step therapy asks of the lines that are not beyond it."""
    f, shelf = desk.fills, desk.products
    rules = desk.benefits.formularies[0].step_rules
    asks = (lines.kind == FILL) & ~lines.free & (gate.step[lines.fill] >= 0)
    asks &= lines.refusal == TAKEN
    at = np.flatnonzero(asks)
    rule = gate.step[lines.fill[at]].astype(np.int64)
    classes = [[shelf.classes.index(c) for c in r.classes if c in shelf.classes] for r in rules]
    counts = np.array([len(c) for c in classes])
    flat = np.array([c for some in classes for c in some], np.int64)
    owner = np.repeat(np.arange(len(at)), counts[rule])
    first = (np.cumsum(counts) - counts)[rule]
    inside = np.arange(len(owner)) - np.repeat(np.cumsum(counts[rule]) - counts[rule], counts[rule])
    key = f.person[lines.fill[at]][owner] << 10 | flat[first[owner] + inside]
    known, row = np.unique(key, return_inverse=True)
    mine = f.person << 10 | shelf.klass[f.product]
    place = np.minimum(np.searchsorted(known, mine), max(len(known) - 1, 0))
    found = (known[place] == mine) if len(known) else np.zeros(len(mine), bool)
    steps = np.zeros((3, len(lines.fill)), np.int64)
    steps[0, at] = np.array([r.least_classes for r in rules])[rule]
    steps[1, at] = np.array([r.least_days for r in rules])[rule]
    steps[2, at] = lines.day[at] - np.array([r.lookback_days for r in rules])[rule]
    none = np.zeros(len(row), np.int32)
    asked = Pairs(at[owner].astype(np.int32), row.astype(np.int32), none.astype(np.int8), none)
    return Steps(np.where(found, place, NONE), len(known), asked, *steps)


def medical_lines(desk: Desk, members: I64, families: I64) -> Requests:
    """Return what medical claims counted to accounts that drugs share."""
    file, width = desk.covered.file, int(desk.accounts[2][0])
    f, ledger, book = file.filings, file.ledger, desk.covered.file.book
    deductible = ledger.sums(ledger.deductible)
    counted = deductible + ledger.sums(ledger.copay) + ledger.sums(ledger.coinsurance)
    row = ledger.accounts.row
    formulary = desk.benefits.of_plan[row // book.years]
    shares = desk.benefits.combined[formulary] & (formulary >= 0)
    own, family = file.person * width + row, f.subscriber * width + row
    shares &= np.isin(own, members) | np.isin(family, families)
    at = np.flatnonzero(shares & (counted > 0) & (ledger.accounts.tier == 0))
    back = at[f.undone[at] < FAR]
    every = np.concatenate([at, back])
    sign = np.where(np.arange(len(every)) < len(at), 1, -1)
    day = np.where(sign > 0, f.decided[every], f.undone[every])
    household = patient_index(file.people.household_id)[file.person[every]]
    columns: dict[str, NDArray[Any]] = {
        "chain": household, "day": day, "kind": np.full(len(every), MEDICAL),
        "price": sign * deductible[every], "copay": sign * counted[every],
        "account": _place(members, own[every]), "family": _place(families, family[every]),
    }  # fmt: skip
    unused = {"of": -1, "group": -1, "card": -1, "subsidized": -1}
    empty = np.zeros(len(every), np.int64)
    return Requests(
        **{
            name: columns.get(name, empty + unused.get(name, 0))
            for name in (field.name for field in fields(Requests))
        }
    )


def _place(known: I64, keys: I64) -> I64:
    """Return the row of each key, or the one after the last."""
    if not len(known):
        return np.zeros(len(keys), np.int64)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[place] == keys, place, len(known))


def requests_of(
    desk: Desk, gate: Gates, lines: Lines, costly: I64, chain: I64, drug: I64
) -> tuple[Requests, Limits, Pairs]:
    """Return the lines as a benefit decides them, and after them what medical claims counted."""
    f, at = desk.fills, lines.fill
    limits, members, families = limits_of(desk)
    own, family, _ = desk.accounts
    stepped = steps_of(desk, gate, lines)
    less = quantities(desk, gate, lines)
    price = np.where(less, _total(desk.small)[at], _total(desk.full)[at])
    cost, law = desk.costs, desk.law
    card, card_least, _ = desk.cards
    pays = desk.benefits.pays_deductible.ravel()[desk.cell] | (
        desk.benefits.tier.ravel()[desk.cell] == 0
    )
    first = (f.nth == 0) & f.known
    family_row = np.where(family < 0, len(families), np.searchsorted(families, family))
    by_fill = {
        "episode": f.use, "drug": drug, "days": f.days, "ready": f.due,
        "prescription": f.prescription, "fills": f.allowed, "group": stepped.group,
        "credit": f.days + OLD_CREDIT * first, "phased": desk.part_d, "open": pays,
        "copay": cost["copay"], "rate": cost["rate"], "least": cost["least"],
        "most": cost["most"], **law, "account": np.searchsorted(members, own),
        "family": family_row, "card": card, "card_least": card_least,
    }  # fmt: skip
    requests = Requests(
        chain=chain[at], day=_small(lines.day), kind=lines.kind, of=_small(lines.of),
        only=lines.only, why=lines.why, refusal=lines.refusal, quits=lines.quits,
        early=lines.free, answered=lines.free, steps=_small(stepped.steps),
        step_days=_small(stepped.days), since=_small(stepped.since), price=price,
        card_most=np.full(len(at), UNLIMITED), costly=costly[at],
        **{name: _typed(name, column)[at] for name, column in by_fill.items()},
    )  # fmt: skip
    whole = Limits(
        **vars(limits)
        | {
            "episodes": int(f.use.max(initial=-1)) + 1,
            "drugs": int(drug.max(initial=-1)) + 1,
            "prescriptions": int(f.prescription.max(initial=-1)) + 1,
            "groups": stepped.groups,
        }
    )
    medical = medical_lines(desk, members, families)
    return requests.join(medical), whole, stepped.asked


_MONEY = ("copay", "least", "most", "cap", "subsidized", "card_least")


def _typed(name: str, column: NDArray[Any]) -> NDArray[Any]:
    if name in _MONEY or column.dtype == bool:
        return column
    return column.astype(np.int32)


def _small(column: I64) -> NDArray[np.int32]:
    return column.astype(np.int32)


def _total(prices: tuple[I64, I64, I64]) -> I64:
    found: I64 = prices[0] + prices[1]
    return found
