"""Pharmacy claims decided one after the other, plainly: what the waves must be equal to."""

from __future__ import annotations

from dataclasses import dataclass, field

from healthsim_nb.pharmacy.requests import (
    ALWAYS,
    FILL,
    IF_COSTLY,
    IF_PAID,
    IF_REFUSED,
    MAJOR,
    REFILLS,
    REVIEW,
    SOON,
    STEP,
    TAKEN,
)


@dataclass
class Claim:
    """What became of one line."""

    sent: bool = False
    paid: bool = False
    refusal: int = TAKEN
    fill: int = 0
    money: tuple[int, ...] = (0,) * 9
    phase: int = -1
    costly: bool = False
    taken_back: bool = False
    before: tuple[int | None, ...] = ()


@dataclass
class Drug:
    """What a member has of a drug."""

    ready: int | None = None
    until: int | None = None
    last: int | None = None


@dataclass
class Payer:
    """Everything that is remembered between claims."""

    limits: dict[str, list[int]]
    stopped: dict[int, int] = field(default_factory=dict)
    drugs: dict[int, Drug] = field(default_factory=dict)
    filled: dict[int, int] = field(default_factory=dict)
    history: dict[int, list[int]] = field(default_factory=dict)


def part(cents: int, rate: int) -> int:
    """Return a share, halves rounded up."""
    return (cents * rate + 5000) // 10000


def one_at_a_time(lines, limits, asked, seen):
    """Return claims by line, what reviews found by pair, and which line ended each use."""
    counter = Counter(lines, limits, asked, seen)
    for number in range(len(lines)):
        counter.decide(number)
    return counter.done, counter.found, counter.payer.stopped


class Counter:
    """Lines that are decided in any order in which each comes after those that it looks at."""

    def __init__(self, lines, limits, asked, seen):
        self.lines = lines
        self.payer = Payer({name: list(values) for name, values in limits.items()})
        self.steps, self.others = by_line(asked), by_line(seen)
        self.done = [Claim(refusal=line["refusal"]) for line in lines]
        self.found: dict[int, int] = {}

    def decide(self, number):
        """Decide one line."""
        line = self.lines[number]
        if line["kind"] == FILL:
            steps, others = self.steps.get(number, []), self.others.get(number, [])
            bill(self.payer, line, number, self.done, steps, others, self.found)
        else:
            take_back(self.payer, line, number, self.done, self.lines)


def by_line(pairs):
    """Return the rows of each line, with the place of the pair."""
    found: dict[int, list[tuple[int, ...]]] = {}
    for place, (line, *rest) in enumerate(pairs):
        found.setdefault(line, []).append((place, *rest))
    return found


def wanted(line, done):
    """Return whether a line is sent in view of the one that it follows."""
    if line["only"] == ALWAYS:
        return True
    before = done[line["of"]]
    if line["only"] == IF_REFUSED:
        return before.sent and before.refusal != TAKEN and line["why"] in (0, before.refusal)
    if line["only"] == IF_PAID:
        return before.paid
    return before.paid and before.costly


def bill(payer, line, number, done, steps, others, found):
    """Decide one claim for a fill."""
    claim = done[number]
    if line["episode"] in payer.stopped or not wanted(line, done):
        return
    claim.sent = True
    claim.fill = payer.filled.get(line["prescription"], 0)
    edit(payer, line, claim, steps, others, found)
    if line["only"] == IF_PAID:
        claim.fill = done[line["of"]].fill
    if claim.refusal != TAKEN:
        if line["quits"]:
            payer.stopped[line["episode"]] = number
        return
    claim.paid = True
    price(payer, line, claim)
    drug = payer.drugs.setdefault(line["drug"], Drug())
    claim.before = (drug.ready, drug.until, drug.last)
    drug.ready, drug.until = line["day"] + line["ready"], line["day"] + line["days"]
    drug.last = number
    payer.filled[line["prescription"]] = payer.filled.get(line["prescription"], 0) + 1
    if line["group"] >= 0:
        history = payer.history.setdefault(line["group"], [0, 0])
        history[0] += line["credit"]
        history[1] = line["day"]


def edit(payer, line, claim, steps, others, found):
    """Refuse what history does not allow."""
    drug = payer.drugs.get(line["drug"], Drug())
    if claim.refusal == TAKEN and line["steps"] > 0 and drug.last is None:
        tried = 0
        for _, row in steps:
            days, day = payer.history.get(row, (0, None))
            tried += day is not None and day >= line["since"] and days >= line["step_days"]
        if tried < line["steps"]:
            claim.refusal = STEP
    soon = drug.ready is not None and line["day"] < drug.ready and not line["early"]
    if claim.refusal == TAKEN and soon:
        claim.refusal = SOON
    if claim.refusal == TAKEN and claim.fill >= line["fills"]:
        claim.refusal = REFILLS
    if claim.refusal != TAKEN:
        return
    barred = False
    for place, row, severity, overlap in others:
        other = payer.drugs.get(row, Drug())
        if other.until is not None and other.until > line["day"] + overlap:
            found[place] = other.last
            barred |= severity >= MAJOR and not line["answered"]
    if barred:
        claim.refusal = REVIEW


