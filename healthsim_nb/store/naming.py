"""Names of scenarios: ``{up to 3 keywords}-{YYYYMMDD}``, and ``-2``, ``-3`` when one is taken."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

import yaml

from healthsim_nb.errors import SpecificationError

MOST_KEYWORDS = 3
LONGEST = 120
# A number belongs to the word before it when a hyphen joins them: covid-19, type-2.
_WORD = re.compile(r"[^\W\d_][^\W_]+(?:-[0-9]{1,7}(?![^\W_]))*")
_NAME = re.compile(r"(?P<words>.+)-(?P<day>[0-9]{8})(?:-(?P<counter>[1-9][0-9]*))?")


@dataclass(frozen=True)
class Name:
    """What the name of a scenario says."""

    keywords: tuple[str, ...]
    day: date
    counter: int = 1
    """1 for the first of that name, 2 for the second, …"""

    def __str__(self) -> str:
        """Return the name itself."""
        count = f"-{self.counter}" if self.counter > 1 else ""
        return f"{'-'.join(self.keywords)}-{self.day:%Y%m%d}{count}"


def keywords(text: str) -> tuple[str, ...]:
    """Return the words that tell most of a text, at most three, those about health first.

    >>> keywords("200 Medicare members with COVID-19, 65 to 85, in Texas")
    ('medicare', 'covid-19', 'texas')
    """
    health, idle = _words()
    found = [w for w in dict.fromkeys(_WORD.findall(fold(text))) if w not in idle]
    found.sort(key=lambda word: word.partition("-")[0] not in health)
    return tuple(found[:MOST_KEYWORDS])


def parse(name: str) -> Name:
    """Return the keywords, day and counter of a name.

    >>> parse("covid-19-texas-20260115-2")
    Name(keywords=('covid-19', 'texas'), day=datetime.date(2026, 1, 15), counter=2)

    Raises
    ------
    SpecificationError
        If it is not made of keywords and a day.
    """
    match = _NAME.fullmatch(name)
    words = tuple(_WORD.findall(match["words"])) if match else ()
    if not match or "-".join(words) != match["words"]:
        raise SpecificationError(_not_made(name))
    try:
        day = datetime.strptime(match["day"], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise SpecificationError(_not_made(name)) from None
    return Name(words, day, int(match["counter"] or 1))


def made(words: tuple[str, ...], day: date, counter: int = 1) -> str:
    """Return the name of a scenario that its user gave none.

    >>> made(("diabetes", "medicare"), date(2026, 1, 15), 2)
    'diabetes-medicare-20260115-2'

    Raises
    ------
    SpecificationError
        If there is no keyword.
    """
    if not words:
        raise SpecificationError("A scenario needs a name with at least one word in it.")
    return str(Name(words[:MOST_KEYWORDS], day, counter))


def given(name: str) -> str:
    """Return the name that a user gave, without space around it.

    Raises
    ------
    SpecificationError
        If it is empty, too long or cannot be shown on one line.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not any(c.isalnum() for c in name):
        raise SpecificationError(f"A scenario needs a name with a letter in it; got {name!r}.")
    if len(name) > LONGEST:
        raise SpecificationError(
            f"A scenario's name has at most {LONGEST} characters; this one has {len(name)}."
        )
    if not name.isprintable():
        raise SpecificationError(f"A scenario's name is one line of visible text; got {name!r}.")
    return name


def fold(text: str) -> str:
    """Return a text in small letters without accents.

    >>> fold("Ménière's Straße")
    "meniere's strasse"
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _not_made(name: str) -> str:
    return f"{name!r} is not of the form keywords-YYYYMMDD, such as diabetes-medicare-20260115."


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    text = (files(__package__) / "words.yaml").read_text(encoding="utf-8")
    words = yaml.load(text, Loader=yaml.CSafeLoader)
    return frozenset(words["health"].split()), frozenset(words["idle"].split())
