"""What a matcher makes of some words, and the text they are in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from healthsim_nb.templates.request.tokens import Token
    from healthsim_nb.templates.request.vocabulary import Vocabulary


@dataclass(frozen=True)
class Text:
    """A request as tokens, with the words that are known."""

    plain: str
    tokens: list[Token]
    words: Vocabulary

    def at(self, place: int) -> Token | None:
        """Return the token at a place, if there is one."""
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def skip(self, list_name: str, place: int) -> int:
        """Return the place after the longest phrase of a grammar list, or the same place."""
        return self.words.lists[list_name].end(self.tokens, place) or place

    def has(self, list_name: str, place: int) -> bool:
        """Say whether a phrase of a grammar list stands at a place."""
        return self.skip(list_name, place) > place

    def said(self, first: int, end: int) -> str:
        """Return the words between two places as they were written."""
        return (
            self.plain[self.tokens[first].start : self.tokens[end - 1].end] if end > first else ""
        )

    def between(self, first: int, end: int) -> list[str]:
        """Return the folded words between two places."""
        return [token.fold for token in self.tokens[first:end]]

    def leads(self, place: int) -> bool:
        """Say whether nothing but fillers stands before a place."""
        at = 0
        while at < place:
            after = self.words.fillers.end(self.tokens, at)
            if after is None:
                return False
            at = after
        return at == place


@dataclass(frozen=True)
class Reading:
    """Some words understood: the settings that they say; none for fillers."""

    first: int
    end: int
    says: dict[str, Any] = field(default_factory=dict)


Matcher = Callable[[Text, int], Reading | None]
