"""The same fills under other formularies: what would be covered, asked for, and paid by whom."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.pharmacy.benefit import MAIL_90, RETAIL_30, RETAIL_90, SPECIALTY, benefits
from healthsim_nb.pharmacy.desk import MONTH
from healthsim_nb.pharmacy.fills import LONG
from healthsim_nb.pharmacy.part_d import part_d
from healthsim_nb.pharmacy.pharmacies import MAIL
from healthsim_nb.pharmacy.products import products
from healthsim_nb.pharmacy.requests import (
    FILL,
    TAKEN,
    UNLIMITED,
    UNLISTED,
    Limits,
    Pairs,
    Requests,
    Reviews,
)
from healthsim_nb.pharmacy.wave import decide
from healthsim_nb.templates.library import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.formulary import Formulary
    from healthsim_nb.pharmacy.part_d import PartD

    I64 = NDArray[np.int64]

SHARES = ("authorization", "step", "limit")
COLUMNS = (
    *("formulary", "covered %", "authorize %", "step %", "over limit %"),
    *("member a fill", "members pay", "plan pays", "makers pay", "not covered"),
)


@dataclass(frozen=True)
class Dispensed:
    """Fills that were paid, in order of time within each member, shape (n,) a column."""

    member: I64
    day: I64
    """Days since 1970-01-01."""
    year: I64
    product: I64
    """Row among the products."""
    quantity: I64
    """Thousandths of a unit."""
    days: I64
    kind: I64
    """Kind of pharmacy."""
    price: I64
    """Cents, all payers together."""

    def __len__(self) -> int:
        return len(self.member)


@dataclass(frozen=True)
class Priced:
    """One formulary's line of a comparison; money in dollars."""

    formulary: str
    name: str
    benefit: str
    fills: int
    covered: int
    """Fills of drugs that it lists."""
    authorization: int
    """Of those, fills of drugs that need an authorization; and so on."""
    step: int
    limit: int
    """Fills of more than its quantity limit."""
    price: float
    """Of what it covers."""
    members_pay: float
    plan_pays: float
    makers_pay: float
    """Discounts of manufacturers that Part D asks for."""
    not_covered: float
    """Price of what it does not list."""

    def share(self, name: str) -> float:
        """Return the share of fills (``covered``, ``step``, …), or of the price that it is."""
        whole = self.price if name.endswith(("_pay", "_pays")) else self.fills
        return float(getattr(self, name) / whole) if whole else 0.0


