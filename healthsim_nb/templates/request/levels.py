"""Reads levels and stages: well controlled · stage 3 · NYHA II to IV · moderate or severe.

What is read is a list of names, the preferred first, of which a condition knows one or none. A name
is that of a level, a stage or a group of them; ``a+b`` is both, ``a..b`` all from one to the other.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healthsim_nb.templates.condition import Condition, Level, Stage
    from healthsim_nb.templates.request.reading import Text

SCALES = ("stage", "nyha", "gold", "class")
"""What ids of numbered stages begin with; `words/grammar.yaml` has how each is said."""
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_NUMBERED = re.compile(r"(?P<scale>[a-z]+)-(?P<number>\d)(?P<letter>[a-z]?)")
Key = tuple[int, str]
"""A stage as it is numbered: (3, "a"), or (3, "") for all of 3."""
Span = tuple[Key, Key]


def ranks_of(condition: Condition, name: str) -> list[Level | Stage]:
    """Return the levels or stages that a name means, in the condition's order; empty: none."""
    known = condition.rank_names
    first, _, last = name.partition("..")
    if last:
        if first not in known or last not in known:
            return []
        order = [rank.id for rank in condition.ranks]
        ends = sorted(order.index(rank.id) for rank in (*known[first], *known[last]))
        return condition.ranks[ends[0] : ends[-1] + 1]
    parts = name.split("+")
    if not all(part in known for part in parts):
        return []
    wanted = {rank.id for part in parts for rank in known[part]}
    return [rank for rank in condition.ranks if rank.id in wanted]


def in_words(name: str) -> str:
    """Return a name as it is told: ``stage-3a or stage-3b``."""
    return name.replace("+", " or ").replace("..", " to ")


def levels(text: Text, place: int) -> tuple[int, list[str]] | None:
    """Return (the place after it, names) of what is said at a place."""
    first = _one(text, place)
    if first is None:
        return None
    end, names = first
    for connector, sign in (("range", ".."), ("either", "+")):
        after = text.skip(connector, end)
        token = text.at(end)
        if connector == "range" and after == end and token is not None and token.hyphen:
            after = end
        elif after == end:
            continue
        second = _one(text, after)
        if second is not None:
            pairs = product(names, second[1])
            return second[0], [f"{a}{sign}{b}" for a, b in pairs if a != b] or names
    return first


def stage_after(text: Text, place: int, condition: str) -> tuple[int, list[str]] | None:
    """Return the stages that are said after a condition: "CKD 3", "COPD GOLD 2"."""
    of_it = text.words.stages.get(condition, {})
    for scale in {name.partition("-")[0] for name in of_it}:
        token = text.at(place)
        after = text.skip(f"scale_{scale}", place)
        if after == place and (scale != "stage" or token is None or token.number is None):
            continue
        found = _spans(text, after)
        if found is None or any(
            text.has(word, found[1]) for word in ("years", "months", "no_size")
        ):
            continue
        name = _named(of_it, scale, found[0])
        if name:
            return found[1], [name]
    return None


def _one(text: Text, place: int) -> tuple[int, list[str]] | None:
    """Read one level or some stages of whatever condition."""
    phrase = text.words.levels.find(text.tokens, place)
    numbered = _numbered(text, place)
    if numbered and (phrase is None or numbered[0] > phrase[0]):
        return numbered
    if numbered and phrase:
        return phrase[0], list(dict.fromkeys((*phrase[1], *numbered[1])))
    return phrase


def _numbered(text: Text, place: int) -> tuple[int, list[str]] | None:
    names: dict[str, None] = {}
    end = place
    for scale in SCALES:
        after = text.skip(f"scale_{scale}", place)
        found = _spans(text, after) if after > place else None
        if found:
            end = max(end, found[1])
            named = (_named(of, scale, found[0]) for of in text.words.stages.values())
            names.update(dict.fromkeys(name for name in named if name))
    return (end, list(names)) if names else None


def _named(of: dict[str, Key], scale: str, spans: list[Span]) -> str:
    """Return the stages of a condition within all of some spans, or nothing."""
    found: list[str] = []
    for low, high in spans:
        top = (high[0], high[1] or "~")
        within = [n for n, key in of.items() if n.startswith(f"{scale}-") and low <= key <= top]
        if not within:
            return ""
        found += within
    return "+".join(dict.fromkeys(found))


def _spans(text: Text, place: int) -> tuple[list[Span], int] | None:
    """Read "3", "3a-4", "II to IV", "3, 4 and 5"."""
    first = _key(text, place)
    if first is None:
        return None
    spans: list[Span] = [(first[0], first[0])]
    end = first[1]
    while True:
        token = text.at(end)
        to, also = text.skip("range", end), text.skip("joining", end)
        ranged = to > end or (token is not None and token.hyphen)
        more = _key(text, to if ranged else also) if ranged or also > end else None
        if more is None or _counts(text, more[1]):
            return spans, end
        spans = [*spans[:-1], (spans[-1][0], more[0])] if ranged else [*spans, (more[0], more[0])]
        end = more[1]


def _counts(text: Text, place: int) -> bool:
    return any(text.has(word, place) for word in ("years", "months", "percent"))


def _key(text: Text, place: int) -> tuple[Key, int] | None:
    token = text.at(place)
    if token is None:
        return None
    number = ROMAN.get(token.fold)
    if number is None and token.number is not None and token.number in range(6):
        number = int(token.number)
    if number is None:
        return None
    letter = text.at(place + 1)
    if letter is not None and letter.joined and letter.fold in {"a", "b", "c"}:
        return (number, letter.fold), place + 2
    return (number, ""), place + 1


def keys_of(condition: Condition) -> dict[str, Key]:
    """Return how the stages of a condition are numbered, by id.

    Some are beyond numbers, as dialysis is: those are not among them.
    """
    found = ((name, _NUMBERED.fullmatch(name)) for name in condition.rank_names)
    return {name: (int(m["number"]), m["letter"]) for name, m in found if m}