def shares(line, limits, room):
    """Return deductible, copay and coinsurance within the limits, and what they are of."""
    account, family = line["account"], line["family"]
    due = max(min(limits["deductible"][account], limits["family_deductible"][family]), 0)
    deductible = min(due, line["price"]) if line["open"] else 0
    rest = line["price"] - deductible
    initial = min(rest, max(limits["initial"][account] - deductible, 0))
    copay = min(line["copay"], initial)
    coinsurance = 0
    if line["rate"] > 0:
        coinsurance = max(part(initial, line["rate"]), line["least"])
        coinsurance = min(coinsurance, line["most"], initial - copay)
    over = max(deductible + copay + coinsurance - min(room, line["cap"]), 0)
    less = min(over, coinsurance)
    coinsurance, over = coinsurance - less, over - less
    less = min(over, copay)
    copay, over = copay - less, over - less
    return [deductible - min(over, deductible), copay, coinsurance], rest, initial


def carded(line, limits, left):
    """Return what a copay card pays."""
    if line["card"] < 0:
        return 0
    card = min(left - min(left, line["card_least"]), line["card_most"])
    card = min(card, max(limits["card"][line["card"]], 0))
    limits["card"][line["card"]] -= card
    return card


def price(payer, line, claim):
    """Share the price of a fill."""
    limits, account, total = payer.limits, line["account"], line["price"]
    room = max(min(limits["most"][account], limits["family_most"][line["family"]]), 0)
    parts, rest, initial = shares(line, limits, room)
    discount, counted = 0, sum(parts)
    if line["phased"]:
        parts[2], discount, counted = phases(line, total, rest, initial, room, parts)
        claim.phase = phase(parts[0], room, initial)
    owes = sum(parts)
    subsidy = 0 if line["subsidized"] < 0 else owes - min(owes, line["subsidized"])
    card = carded(line, limits, owes - subsidy)
    patient = owes - subsidy - card
    plan = total - owes - discount
    claim.money = (*parts, patient, plan, subsidy, discount, card, counted)
    claim.costly = patient > line["costly"]
    limits["initial"][account] -= total
    count(payer, line, parts[0], counted)


def phases(line, total, rest, initial, room, parts):
    """Return coinsurance with that of the coverage gap, discounts, and what counts."""
    owed = sum(parts)
    gap = rest - initial
    own = min(part(gap, line["gap_rate"]), max(line["cap"] - owed, 0))
    maker = part(gap, line["gap_discount"])
    still = room - owed
    if own + maker > still:
        share = still * own // max(own + maker, 1)
        maker = still - share if maker > 0 else 0
        own = share
    owes = owed + own
    counted = owes + maker
    of, rate = (rest, line["discount"]) if room > 0 else (total, line["late_discount"])
    assert total >= owes + maker
    more = min(part(of, rate), total - owes - maker)
    return parts[2] + own, maker + more, counted


def phase(deductible, room, initial):
    """Return the phase in which a fill began."""
    if room <= 0:
        return 0 if deductible > 0 else 3
    return 0 if deductible > 0 else 1 if initial > 0 else 2


def count(payer, line, deductible, counted):
    """Take amounts from what is left of the limits."""
    payer.limits["deductible"][line["account"]] -= deductible
    payer.limits["most"][line["account"]] -= counted
    payer.limits["family_deductible"][line["family"]] -= deductible
    payer.limits["family_most"][line["family"]] -= counted


def take_back(payer, line, number, done, lines):
    """Reverse a fill that was paid."""
    claim, first, of = done[number], done[line["of"]], lines[line["of"]]
    if not first.paid or first.taken_back or (line["only"] == IF_COSTLY and not first.costly):
        return
    claim.sent, first.taken_back = True, True
    claim.money = tuple(-amount for amount in first.money)
    claim.phase, claim.fill = first.phase, first.fill
    count(payer, of, claim.money[0], claim.money[8])
    payer.limits["initial"][of["account"]] += of["price"]
    if of["card"] >= 0:
        payer.limits["card"][of["card"]] += first.money[7]
    drug = payer.drugs[of["drug"]]
    if drug.last == line["of"]:
        drug.ready, drug.until, drug.last = first.before
    if payer.filled[of["prescription"]] - 1 == first.fill:
        payer.filled[of["prescription"]] -= 1
    if of["group"] >= 0:
        payer.history[of["group"]][0] -= of["credit"]
    if line["quits"]:
        payer.stopped[line["episode"]] = number
