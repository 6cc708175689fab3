"""A pharmacy benefit's desk: what it says of each fill, whatever else was claimed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.engine.rng import Draws
from healthsim_nb.pharmacy.benefit import MAIL_90, RETAIL_30, RETAIL_90, SPECIALTY
from healthsim_nb.pharmacy.fills import LONG
from healthsim_nb.pharmacy.gates import allowed_units
from healthsim_nb.pharmacy.part_d import negotiated_unit_cost, part_d
from healthsim_nb.pharmacy.pharmacies import MAIL, RETAIL
from healthsim_nb.pharmacy.pharmacies import SPECIALTY as SPECIAL
from healthsim_nb.pharmacy.products import cost_of
from healthsim_nb.pharmacy.programs import COPAY_CARD, programs
from healthsim_nb.pharmacy.requests import UNLIMITED
from healthsim_nb.pharmacy.routing import fees
from healthsim_nb.pharmacy.subsidy import subsidized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.render.members import Roll
    from healthsim_nb.pharmacy.benefits import Benefits
    from healthsim_nb.pharmacy.fills import Fills
    from healthsim_nb.pharmacy.holding import Holding
    from healthsim_nb.pharmacy.products import Products

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

MONTH = 30
CARD_BITS = 9


@dataclass(frozen=True, eq=False)
class Desk:
    """Everything that the benefits of a block look at."""

    fills: Fills
    held: Holding
    benefits: Benefits
    products: Products
    roll: Roll

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

        The lower of what was agreed and what the pharmacy usually charges is paid, and under
        Part D no more than what Medicare negotiated.
        """
        shelf, product, paid = self.products, self.fills.product, fees()
        cost = shelf.cost(product, quantity)
        usual = cost * shelf.usual_ratio[product] // 1000
        medicaid = self.benefits.medicaid[self.held.formulary]
        fee = np.where(medicaid, paid.fee_medicaid[self.kind], paid.fee[self.kind])
        agreed = cost - cost * paid.discount[self.kind] // 10_000
        usual = np.maximum(usual, 400)
        fee = np.minimum(fee, usual)
        found = np.minimum(agreed, usual - fee)
        law = np.flatnonzero(self.negotiated)
        by_law = cost_of(self.negotiated[law], quantity[law])
        found[law] = np.minimum(found[law], by_law)
        return found, fee, usual

    @cached_property
    def negotiated(self) -> I64:
        """Hundredths of a cent that a unit of each fill costs by law; 0: no such price."""
        found = np.zeros(len(self.part_d), np.int64)
        for year in np.unique(self.held.year[self.part_d]).tolist():
            at = np.flatnonzero(self.part_d & (self.held.year == year))
            prices = negotiated_unit_cost(year, self.products)
            found[at] = prices[self.fills.product[at]]
        return found

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
            # Makers whose price was negotiated pay no discount.
            pays = branded * (self.negotiated[at] == 0)
            found["cap"][at] = np.where(insulin[at], law.insulin_month * months, UNLIMITED)
            found["gap_rate"][at] = np.array(law.gap_share)[branded]
            found["gap_discount"][at] = law.gap_maker_share * branded * ~helped[at]
            found["discount"][at] = law.initial_maker_share * pays
            found["late_discount"][at] = law.catastrophic_maker_share * pays
            level = np.where(dual[at], 2, 3)
            found["subsidized"][at] = np.where(helped[at], law.lis_copay[level, branded], -1)
        return found

    def _subsidized(self) -> tuple[Bools, Bools]:
        """Return which fills have the low-income subsidy, and which of these are of duals."""
        held, roll = self.held, self.roll
        people = roll.people.id[self.fills.person]
        helped, dual = subsidized(roll.seed, roll.book, people, held.plan, held.second)
        return helped & self.part_d, dual

    @cached_property
    def cards(self) -> tuple[I64, I64, I64]:
        """Row of each fill's copay card, what it leaves to the patient, what it pays in a year."""
        f, held = self.fills, self.held
        known = programs(self.products)
        card = known.of_product[COPAY_CARD][f.product].astype(np.int64)
        people = self.roll.people.id[f.person]
        used = Draws(self.roll.seed, people << CARD_BITS | np.maximum(card, 0))
        use = used.below("pharmacy.card", 10_000) < known.use[card]
        has = (card != NONE) & use & self.benefits.private[held.formulary]
        key = (f.person << 20) | np.maximum(card, 0) << 12 | (held.year & 0xFFF)
        some = np.flatnonzero(has)
        _, first, row = np.unique(key[some], return_index=True, return_inverse=True)
        found = np.full(len(card), NONE)
        found[some] = row
        return found, known.patient_pays[card], known.most_a_year[card[some[first]]]
