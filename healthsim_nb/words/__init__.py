"""The words that ``%hs`` and ``healthsim`` understand: parsing and help, from one table."""

from __future__ import annotations

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.words.grammar import parse, parse_parts, run_settings
from healthsim_nb.words.help import help_on, help_text
from healthsim_nb.words.stopped import told_of
from healthsim_nb.words.table import NOTEBOOK, TERMINAL, WORDS, Option, Word

__all__ = [
    "NOTEBOOK",
    "TERMINAL",
    "Option",
    "Word",
    "find",
    "help_on",
    "help_text",
    "parse",
    "parse_parts",
    "run_settings",
    "told_of",
    "words",
]


def words(where: str) -> dict[str, Word]:
    """Return the words of the notebook or of the terminal, by name."""
    return {word.name: word for word in WORDS if where in word.where}


def find(name: str, where: str) -> Word:
    """Return the word of that name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    known = words(where)
    if name not in known:
        raise UnknownNameError.of("word", name, known)
    return known[name]
