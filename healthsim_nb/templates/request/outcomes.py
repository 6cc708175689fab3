"""Reads what has happened to somebody: claims over $10,000 · admitted twice · no ED visits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from healthsim_nb.templates.outcome import kinds
from healthsim_nb.templates.request.numbers import number, whole
from healthsim_nb.templates.request.reading import Reading, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMITS = {
    "over": "over",
    "more": "over",
    "exceeding": "over",
    "at_least": "at_least",
    "at_least_of": "at_least",
    "under": "under",
    "less": "under",
    "below": "under",
    "at_most": "at_most",
}
"""Lists of ``words``, and which limit of an outcome they set."""
AMOUNTS = {
    "as_charged": "charged",
    "as_paid": "paid",
    "as_allowed": "allowed",
    "as_owed": "owed",
    "as_priced": "price",
}
"""Lists of ``words``, and which amount of an outcome they speak of."""
REASONS = (
    "step-therapy",
    "prior-authorization",
    "quantity-limit",
    "refill-too-soon",
    "not-listed",
    "utilization-review",
)
"""Why a pharmacy claim was refused; the lists of ``words`` are called ``for_`` and the reason."""
MANY = ("claim", "fill")
"""What counts without an amount where it is said how many."""
OF_TAKEN = ("step-therapy", "drug-authorization", "rejected-fill")
"""What is of the drugs that are named beside it."""
Count = tuple[int, int]
"""How often, and the place after it."""


def outcome(text: Text, place: int) -> Reading | None:
    """Return what has happened, or has not, to everybody who is asked for."""
    start = text.skip("never", place)
    never = start > place
    found = _count(text, start) if not never else (1, text.skip("some", start))
    times, start = found or (1, start)
    phrase = text.words.outcomes.find(text.tokens, start)
    if phrase is None:
        return None
    end, entry = phrase
    said: dict[str, Any] = {"what": entry["what"]}
    if "amount" in entry:
        said["amount"] = entry["amount"]
    if amounts := kinds()[entry["what"]].amounts:
        limits, after = _limits(text, end)
        if limits.get("amount", entry.get("amount")) in (None, *amounts):
            end = after
            said |= limits
    if "why" in entry:
        why, end = _why(text, end)
        said |= why
    if entry.get("verb") and not never:
        times, end = _how_often(text, end)
    if entry["what"] == "readmission":
        end = text.skip("after_readmitted", end)
    if entry.get("compared") and not (_compares(said) or (found and entry["what"] in MANY)):
        return None
    said |= {"never": True} if never else {"times": times} if times > 1 else {}
    return Reading(place, end, {"having": [said]})


def _why(text: Text, place: int) -> tuple[dict[str, Any], int]:
    at = text.skip("because", place)
    for reason in REASONS:
        if after := _after(text, f"for_{reason.replace('-', '_')}", at):
            return {"why": reason}, after
    return {}, place


def _compares(said: dict[str, Any]) -> bool:
    return any(limit in said for limit in LIMITS.values())


def _count(text: Text, place: int) -> Count | None:
    """Read "at least two", "3 or more", "multiple"; not the number of patients, which leads."""
    if after := _after(text, "several", place):
        return 2, after
    for name, add in (("at_least", 0), ("more", 1), ("over", 1)):
        after = text.skip(name, place)
        found = whole(text, after) if after > place else None
        if found:
            return found[0] + add, found[1]
    found = whole(text, place)
    if found is None or found[0] < 1:
        return None
    after = text.skip("more_after", found[1])
    return None if after == found[1] and text.leads(place) else (found[0], after)


def _after(text: Text, name: str, place: int) -> int | None:
    after = text.skip(name, place)
    return after if after > place else None


def _how_often(text: Text, place: int) -> Count:
    """Read "twice", "three times", "at least 3 times" after a verb."""
    for name, times in (("often", 2), ("thrice", 3)):
        if after := _after(text, name, place):
            return times, after
    at, add = place, 0
    for name, more in (("at_least", 0), ("more", 1)):
        if after := _after(text, name, place):
            at, add = after, more
    if after := _after(text, "twice", at):
        return 2 + add, after
    found = whole(text, at)
    if found:
        end = text.skip("more_after", found[1])
        if text.has("times", end):
            return found[0] + add, text.skip("times", end)
    return 1, place


def _limits(text: Text, place: int) -> tuple[dict[str, Any], int]:
    """Read what an amount is compared with: "over $10,000", "between $5,000 and $10,000"."""
    found = _compared(text, place) or _between(text, place) or _or_more(text, place)
    if found is None:
        return {}, place
    limits, end = found
    for name, amount in AMOUNTS.items():
        if after := _after(text, name, end):
            return {**limits, "amount": amount}, after
    return limits, end


def _compared(text: Text, place: int) -> tuple[dict[str, Any], int] | None:
    for name, limit in LIMITS.items():
        after = _after(text, name, place)
        amount = _dollars(text, after) if after else None
        if amount:
            return {limit: amount[0]}, amount[1]
    return None


def _between(text: Text, place: int) -> tuple[dict[str, Any], int] | None:
    start = _after(text, "between", place)
    low = _dollars(text, start) if start else None
    token = text.at(low[1]) if low else None
    high = _dollars(text, low[1] + 1) if low and token and token.fold == "and" else None
    return ({"at_least": low[0], "at_most": high[0]}, high[1]) if low and high else None


def _or_more(text: Text, place: int) -> tuple[dict[str, Any], int] | None:
    """Read "of $10,000 or more", "$50,000+"."""
    amount = _dollars(text, text.skip("of_price", place))
    if amount is None:
        return None
    for name, limit in (("more_after", "at_least"), ("less_after", "at_most")):
        if after := _after(text, name, amount[1]):
            return {limit: amount[0]}, after
    return None


def _dollars(text: Text, place: int) -> tuple[float, int] | None:
    token = text.at(place)
    if token is None:
        return None
    found = number(text, place + (token.fold == "$"))
    return (found[0], text.skip("dollars", found[1])) if found else None


def asked(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """Return what must have happened to everybody, each thing once.

    "On GLP-1s with step therapy" is step therapy of these drugs.
    """
    said = [one for reading in readings for one in reading.says.get("having", ())]
    taken = [
        name for one in said if one["what"] == "drug" and "never" not in one for name in one["of"]
    ]
    found: list[dict[str, Any]] = []
    for one in said:
        of = taken and one["what"] in OF_TAKEN
        whole = {**one, "of": list(dict.fromkeys(taken))} if of else one
        found += [whole] if whole not in found else []
    return found


def told_among(readings: Sequence[Reading], conditions: list[str]) -> list[Reading]:
    """Return readings of which those of drugs say among whom these people are looked for."""
    return [
        replace(r, says={**r.says, "among": conditions})
        if conditions and any(one["what"] == "drug" for one in r.says.get("having", ()))
        else r
        for r in readings
    ]
