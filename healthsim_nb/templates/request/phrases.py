"""Finds the longest known phrase at a place."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Generic, TypeVar

from healthsim_nb.templates.request.tokens import fold, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from healthsim_nb.templates.request.tokens import Token

Meaning = TypeVar("Meaning")


@cache
def folded(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase of our own in the form in which they are compared."""
    parts = phrase.split()
    if phrase.isascii() and all(map(str.isalpha, parts)):
        return tuple(map(fold, parts))
    return tuple(token.fold for token in tokenize(phrase))


class Phrases(Generic[Meaning]):
    """Phrases and what they mean; of two meanings the first that was added stays."""

    def __init__(self) -> None:
        self._by_first: dict[str, dict[tuple[str, ...], Meaning]] = {}
        self._lengths: dict[str, list[int]] = {}

    def add(self, phrase: str, meaning: Meaning) -> None:
        """Add one phrase."""
        words = folded(phrase)
        if not words:
            return
        self._by_first.setdefault(words[0], {}).setdefault(words, meaning)
        lengths = self._lengths.setdefault(words[0], [])
        if len(words) not in lengths:
            lengths.append(len(words))
            lengths.sort(reverse=True)

    def add_all(self, phrases: Iterable[str], meaning: Meaning) -> None:
        """Add phrases that mean the same."""
        for phrase in phrases:
            self.add(phrase, meaning)

    def find(self, tokens: list[Token], place: int) -> tuple[int, Meaning] | None:
        """Return (the place after it, its meaning) of the longest phrase at a place."""
        if place >= len(tokens):
            return None
        first = tokens[place].fold
        for length in self._lengths.get(first, ()):
            words = tuple(token.fold for token in tokens[place : place + length])
            if words in self._by_first[first]:
                return place + len(words), self._by_first[first][words]
        return None

    def end(self, tokens: list[Token], place: int) -> int | None:
        """Return the place after the longest phrase at a place."""
        found = self.find(tokens, place)
        return found[0] if found else None
