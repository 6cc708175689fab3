"""Reads what stands for itself: a size, a noun, a payer, a condition, a template."""

from __future__ import annotations

from healthsim_nb.templates.request.ages import OLDEST, ages
from healthsim_nb.templates.request.days import is_year
from healthsim_nb.templates.request.levels import levels, stage_after
from healthsim_nb.templates.request.numbers import number
from healthsim_nb.templates.request.reading import Reading, Text

MOST_BETWEEN = 6
"""Words and phrases between a number and the people that it counts."""


def meaning(text: Text, place: int) -> Reading | None:
    """Return what a known phrase says."""
    found = text.words.meanings.find(text.tokens, place)
    if found is None:
        return None
    end, says = found
    if "line_of_business" in says:
        end = text.skip("after_coverage", end)
    if "have" in says:
        end = text.skip("after_condition", end)
        staged = stage_after(text, end, says["have"])
        if staged:
            return Reading(place, staged[0], {**says, "level": staged[1]})
    return Reading(place, end, dict(says))


def filler(text: Text, place: int) -> Reading | None:
    """Return words that say nothing."""
    end = text.words.fillers.end(text.tokens, place)
    return Reading(place, end) if end else None


def size(text: Text, place: int) -> Reading | None:
    """Return how many: a number that leads, that a noun follows, or after "n =" or "cohort of"."""
    found = number(text, place)
    if found is None:
        return Reading(place, place + 1, {"n": 1}) if _one_person(text, place) else None
    value, end = found
    fits = (
        _leads(text, place)
        or _named(text, place)
        or _alone(text, place, value)
        or _counts(text, end)
    )
    if not fits or text.has("no_size", end) or _part_of_more(text, place, end):
        return None
    return Reading(place, end, {"n": int(value) if value.is_integer() else value})


def _counts(text: Text, end: int) -> bool:
    """Say whether a number counts people: "200 poorly controlled Medicare members"."""
    for _ in range(MOST_BETWEEN):
        found = text.words.meanings.find(text.tokens, end)
        if found and {"people", "have", "template"} & set(found[1]):
            return True
        after = _described(text, end)
        if after is None:
            return False
        end = after
    return False


def _alone(text: Text, place: int, value: float) -> bool:
    """Say whether a number can be nothing but a size, being no age and no year: "asthma, 200"."""
    return value > OLDEST and not is_year(text, place)


def _part_of_more(text: Text, place: int, end: int) -> bool:
    """Say whether a number belongs to another: "200 to 300", "100-200"; or to a word: "type 2"."""
    after = text.at(end)
    joined = text.tokens[place].hyphen or (after is not None and after.hyphen)
    digits = text.tokens[place].number is not None and (
        after is not None and after.hyphen and after.number is not None
    )
    return text.has("no_size_after", place - 1) or digits or (joined and text.tokens[place].hyphen)


def shorthand(text: Text, place: int) -> Reading | None:
    """Return a sex in a letter, with an age: "65yo F", "70M", "sex=F"."""
    named = text.skip("gender", place)
    if named > place:
        sex = _letter(text, text.skip("equals", named))
        return Reading(place, sex[1], {"sex": sex[0]}) if sex else None
    token = text.at(place)
    if token is None or token.number is None or token.number not in range(OLDEST + 1):
        return None
    at = text.skip("years_old", place + 1)
    sex, letter = _letter(text, at), text.at(at)
    if sex is None or letter is None or not (letter.joined or at > place + 1):
        return None
    noun = text.words.meanings.find(text.tokens, sex[1])
    if noun and noun[1].get("people"):
        return None
    age = int(token.number)
    return Reading(place, sex[1], {"years": (age, age), "sex": sex[0]})


def _letter(text: Text, place: int) -> tuple[str, int] | None:
    token = text.at(place)
    return (token.text, place + 1) if token is not None and token.text in {"F", "M"} else None


def _described(text: Text, place: int) -> int | None:
    """Return the place after words between a number and the people it counts, if there are any."""
    found = text.words.meanings.find(text.tokens, place)
    if found:
        return text.skip("after_coverage", found[0])
    years = ages(text, place)
    ends = (
        text.words.states.end(text.tokens, place),
        text.words.regions.end(text.tokens, place),
        level[0] if (level := levels(text, place)) else None,
        text.skip("newly", place) if text.has("newly", place) else None,
        text.skip("made_up", place) if text.has("made_up", place) else None,
        years.end if years else None,
    )
    return next((end for end in ends if end), None)


def _leads(text: Text, place: int) -> bool:
    return place == 0 or (text.leads(place) and text.has("before_size", place - 1))


def _named(text: Text, place: int) -> bool:
    """Say whether "of", "n", "n =" or "size:" stands before."""
    words = text.between(max(0, place - 2), place)
    return words[-1:] in (["n"], ["of"], ["size"]) or words in (
        [name, sign] for name in ("n", "size") for sign in "=:"
    )


def _one_person(text: Text, place: int) -> bool:
    """Say whether "a" or "an" begins something like "a 65-year-old Medicare patient"."""
    if text.tokens[place].fold not in {"a", "an"} or not text.leads(place):
        return False
    if shorthand(text, place + 1):
        return True
    for at in range(place + 1, min(place + 8, len(text.tokens))):
        found = text.words.meanings.find(text.tokens, at)
        if text.has("of", at):
            return False
        if (found and found[1].get("people")) or text.has("old", at):
            return text.tokens[at].text.casefold() in text.words.singular
    return False
