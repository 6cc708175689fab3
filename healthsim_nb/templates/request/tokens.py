"""Cuts a request into words, numbers and signs, each with its place in the text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_PIECE = re.compile(
    r"(?P<date>(?<![\w-])[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?(?![\w-]))"
    r"|(?P<number>(?:(?<![\w)%-])-)?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<sign>>=|<=|\S)"
)
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_WITHOUT = re.compile(r"\bw/o\b", re.IGNORECASE)
_WITH = re.compile(r"\bw/(?!o\b)\s*", re.IGNORECASE)
_SAME = str.maketrans("’‘‐‑–—−≥≤", "''-----><")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, date or sign."""

    text: str
    fold: str
    """Without case, accents and plural."""
    number: float | None = None
    joined: bool = False
    """Written together with the token before it."""
    hyphen: bool = False
    """Joined by a hyphen."""
    start: int = 0
    end: int = 0
    """Its place in the plain text."""


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a text; hyphens within words join, and are no tokens.

    >>> [token.fold for token in tokenize("65-year-old Women, 1,000")]
    ['65', 'year', 'old', 'women', ',', '1000']
    """
    text = plain(text)
    tokens: list[Token] = []
    end, hyphen = -1, False
    for piece in _PIECE.finditer(text):
        if _joins(text, piece, end):
            end, hyphen = piece.end(), True
            continue
        joined = piece.start() == end and piece.lastgroup != "sign"
        tokens.append(_token(piece, joined=joined, hyphen=hyphen and joined))
        end, hyphen = piece.end(), False
        if piece.lastgroup == "sign":
            end = -1
    return tokens


def fold(word: str) -> str:
    """Return the form in which words are compared."""
    base = word.casefold()
    if not base.isascii():
        letters = unicodedata.normalize("NFKD", base)
        base = "".join(c for c in letters if not unicodedata.combining(c))
    base = base.removesuffix("'s").replace("'", "")
    plural = len(base) > 3 and base.endswith("s") and not base.endswith(("ss", "us", "is"))
    return base[:-1] if plural else base


def plain(text: str) -> str:
    """Return the text with one form of each sign, in which tokens have their places."""
    text = text.replace("≥", ">=").replace("≤", "<=").translate(_SAME)
    text = unicodedata.normalize("NFKC", text)
    text = _WITH.sub("with ", _WITHOUT.sub("without", text))
    return _INITIALS.sub(lambda found: found[0].replace(".", ""), text)


def _joins(text: str, piece: re.Match[str], end: int) -> bool:
    """Say whether a sign is a hyphen between two pieces of one word."""
    after = text[piece.end() : piece.end() + 1]
    return piece[0] == "-" and piece.start() == end and after.isalnum()


def _token(piece: re.Match[str], *, joined: bool, hyphen: bool) -> Token:
    text = piece[0]
    number = None
    form = fold(text) if piece.lastgroup == "word" else text
    if piece.lastgroup == "number":
        form = text.replace(",", "")
        number = float(form)
    return Token(text, form, number, joined, hyphen, *piece.span())