@dataclass(frozen=True, repr=False)
class Comparison:
    """The same fills under several formularies; shown as a table in a notebook."""

    scenario: str
    rows: tuple[Priced, ...]

    def __iter__(self) -> Iterator[Priced]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return self.to_text()

    def to_dict(self) -> dict[str, list[Any]]:
        """Return columns by name."""
        plain = [asdict(row) for row in self.rows]
        return {f.name: [row[f.name] for row in plain] for f in fields(Priced)}

    def df(self) -> pd.DataFrame:
        """Return a DataFrame, a row a formulary."""
        import pandas as pd

        return pd.DataFrame(self.to_dict())

    def to_text(self) -> str:
        """Return it as plain text."""
        head = f"  {COLUMNS[0]:<20}" + "".join(f"{name:>14}" for name in COLUMNS[1:])
        lines = [
            f"  {first:<20}" + "".join(f"{cell:>14,}" for cell in cells)
            for first, *cells in self.cells
        ]
        return "\n".join([self.headline, head, *lines])

    @property
    def headline(self) -> str:
        """In a few words."""
        fills = self.rows[0].fills if self.rows else 0
        return f"{self.scenario}: {fills:,} fills under {len(self.rows)} formularies"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of `cells`."""
        return COLUMNS

    @property
    def cells(self) -> list[tuple[str | float, ...]]:
        """Return the rows as they are shown, money in whole dollars."""
        return [
            (
                r.formulary,
                *(round(100 * r.share(name), 1) for name in ("covered", *SHARES)),
                round(r.members_pay / max(r.covered, 1), 2),
                *(round(pay) for pay in (r.members_pay, r.plan_pays, r.makers_pay, r.not_covered)),
            )
            for r in self.rows
        ]


def priced(fills: Dispensed, f: Formulary) -> Priced:
    """Return what fills cost under a formulary, each year's deductible and limit from the start.

    Drugs that need an authorization or another first are priced as if that were settled. Where
    drugs count towards a plan's own deductible, it is the plan's that has the formulary, as if
    drugs alone counted. Copay cards and subsidies are left out.
    """
    covered = f.covered[fills.product]
    requests, limits = _asked(fills, f, covered)
    nobody = np.zeros(0, np.int32)
    unseen = Reviews(nobody, nobody, np.zeros(0, np.int8), nobody)
    verdicts = decide(requests, limits, Pairs(nobody, nobody), unseen)
    allowed = f.limit_units[fills.product]
    allowed = allowed * np.maximum(fills.days, f.limit_days[fills.product])
    over = fills.quantity * np.maximum(f.limit_days[fills.product], 1) > allowed
    return Priced(
        formulary=f.id,
        name=f.name,
        benefit=f.benefit_type,
        fills=len(fills),
        covered=int(covered.sum()),
        authorization=int(f.prior_authorization[fills.product].sum()),
        step=int((f.step_group[fills.product] >= 0).sum()),
        limit=int((over & (allowed > 0)).sum()),
        price=_dollars(fills.price[covered]),
        members_pay=_dollars(verdicts.patient),
        plan_pays=_dollars(verdicts.plan),
        makers_pay=_dollars(verdicts.discount),
        not_covered=_dollars(fills.price[~covered]),
    )


def _asked(fills: Dispensed, f: Formulary, covered: NDArray[np.bool_]) -> tuple[Requests, Limits]:
    n = len(fills)
    key, account = np.unique(fills.member * 10_000 + fills.year, return_inverse=True)
    copay, rate, least, most = _sharing(fills, f)
    law = _law(fills, f)
    small, big = np.zeros(n, np.int32), np.zeros(n, np.int64)
    plain = {
        **dict.fromkeys(("of", "group", "card", "family"), small - 1),
        **dict.fromkeys(("only", "why", "kind"), (small + FILL).astype(np.int8)),
        **dict.fromkeys(("quits", "answered"), np.zeros(n, np.bool_)),
        **dict.fromkeys(("ready", "credit", "steps", "step_days", "since", "episode"), small),
        **dict.fromkeys(("card_least", "card_most"), big),
        "early": np.ones(n, np.bool_),
        **dict.fromkeys(("drug", "prescription"), np.arange(n, dtype=np.int32)),
        "fills": small + 99,
        "subsidized": big - 1,
        "costly": big + UNLIMITED,
    }
    requests = Requests(
        **plain,  # type: ignore[arg-type]
        chain=fills.member,
        day=fills.day.astype(np.int32),
        refusal=np.where(covered, TAKEN, UNLISTED).astype(np.int8),
        days=fills.days.astype(np.int32),
        price=fills.price,
        phased=np.full(n, f.benefit_type == "part-d"),
        open=f.pays_deductible[fills.product],
        copay=copay,
        rate=rate.astype(np.int32),
        least=least,
        most=most,
        account=account.astype(np.int32),
        **law,
    )
    return requests, _limits(f, key % 10_000)


def _sharing(fills: Dispensed, f: Formulary) -> tuple[I64, I64, I64, I64]:
    """Return copay, coinsurance and its limits of each fill."""
    tier = np.maximum(f.tier[fills.product], 1).astype(np.int64)
    long = np.where(fills.kind == MAIL, MAIL_90, RETAIL_90)
    wanted = np.where(fills.days > LONG, long, RETAIL_30)
    wanted = np.where(f.specialty[fills.product], SPECIALTY, wanted)
    offered = f.costs.offered[tier, wanted]
    at = tier, np.where(offered, wanted, RETAIL_30)
    months = np.where(offered, 1, -(-fills.days // MONTH))
    c = f.costs
    return c.copay[at] * months, c.coinsurance[at], c.least[at] * months, c.most[at] * months


def _law(fills: Dispensed, f: Formulary) -> dict[str, NDArray[Any]]:
    """Return what Part D says of each fill; of others, what changes nothing."""
    n, shelf = len(fills), products()
    found = {"cap": np.full(n, UNLIMITED)}
    names = ("gap_rate", "gap_discount", "discount", "late_discount")
    found |= {name: np.zeros(n, np.int32) for name in names}
    if f.benefit_type != "part-d":
        return found
    insulin = np.array([name.startswith("insulin") for name in shelf.classes])
    brand = shelf.brand[fills.product].astype(np.int64)
    for year in np.unique(fills.year).tolist():
        law, at = part_d(year), np.flatnonzero(fills.year == year)
        months = -(-fills.days[at] // MONTH)
        is_insulin = insulin[shelf.klass[fills.product[at]]]
        found["cap"][at] = np.where(is_insulin, law.insulin_month * months, UNLIMITED)
        found["gap_rate"][at] = np.array(law.gap_share)[brand[at]]
        for name, share in zip(names[1:], _makers(law), strict=True):
            found[name][at] = share * brand[at]
    return found


def _makers(law: PartD) -> tuple[int, int, int]:
    return law.gap_maker_share, law.initial_maker_share, law.catastrophic_maker_share


def _limits(f: Formulary, years: I64) -> Limits:
    deductible, most = f.deductible_cents, f.out_of_pocket_limit_cents or UNLIMITED
    if f.combined:
        plan = load().plans[benefits()[f.like].plans[0]]
        deductible = round((plan.deductible.individual or 0) * 100)
        cap = plan.out_of_pocket_maximum
        most = round(cap.individual * 100) if cap and cap.individual else UNLIMITED
    rows = {
        "deductible": np.full(len(years), deductible),
        "most": np.full(len(years), most),
        "initial": np.full(len(years), UNLIMITED),
    }
    for year in np.unique(years).tolist() if f.benefit_type == "part-d" else ():
        law, at = part_d(year), years == year
        rows["deductible"][at] = deductible or law.deductible
        rows["most"][at] = law.out_of_pocket_limit
        rows["initial"][at] = law.initial_limit or UNLIMITED
    return Limits(
        **rows,
        family_deductible=np.array([UNLIMITED]),
        family_most=np.array([UNLIMITED]),
        card=np.zeros(0, np.int64),
    )


def _dollars(cents: I64) -> float:
    return int(cents.sum()) / 100
